/**
 * Servers of the fetch kind: the response as sessions leave it, and work after it.
 *
 * @module
 */

import { NO_STORE } from '../no-store.ts'
import { SessionError } from '../errors.ts'
import type { HeldChannel } from './held-channel.ts'
import { withCookies } from '../browser/set-cookie.ts'

/**
 * Adds the cookies that are to be sent, and what keeps the response out of shared caches. The
 * answer is a copy where a cookie is added: an application may send the same response to many.
 *
 * `Response.error()` stays as it is: it reaches no browser.
 * @throws `ERR_HEADERS_SENT` if a cookie is to be sent with a response that takes none
 */
export function answerWith(response: Response, { cookies }: HeldChannel): Response {
  if (response.status === 0) return response
  if (cookies.length === 0) return varyByCookie(response)
  const answer = isCopyable(response) ? copyOf(response) : response
  const lines = withCookies(answer.headers.getSetCookie(), cookies)
  try {
    answer.headers.delete('set-cookie')
  } catch {
    throw new SessionError(
      'ERR_HEADERS_SENT',
      `The session needs its cookie sent, and this response with status ${response.status} takes none. Write to the session in a request before it; or, where there is a session already, with detached(request).`,
    )
  }
  for (const line of lines) answer.headers.append('set-cookie', line)
  answer.headers.set('cache-control', NO_STORE)
  return varyByCookie(answer)
}

function varyByCookie(response: Response): Response {
  const names = (response.headers.get('vary') ?? '').split(',').map((name) => name.trim().toLowerCase())
  if (names.includes('cookie') || names.includes('*')) return response
  try {
    response.headers.append('vary', 'Cookie')
    return response
  } catch {
    // Headers of Response.redirect() and of fetched responses cannot be changed.
    if (!isCopyable(response)) return response
    const copy = copyOf(response)
    copy.headers.append('vary', 'Cookie')
    return copy
  }
}

/** Not so where a WebSocket begins, with status 101. */
function isCopyable({ status }: Response): boolean {
  return status >= 200 && status <= 599
}

function copyOf(response: Response): Response {
  return new Response(response.body, response)
}

/**
 * How to keep a runtime alive that ends with the response, such as Cloudflare Workers, if this is the
 * context object that it passes to handlers.
 */
export function waiter(context: unknown): ((work: () => Promise<void>) => void) | undefined {
  if (typeof context !== 'object' || context === null) return undefined
  const { waitUntil } = context as { waitUntil?: unknown }
  if (typeof waitUntil !== 'function') return undefined
  return (work) => void Reflect.apply(waitUntil, context, [work()])
}
