/**
 * Whether a request that may change something comes from a page of our own: the defence
 * against cross-site request forgery (OWASP ASVS 5.0 V3.5.1 to V3.5.3).
 *
 * Browsers say so in headers that no page can set: `Sec-Fetch-Site` where the address is
 * https or localhost, and `Origin` with every request but GET and HEAD. The own origin, where
 * none is listed, is told by `Host`, which a foreign page cannot choose either.
 * `X-Forwarded-Host` is never read: unless a proxy overwrites it, the client wrote it.
 *
 * @module
 */

import { mentions } from './cookie.ts'
import { isObject } from '../check-options.ts'
import { invalidOption, SessionError } from '../errors.ts'

/** The part of a request that is checked: `Request`, `NextRequest`, `http.IncomingMessage` and the like. */
export interface CheckedRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: FetchHeaders | NodeHeaders
}

/** As `Headers` reads them. */
export interface FetchHeaders {
  get(name: string): string | null
}

/** As `http.IncomingMessage` holds them: by name, in lower case. */
interface NodeHeaders {
  readonly [name: string]: string | readonly string[] | undefined
}

/** The options that decide. */
export interface OriginSettings {
  /** Whose pages may change something; empty for those of the request's own host. */
  origins: readonly string[]
  cookie: { name: string; secure: boolean }
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])
/** The hosts that browsers trust without https. */
export const LOOPBACK: RegExp = /^(localhost|[\w.-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/

/**
 * Lets a request pass unless it may change something and a foreign page may have sent it.
 * @throws `ERR_CROSS_SITE` (status 403)
 */
export function assertSameOrigin(request: CheckedRequest, settings: OriginSettings): void {
  assertRequest(request, 'assertSameOrigin')
  if (isSameOrigin(request, settings)) return
  throw new SessionError(
    'ERR_CROSS_SITE',
    'The request was not sent by a page of this application, as far as its headers tell, and was refused. If that page is yours, or a proxy in front changes Host, list the origin of the page in the option `origins`. A client that is not a browser can send an Origin header.',
  )
}

/** @throws `ERR_OPTION_INVALID` for what is no request */
export function assertRequest(request: Pick<CheckedRequest, 'headers'>, where: string): void {
  if (!isObject(request?.headers)) throw invalidOption(`${where}: expected a request, with its headers.`)
}

function isSameOrigin({ method, headers }: CheckedRequest, { origins, cookie }: OriginSettings): boolean {
  const read = readerOf(headers)
  if (SAFE.has(method ?? '') && !opensWebSocket(read)) return true
  const site = read('sec-fetch-site')
  if (site === 'same-origin' || site === 'none') return true
  const origin = read('origin')
  if (origin !== null && origins.includes(origin)) return true
  if (site !== null) return false
  if (origin !== null) return origins.length === 0 && isOwn(origin, read('host'), cookie.secure)
  // Browsers send one of the two. A client that sends neither may not use a session.
  return !mentions(read('cookie') ?? '', cookie.name)
}

/** With a secure cookie the page must be secure as well: over http, any text may come from the network. */
function isOwn(origin: string, host: string | null, secure: boolean): boolean {
  if (host === null) return false
  const own = host.toLowerCase()
  return origin === `https://${own}` || (origin === `http://${own}` && (!secure || LOOPBACK.test(own)))
}

/** Such a handshake is a GET, which any page can send with our cookie. */
function opensWebSocket(read: (name: string) => string | null): boolean {
  return /\bwebsocket\b/i.test(read('upgrade') ?? '')
}

/** How to read a header of any kind of request. */
export function readerOf(headers: FetchHeaders | NodeHeaders): (name: string) => string | null {
  if (isFetchHeaders(headers)) return (name) => headers.get(name)
  return (name) => {
    // HTTP/2 has no Host; Node names its successor like this.
    const value = headers[name] ?? (name === 'host' ? headers[':authority'] : undefined)
    if (value === undefined) return null
    return [value].flat().join(name === 'cookie' ? '; ' : ', ')
  }
}

function isFetchHeaders(headers: FetchHeaders | NodeHeaders): headers is FetchHeaders {
  return typeof headers['get' as keyof typeof headers] === 'function'
}

/**
 * Whether a value is a list of origins as browsers send them: scheme, host and port, in lower
 * case, without a default port, a path or a wildcard. Applications in a web view have schemes of
 * their own, such as `capacitor://localhost`.
 */
export function isOriginList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isOrigin)
}

function isOrigin(value: unknown): boolean {
  if (typeof value !== 'string' || !/^[a-z][a-z\d+.-]*:\/\/[^\s/\\?#@*,]+$/.test(value)) return false
  if (!URL.canParse(value)) return false
  const { origin } = new URL(value)
  return origin === value || (origin === 'null' && value === value.toLowerCase())
}
