/**
 * The session's `Set-Cookie` header.
 *
 * @module
 */

import { NO_STORE } from '../core/no-store.ts'
import { stringifySetCookie, type SetCookie } from 'cookie'
import { scopeOfLine } from '../core/browser/set-cookie.ts'
import { restore } from '../core/server/node-head.ts'
import { isDate } from './stored-cookie.ts'
import type { Options, Session } from './types.ts'

/** The part of `http.ServerResponse` that carries cookies. */
export interface CookieResponse {
  readonly headersSent: boolean
  getHeader(name: string): number | string | string[] | undefined
  setHeader(name: string, value: string | string[]): unknown
  removeHeader(name: string): void
}

/**
 * Sets the cookie on a response that has not begun. Other cookies stay, also one of the same name
 * for another path or domain; an earlier one of the same scope is replaced. No cache may keep such
 * a response, and hand the cookie to another visitor (ASVS V14.3.2).
 *
 * @param encode turns the id into the cookie's value
 * @returns how to take that back
 */
export function commitHeader(
  response: CookieResponse,
  name: string,
  { cookie, id }: Pick<Session, 'cookie' | 'id'>,
  encode?: Options['encode'],
): () => void {
  if (response.headersSent) return () => {}
  const { path, domain, httpOnly, secure, sameSite, expires } = cookie
  const attributes = { path, domain, httpOnly, secure, sameSite, ...(isDate(expires) && { expires }) }
  const value = encode === undefined ? id : encode(id)
  const line = stringifySetCookie({ name, value, ...attributes } as SetCookie, { encode: encodeURIComponent })
  const before = replaceCookie(response, scopeOfLine(line), [line])
  const control = response.getHeader('cache-control')
  response.setHeader('cache-control', NO_STORE)
  return () => {
    if (response.headersSent) return
    replaceCookie(response, scopeOfLine(line), before)
    restore(response, 'cache-control', control)
  }
}

/** Answers the lines of the scope that were there before. */
function replaceCookie(response: CookieResponse, scope: string, lines: string[]): string[] {
  const all = [response.getHeader('set-cookie') ?? []].flat().map(String)
  const others = all.filter((line) => scopeOfLine(line) !== scope)
  restore(response, 'set-cookie', [...others, ...lines])
  return all.filter((line) => scopeOfLine(line) === scope)
}
