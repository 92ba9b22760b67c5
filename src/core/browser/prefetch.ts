/**
 * Requests that are made ahead: the browser may show the answer later, without another request, or
 * never. A prefetch says so in `Sec-Purpose` (Fetch standard, section 2.2.7); older browsers and
 * routers have names of their own for it.
 *
 * @module
 */

import type { CookieChannel, Prefetch } from './channel.ts'
import { readerOf, type CheckedRequest } from './same-origin.ts'

const NAMES = ['sec-purpose', 'purpose', 'x-moz']

/** What the headers of a request tell; `null` for a visit. */
function prefetchOf({ headers, url }: CheckedRequest): Prefetch | null {
  const read = readerOf(headers)
  const isCertain = NAMES.some((name) => read(name)?.includes('prefetch'))
  return isCertain ? { isCertain, page: pageOf(url ?? null) } : null
}

/** The same of the request behind a channel. */
export function prefetchBehind({
  prefetch,
  request,
}: Pick<CookieChannel, 'prefetch' | 'request'>): Prefetch | null {
  return prefetch ?? (request === undefined ? null : prefetchOf(request))
}

/** The page from which the browser sent a request, if it tells. */
export function pageBefore({ request }: CookieChannel): string | null {
  return request === undefined ? null : pageOf(readerOf(request.headers)('referer'))
}

/** Path and query of an address; `null` if it is none, or too long to be remembered. */
export function pageOf(address: string | null): string | null {
  if (address === null || address.length > LONGEST || !URL.canParse(address, BASE)) return null
  const { pathname, searchParams } = new URL(address, BASE)
  // What Next.js adds to tell its requests apart.
  searchParams.delete('_rsc')
  return `${pathname}?${searchParams}`
}

const BASE = 'http://localhost'
/** Characters of an address. */
const LONGEST = 1000
