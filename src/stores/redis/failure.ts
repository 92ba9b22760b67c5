/** @module What a failing Redis means to the caller. */

import { isSessionError, type SessionError, storeError } from '../../core/errors.ts'

/** The name of the store in errors and events. */
export const NAME = 'redis'

/** Settles as `work` does; errors of the client become errors of the store. */
export async function settled<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw failure(error)
  }
}

/** The error of the store for an error of the client. */
export function failure(error: unknown): SessionError {
  if (isSessionError(error)) return error
  return storeError(isFull(error) ? 'ERR_STORE_FULL' : 'ERR_STORE_UNAVAILABLE', NAME, error)
}

/** Whether Redis has no memory left for what it was asked. */
export function isFull(error: unknown): boolean {
  return error instanceof Error && /\bOOM\b/.test(error.message)
}
