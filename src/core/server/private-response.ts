/**
 * Keeping a response out of caches where the adapter does not hold it.
 *
 * @module
 */

import { NO_STORE } from '../no-store.ts'

/**
 * Marks a response `Cache-Control: private, no-store`, so that no cache hands what is in it, such
 * as a session cookie, to another visitor (ASVS V14.3.2). Answers the same response, or a copy where
 * its headers cannot be changed, as those of `Response.redirect()`.
 */
export function privateResponse(response: Response): Response {
  try {
    response.headers.set('cache-control', NO_STORE)
    return response
  } catch {
    const copy = new Response(response.body, response)
    copy.headers.set('cache-control', NO_STORE)
    return copy
  }
}
