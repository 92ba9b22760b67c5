/**
 * The App Router's request: where the cookie is read, and where it may be written.
 *
 * @module
 */

import * as nextCache from 'next/cache.js'
import { cookies, headers } from 'next/headers.js'
import type { CookieChannel } from '../core/browser/channel.ts'
import { findTokens, type SessionCookie } from '../core/browser/cookie.ts'
import type { FetchHeaders } from '../core/browser/same-origin.ts'
import { SessionError } from '../core/errors.ts'
import { headersSent } from '../core/server/held-channel.ts'
import type { Session } from '../core/session/session.ts'
import { settingsOf, type Sessions } from '../core/sessions.ts'
import type { Settings } from '../core/settings.ts'
import { loadDefer, type Defer } from './after.ts'
import { attributesOf, CookieNames } from './cookie-names.ts'
import { currentExchange, routerPrefetch } from './exchange.ts'
import { LateHead } from './late-head.ts'
import { memoized } from './shared.ts'

type Cookies = Awaited<ReturnType<typeof cookies>>

/**
 * Opens the session of the current request, once.
 *
 * The order matters. `cookies()` and `headers()` make the render dynamic; `io()` (Next 16.3)
 * ends it where a prefetch or a prerender must stop. Only after it may anything read the
 * clock, draw random numbers or ask a store: that is what makes a prefetch cost nothing.
 */
export async function openRequest<Data extends object>(
  sessions: Sessions<Data>,
  memoKey: string,
): Promise<Session<Data>> {
  const jar = await cookies()
  const list = await headers()
  await io?.()
  const defer = await loadDefer()
  return memoized(list, memoKey, () => sessions.open(channel(jar, list, settingsOf(sessions), defer)))
}

const io = (nextCache as { io?: () => Promise<void> }).io

function channel(jar: Cookies, headers: FetchHeaders, settings: Settings, defer: Defer): CookieChannel {
  const names = new CookieNames(settings.cookie)
  const exchange = currentExchange()
  const head = exchange === undefined ? null : new LateHead(exchange.response)
  return {
    header: currentHeader(jar, headers.get('cookie') ?? '', settings),
    request: { headers },
    prefetch: routerPrefetch(exchange),
    // Next renders the page again, with fresh data, only if an action sets a cookie.
    resend: true,
    send(cookie) {
      const name = names.of(cookie)
      const before = jar.get(name)?.value ?? ''
      const takeBack = (): void => {
        setCookie(jar, { ...cookie, name, value: before, ...(before === '' && { maxAge: 0 }) })
        head?.remove(cookie)
      }
      setCookie(jar, { ...cookie, name })
      if (head?.isSent === true) {
        takeBack()
        throw headersSent(
          ' In a stream, call `await session.start()` before you return it: then writes need no cookie.',
        )
      }
      head?.add(cookie)
      return takeBack
    },
    abandoned: (error) => console.error('A write to the session failed, and no caller awaited it.', error),
    defer,
  }
}

/**
 * The request's `Cookie` header, unless a proxy or an earlier step of this request has set a
 * token since it came. The header still shows duplicates; `cookies()` shows the last one, which
 * may be a malformed copy that an attacker planted.
 */
function currentHeader(jar: Cookies, header: string, { cookie: { name }, cookieValues }: Settings): string {
  const value = jar.get(name)?.value ?? ''
  const current = cookieValues.read(value)
  const isSent = current === null || findTokens(header, name, cookieValues, Infinity).includes(current)
  return isSent ? header : `${name}=${value}`
}

function setCookie(jar: Cookies, cookie: SessionCookie): void {
  try {
    jar.set(cookie.name, cookie.value, attributesOf(cookie))
  } catch (cause) {
    throw new SessionError(
      'ERR_SESSION_READONLY',
      'The session was written where Next.js cannot send a cookie: while rendering, or in after(). Write in a Server Action or a Route Handler; a form or a client component can call one.',
      { cause },
    )
  }
}
