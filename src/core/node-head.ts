/**
 * The head of a Node response, as sessions leave it.
 *
 * @module
 */

import { serializeCookie, type SessionCookie } from './cookie.ts'

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
 * Adds a cookie to those of the application, in place of an earlier one of its name, and keeps
 * the response out of caches, so that none hands the cookie to somebody else (ASVS V14.3.2).
 */
export function addCookie(response: NodeHeaders, cookie: SessionCookie): void {
  const others = [response.getHeader('set-cookie') ?? []]
    .flat()
    .map(String)
    .filter((line) => !line.startsWith(`${cookie.name}=`))
  response.setHeader('set-cookie', [...others, serializeCookie(cookie)])
  response.setHeader('cache-control', 'private, no-store')
}
