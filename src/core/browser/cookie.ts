/**
 * Finding our cookie in a request and describing the one to send.
 *
 * @module
 */

import { stringifySetCookie } from 'cookie'
import { plainValues, type CookieValues } from './signature.ts'

/** Attributes of the session cookie, checked and complete. */
export interface CookieSettings {
  name: string
  path: string
  domain?: string
  secure: boolean
  httpOnly: boolean
  sameSite: 'lax' | 'strict' | 'none'
  partitioned?: boolean
  priority?: 'low' | 'medium' | 'high'
}

/** One cookie to send. */
export interface SessionCookie extends CookieSettings {
  /** What carries the token, or `''` to clear. */
  value: string
  /** Seconds; `0` clears, absent means until the browser closes. */
  maxAge?: number
}

/** How many different tokens of a request are asked for. No browser has more by accident. */
export const MOST_TOKENS = 8

/**
 * The different valid tokens under our name in a `Cookie` header, in its order. Malformed and forged
 * copies are ignored, so that a planted one cannot hide the real one. Which of several counts is for
 * the caller to decide (cookie tossing).
 *
 * @param most at which number to stop
 */
export function findTokens(
  header: string,
  name: string,
  values: CookieValues = plainValues,
  most: number = MOST_TOKENS + 1,
): string[] {
  const tokens = new Set<string>()
  for (const value of valuesOf(header, name)) {
    const token = values.read(value)
    if (token !== null) tokens.add(token)
    if (tokens.size === most) break
  }
  return [...tokens]
}

/** Whether a `Cookie` header holds a cookie of a name, well-formed or not. */
export function mentions(header: string, name: string): boolean {
  return valuesOf(header, name).next().done !== true
}

/** The cookie that carries a value for `maxAge` seconds, or until the browser closes. */
export function tokenCookie(settings: CookieSettings, value: string, maxAge?: number): SessionCookie {
  return { ...settings, value, ...(maxAge !== undefined && { maxAge }) }
}

/** The cookie that removes ours. Browsers need the same attributes again, or keep it. */
export function clearingCookie(settings: CookieSettings): SessionCookie {
  return { ...settings, value: '', maxAge: 0 }
}

/** The text of a `Set-Cookie` header. */
export function serializeCookie(cookie: SessionCookie): string {
  return stringifySetCookie(cookie)
}

/**
 * The values of all cookies of a name, in the order of the header: the one way in which it is read.
 * However long it is, it is read to its end, once.
 */
function* valuesOf(header: string, name: string): Generator<string, undefined> {
  const start = `${name}=`
  for (let at = header.indexOf(start); at !== -1; at = header.indexOf(start, at + 1))
    if (beginsPair(header, at)) yield valueAt(header, at + start.length)
}

function beginsPair(text: string, at: number): boolean {
  let before = at - 1
  while (text[before] === ' ' || text[before] === '\t') before--
  return before < 0 || text[before] === ';'
}

function valueAt(text: string, start: number): string {
  const end = text.indexOf(';', start)
  const value = (end === -1 ? text.slice(start) : text.slice(start, end)).trim()
  return value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}
