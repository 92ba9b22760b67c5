/**
 * The optional `proxy.ts`. It never says who is signed in: pages, actions and handlers
 * decide that themselves, since a proxy can be bypassed (CVE-2025-29927).
 *
 * @module
 */

import { NextResponse, type NextRequest } from 'next/server.js'
import type { SessionCookie } from '../core/browser/cookie.ts'
import { prefetchBehind } from '../core/browser/prefetch.ts'
import { scopeOf } from '../core/browser/set-cookie.ts'
import { checkAll, isBoolean, type Known } from '../core/check-options.ts'
import { isSessionError } from '../core/errors.ts'
import { NO_STORE } from '../core/no-store.ts'
import { mayMint, settingsOf, type Sessions } from '../core/sessions.ts'
import { loadDefer } from './after.ts'
import { attributesOf, CookieNames } from './cookie-names.ts'
import { currentExchange, routerPrefetch } from './exchange.ts'

/** Options of `proxy`. */
export interface ProxyOptions {
  /**
   * Stores an empty session on the first visit, visible to the page of that same request; not where
   * the browser may have withheld its cookie, since a new one would take the place of the visitor's.
   * Default false: visitors who store nothing get no record and no cookie.
   */
  mint?: boolean
  /**
   * Answers 403 to requests that change something and may come from a page of another site, as
   * `assertSameOrigin` tells; before any store is asked. Default false.
   */
  csrf?: boolean
  /** Moves the idle deadline, not more than once a minute. Default true. */
  renew?: boolean
}

/** A function for `proxy.ts`. */
export type Proxy = (request: NextRequest) => Promise<NextResponse>

const BOOLEAN: Known = [isBoolean, 'true or false']
const KNOWN: Record<keyof ProxyOptions, Known> = { mint: BOOLEAN, csrf: BOOLEAN, renew: BOOLEAN }

/**
 * Makes the proxy function.
 * @throws `ERR_OPTION_INVALID`
 */
export function createProxy<Data extends object>(
  sessions: Sessions<Data>,
  options: ProxyOptions = {},
): Proxy {
  checkAll(options, KNOWN, 'proxy: ')
  const { mint = false, csrf = false, renew = true } = options

  return async function proxy(request) {
    const refusal = csrf ? refuseForeign(sessions, request) : null
    if (refusal !== null) return refusal
    const sent = new Map<string, SessionCookie>()
    if (!mint && !renew) return NextResponse.next()
    const defer = await loadDefer()
    const prefetch = routerPrefetch(currentExchange())
    const session = await sessions.open({
      header: request.headers.get('cookie'),
      request,
      send(cookie) {
        const scope = scopeOf(cookie)
        sent.set(scope, cookie)
        return () => sent.delete(scope)
      },
      defer: (work) => renew && defer(work),
      prefetch,
    })
    const isAhead = prefetchBehind({ request, prefetch })?.isCertain === true
    if (mint && !isAhead && mayMint(sessions, request)) await session.start()
    return sent.size === 0
      ? NextResponse.next()
      : respondWith(request, [...sent.values()], new CookieNames(settingsOf(sessions).cookie))
  }
}

function refuseForeign<Data extends object>(
  sessions: Sessions<Data>,
  request: NextRequest,
): NextResponse | null {
  try {
    sessions.assertSameOrigin(request)
    return null
  } catch (error) {
    if (!isSessionError(error, 'ERR_CROSS_SITE')) throw error
    return new NextResponse(error.message, error.getResponse())
  }
}

/** Sets the cookies on both sides: on the request for the page, on the response for the browser. */
function respondWith(
  request: NextRequest,
  cookies: readonly SessionCookie[],
  names: CookieNames,
): NextResponse {
  for (const { name, maxAge } of cookies) if (maxAge === 0) request.cookies.delete(name)
  for (const { name, value, maxAge } of cookies) if (maxAge !== 0) request.cookies.set(name, value)
  const response = NextResponse.next({ request: { headers: request.headers } })
  for (const cookie of cookies) response.cookies.set(names.of(cookie), cookie.value, attributesOf(cookie))
  response.headers.set('cache-control', NO_STORE)
  return response
}
