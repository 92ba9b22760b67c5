/**
 * Finding our cookie in a request and describing the one to send.
 *
 * @module
 */

import { stringifySetCookie } from 'cookie'
import { plainValues, type CookieValues } from './cookie-value.ts'

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

const MAX_HEADER = 65_536

/**
 * The different valid tokens, at most two, under our name in a `Cookie` header. Malformed and
 * forged copies are ignored, so that a planted one cannot hide the real one; two different
 * tokens are for the caller to refuse (cookie tossing).
 */
export function findTokens(header: string, name: string, values: CookieValues = plainValues): string[] {
  const tokens: string[] = []
  const start = `${name}=`
  const text = header.length > MAX_HEADER ? header.slice(0, MAX_HEADER) : header
  // Two are as bad as more, but any number of malformed copies may come before a good one.
  for (let at = text.indexOf(start); at !== -1 && tokens.length < 2; at = text.indexOf(start, at + 1)) {
    if (!beginsPair(text, at)) continue
    const token = values.read(valueAt(text, at + start.length))
    if (token !== null && !tokens.includes(token)) tokens.push(token)
  }
  return tokens
}

/** Whether a `Cookie` header may hold a cookie of our name, well-formed or not. */
export function mentions(header: string, name: string): boolean {
  return header.includes(`${name}=`)
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
