/** @module What a failing Redis means to the caller. */

import { isSessionError, type SessionError, storeError } from '../../core/errors.ts'

/**
 * Settles as `work` does; errors of the client become errors of the store.
 *
 * @param store the name of the store
 */
export async function settled<T>(store: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw failure(store, error)
  }
}

/**
 * The error of the store for an error of the client.
 *
 * @param store the name of the store
 */
export function failure(store: string, error: unknown): SessionError {
  if (isSessionError(error)) return error
  return storeError(isFull(error) ? 'ERR_STORE_FULL' : 'ERR_STORE_UNAVAILABLE', store, error)
}

/** Whether Redis has no memory left for what it was asked, or, of Upstash, the plan has none. */
export function isFull(error: unknown): boolean {
  return error instanceof Error && /\bOOM\b|capacity quota exceeded/.test(error.message)
}
