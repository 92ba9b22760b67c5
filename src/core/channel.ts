/**
 * How a session reaches the browser: the one thing every adapter brings.
 *
 * @module
 */

import type { SessionCookie } from './cookie.ts'

/** One request and its response, as far as cookies go. */
export interface CookieChannel {
  /** The request's `Cookie` header. */
  header: string | null | undefined
  /**
   * Sends a cookie with the response, before the store is written. Returns how to take
   * that back, for when the store refuses.
   *
   * @throws `ERR_SESSION_READONLY` or `ERR_HEADERS_SENT` if no cookie can be sent (any more)
   */
  send(cookie: SessionCookie): () => void
  /** Whether to send the cookie with every write, and not only when the token changes. Default false. */
  resend?: boolean
  /**
   * Runs something after the response, such as moving the idle deadline. Default: at once,
   * in the background. It never rejects.
   */
  defer?(work: () => Promise<void>): void
}

/** Leaves work to the adapter, to be done after the response. Failures are events, not errors. */
export function later(channel: CookieChannel, work: () => Promise<unknown>): void {
  const quiet = (): Promise<void> =>
    work().then(
      () => {},
      () => {},
    )
  if (channel.defer === undefined) void quiet()
  else channel.defer(quiet)
}
