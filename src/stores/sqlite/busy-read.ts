/**
 * Reading while other processes lock the file.
 *
 * @module
 */

import type { MaybePromise } from '../../core/store.ts'
import { isBusy } from './failure.ts'

/** How long a read waits for another process to release the file, in milliseconds. */
const PATIENCE = 5_000

/**
 * Reads at once, or, if the file is locked, when it no longer is. Throws the SessionError that fits.
 *
 * @param explain Makes that error of a failure.
 */
export function readWhenUnlocked<T>(read: () => T, explain: (cause: unknown) => Error): MaybePromise<T> {
  try {
    return read()
  } catch (cause) {
    if (isBusy(cause)) return later(read, explain)
    throw explain(cause)
  }
}

async function later<T>(read: () => T, explain: (cause: unknown) => Error): Promise<T> {
  const until = performance.now() + PATIENCE
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 10))
    try {
      return read()
    } catch (cause) {
      if (!isBusy(cause) || performance.now() > until) throw explain(cause)
    }
  }
}
