/**
 * Reading while other processes lock the file.
 *
 * @module
 */

import type { MaybePromise } from '../../core/store.ts'
import { isBusy, storeFailure } from './sqlite-failure.ts'

/** How long a read waits for another process to release the file, in milliseconds. */
const PATIENCE = 5_000

/** Reads at once, or, if the file is locked, when it no longer is. Throws the SessionError that fits. */
export function patiently<T>(read: () => T): MaybePromise<T> {
  try {
    return read()
  } catch (cause) {
    if (isBusy(cause)) return later(read)
    throw storeFailure(cause)
  }
}

async function later<T>(read: () => T): Promise<T> {
  const until = performance.now() + PATIENCE
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 10))
    try {
      return read()
    } catch (cause) {
      if (!isBusy(cause) || performance.now() > until) throw storeFailure(cause)
    }
  }
}
