/**
 * Whether a browser would have sent our cookie with a request, if it had one.
 *
 * `SameSite` makes it withhold the cookie where a page of another site sends the request (RFC 6265bis
 * section 5.8.3). That request looks like one of a new visitor, and a new cookie would take the place
 * of the one that was withheld. So a session begins only where the cookie would have come.
 *
 * Browsers tell in headers that no page can set: `Sec-Fetch-*` where the address is https or
 * localhost, else `Origin` where the method is not GET or HEAD, and `Referer`.
 *
 * @module
 */

import type { CookieChannel } from './channel.ts'
import type { CookieSettings } from './cookie.ts'
import { readerOf, type CheckedRequest } from './same-origin.ts'

/** The options that decide. */
export interface WithheldSettings {
  origins: readonly string[]
  cookie: Pick<CookieSettings, 'name' | 'sameSite'>
}

type Reader = (name: string) => string | null

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * Whether the browser has kept our cookie back from the request, if it has one. That one of our name
 * came shows nothing: it may be of another scope, or planted.
 */
export function isWithheld({ request }: Pick<CookieChannel, 'request'>, settings: WithheldSettings): boolean {
  return request !== undefined && cookieWouldCome(request, settings) === false
}

/** Whether the browser would send our cookie with the request; `null` if the headers do not tell. */
export function cookieWouldCome(
  { method, headers }: CheckedRequest,
  { origins, cookie: { sameSite } }: WithheldSettings,
): boolean | null {
  if (sameSite === 'none') return true
  const read = readerOf(headers)
  const isSafe = method === undefined ? looksSafe(read) : SAFE.has(method)
  const site = read('sec-fetch-site')
  if (site !== null) return site !== 'cross-site' || (sameSite === 'lax' && isSafe && isNavigation(read))
  // Of safe ones only links are seen to, which bring a lax cookie: what a page embeds sets none.
  if (isSafe && sameSite === 'lax') return true
  const source = read('origin') ?? originOf(read('referer'))
  // Without either it is typed, or sent by no browser.
  if (source === null || origins.includes(source)) return true
  // Sandboxed frames send that, and so do redirects; of our own pages those that ask for no referrer.
  return source === 'null' ? false : isSameSite(source, read('host'))
}

/**
 * The same where the method is not told: browsers send `Origin` with all but GET and HEAD, and a form
 * has a type.
 */
function looksSafe(read: Reader): boolean {
  return read('origin') === null && read('content-type') === null
}

/** Of the whole window, and not of a frame in a page of another site. */
function isNavigation(read: Reader): boolean {
  return read('sec-fetch-mode') === 'navigate' && read('sec-fetch-dest') === 'document'
}

/**
 * Whether a page is of our own site: `null` if that is not sure. Two names are surely of two sites
 * if their last two labels differ. A host that is no public name may be what a proxy made of ours.
 */
function isSameSite(origin: string, host: string | null): boolean | null {
  const page = labelsOf(URL.canParse(origin) ? new URL(origin).hostname : '')
  const own = labelsOf(host?.replace(/:\d+$/, '') ?? '')
  if (page.length > 0 && page.join('.') === own.join('.')) return true
  if (own.length < 2 || page.length === 0 || /^\d+$/.test(own.at(-1) ?? '')) return null
  return page.slice(-2).join('.') === own.slice(-2).join('.') ? null : false
}

function labelsOf(host: string): string[] {
  return host.startsWith('[') ? [host] : host.toLowerCase().split('.').filter(Boolean)
}

function originOf(address: string | null): string | null {
  return address !== null && URL.canParse(address) ? new URL(address).origin : null
}
