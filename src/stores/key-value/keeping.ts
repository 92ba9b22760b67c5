/**
 * For how long a key-value store is asked to keep a text.
 *
 * @module
 */

import { SessionError } from '../../core/errors.ts'

const DAY = 86_400_000
/**
 * Beyond these, in milliseconds, some take a length of time for something else: a timer of
 * JavaScript goes off at once, and memcached reads a date, which has long passed.
 */
const LIMITS = [2 ** 31 - 1, 30 * DAY]

/** As many milliseconds as are wanted, but past no limit for more than is needed. */
export function keptFor(needed: number, wanted: number): number {
  const limit = LIMITS.find((each) => needed <= each) ?? Infinity
  return Math.min(wanted, limit)
}

/** Whether a key-value store may take this length of time for a date. */
export function mayBeDate(needed: number): boolean {
  return needed > LIMITS.at(-1)!
}

/** What was written with a time that may be a date is not there. */
export function notKept(store: string): SessionError {
  return new SessionError(
    'ERR_STORE_UNSUPPORTED',
    `The session store (${store}) did not keep a session that may last more than 30 days without a request. Some servers, such as memcached, take so long a time for a date. Set \`idle\` or \`absolute\` to 30 days or less, or use another store.`,
  )
}
