/**
 * The head of a Node response, as sessions leave it.
 *
 * @module
 */

import { NO_STORE } from '../no-store.ts'
import type { SessionCookie } from '../browser/cookie.ts'
import { withCookies } from '../browser/set-cookie.ts'

/** The part of `http.ServerResponse` that holds headers. */
export interface NodeHeaders {
  readonly headersSent: boolean
  getHeader(name: string): number | string | string[] | undefined
  setHeader(name: string, value: string | readonly string[]): unknown
  removeHeader(name: string): void
}

/** Says that the response depends on the cookie. */
export function varyByCookie(response: NodeHeaders): void {
  const header = response.getHeader('vary')
  if (header === undefined) return void response.setHeader('vary', 'Cookie')
  const before = [header].flat().join(', ')
  const names = before.split(',').map((name) => name.trim().toLowerCase())
  if (names.includes('cookie') || names.includes('*')) return
  response.setHeader('vary', before === '' ? 'Cookie' : `${before}, Cookie`)
}

/**
 * Adds cookies to those of the application, each in place of an earlier one of its name, domain and
 * path, and keeps the response out of caches, so that none hands a cookie to another visitor (ASVS
 * V14.3.2).
 */
export function addCookies(response: NodeHeaders, cookies: readonly SessionCookie[]): void {
  if (cookies.length === 0) return
  response.setHeader('set-cookie', withCookies(linesOf(response), cookies))
  response.setHeader('cache-control', NO_STORE)
}

/** The `Set-Cookie` lines of a response so far. */
export function linesOf(response: NodeHeaders): string[] {
  return [response.getHeader('set-cookie') ?? []].flat().map(String)
}

/** Sets a header to what it was, also if it was not there. */
export function restore(
  response: NodeHeaders,
  name: string,
  value: ReturnType<NodeHeaders['getHeader']>,
): void {
  const [first, ...more] = [value ?? []].flat().map(String)
  if (first === undefined) response.removeHeader(name)
  else response.setHeader(name, more.length === 0 ? first : [first, ...more])
}
