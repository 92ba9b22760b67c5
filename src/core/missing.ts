/** @module Stores that call it an error that there is no such session. */

/** Whether an error says so: those of stores that keep files do, and of wrappers of memcached. */
export function saysMissing(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  if ('code' in error && error.code === 'ENOENT') return true
  return 'message' in error && /unable to find/i.test(String(error.message))
}
