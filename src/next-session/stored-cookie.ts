/**
 * The cookie of a stored session, as stores of all kinds give it back.
 *
 * @module
 */

import type { Cookie, CookieDefaults } from './types.ts'

/**
 * The cookie of a new session.
 * @param now epoch milliseconds
 */
export function newCookie(defaults: CookieDefaults, now: number): Cookie {
  const { path, httpOnly = true, domain, sameSite, secure, maxAge } = defaults
  const cookie = {
    path: path || '/',
    httpOnly,
    domain: domain || undefined,
    sameSite,
    secure: secure || false,
  }
  return maxAge ? { ...cookie, maxAge, expires: new Date(now + maxAge * 1000) } : cookie
}

/** Reads what a store gave back: `null` if it is no cookie; `expires` becomes a Date, or is left out. */
export function readCookie(stored: unknown): Cookie | null {
  if (typeof stored !== 'object' || stored === null) return null
  const { expires, ...rest } = stored as { expires?: unknown }
  if (expires === undefined || expires === null) return rest as Cookie
  const date = isDate(expires) ? expires : new Date(expires as string)
  return (isDate(date) ? { ...rest, expires: date } : rest) as Cookie
}

/** When a session ends, in epoch milliseconds; `undefined` if its cookie does not say. */
export function expiryOf({ expires }: Cookie): number | undefined {
  return isDate(expires) ? expires.getTime() : undefined
}

/** Whether a value is a Date that names a moment. */
export function isDate(value: unknown): value is Date {
  return value instanceof Date && !Number.isNaN(value.getTime())
}
