/**
 * The head of a Node response, as sessions leave it.
 *
 * @module
 */

import type { SessionCookie } from './cookie.ts'
import { withCookies } from './set-cookie.ts'

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
 * path, and keeps the response out of caches, so that none hands a cookie to somebody else (ASVS
 * V14.3.2).
 */
export function addCookies(response: NodeHeaders, cookies: readonly SessionCookie[]): void {
  if (cookies.length === 0) return
  response.setHeader('set-cookie', withCookies(linesOf(response), cookies))
  response.setHeader('cache-control', 'private, no-store')
}

/** The `Set-Cookie` lines of a response so far. */
export function linesOf(response: NodeHeaders): string[] {
  return [response.getHeader('set-cookie') ?? []].flat().map(String)
}

/** Those that `writeHead` would otherwise replace. */
const OURS = new Set(['set-cookie', 'vary', 'cache-control'])

/**
 * Sets those headers among the arguments of `writeHead` that sessions add to, and returns the
 * arguments without them.
 */
export function extractHeaders(response: NodeHeaders, args: readonly unknown[]): unknown[] {
  const headers = args.at(-1)
  if (typeof headers !== 'object' || headers === null) return [...args]
  const pairs = pairsOf(headers)
  for (const name of OURS) {
    const values = pairs.filter(([key]) => key.toLowerCase() === name).flatMap(([, value]) => value)
    if (values.length > 0)
      response.setHeader(name, name === 'set-cookie' ? values.map(String) : values.join(', '))
  }
  const others = pairs.filter(([key]) => !OURS.has(key.toLowerCase()))
  return [...args.slice(0, -1), Array.isArray(headers) ? others.flat(1) : Object.fromEntries(others)]
}

/** Node takes headers as an object, as a list of names and values in turn, and as a list of pairs. */
function pairsOf(headers: object): [string, unknown][] {
  if (!Array.isArray(headers)) return Object.entries(headers)
  const flat: unknown[] = Array.isArray(headers[0]) ? headers.flat(1) : headers
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[String(name), flat[i + 1]] as [string, unknown]] : []))
}
