/**
 * The response of the fetch kind, as sessions leave it.
 *
 * @module
 */

import type { HeldChannel } from './held-channel.ts'
import { withCookies } from './set-cookie.ts'

/**
 * Adds the cookies that are to be sent, and what keeps the response out of shared caches. The
 * answer is a copy where a cookie is added: an application may send the same response to many.
 */
export function answerWith(response: Response, { cookies }: HeldChannel): Response {
  if (cookies.length === 0) return varyByCookie(response)
  const copy = new Response(response.body, response)
  const lines = withCookies(copy.headers.getSetCookie(), cookies)
  copy.headers.delete('set-cookie')
  for (const line of lines) copy.headers.append('set-cookie', line)
  copy.headers.set('cache-control', 'private, no-store')
  return varyByCookie(copy)
}

function varyByCookie(response: Response): Response {
  const names = (response.headers.get('vary') ?? '').split(',').map((name) => name.trim().toLowerCase())
  if (names.includes('cookie') || names.includes('*')) return response
  try {
    response.headers.append('vary', 'Cookie')
    return response
  } catch {
    // Headers of Response.redirect() and of fetched responses cannot be changed.
    const copy = new Response(response.body, response)
    copy.headers.append('vary', 'Cookie')
    return copy
  }
}
