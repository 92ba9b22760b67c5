/**
 * The response of the fetch kind, as sessions leave it.
 *
 * @module
 */

import { SessionError } from './errors.ts'
import type { HeldChannel } from './held-channel.ts'
import { withCookies } from './set-cookie.ts'

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
  answer.headers.set('cache-control', 'private, no-store')
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
