/**
 * How a session reaches the browser: the one thing every adapter brings.
 *
 * @module
 */

import type { SessionCookie } from './cookie.ts'
import type { CheckedRequest } from './same-origin.ts'

/** The writes of one session in one request. */
export interface PendingWrites {
  /** Whether `settle` would have nothing to wait for and nothing to tell. */
  readonly isSettled: boolean
  /** Resolves when no write is on its way; rejects with the first failure that was not awaited. */
  settle(): Promise<void>
}

/** What is known of a request that is made ahead. */
export interface Prefetch {
  /** Whether it surely is one, and no visit. */
  isCertain: boolean
  /** The page that it fetches, as `pageOf` tells; `null` if that is not known. */
  page: string | null
}

/** One request and its response, as far as cookies go. */
export interface CookieChannel {
  /** The request's `Cookie` header. */
  header: string | null | undefined
  /**
   * The request, whose headers tell whether the browser may have withheld the cookie. Then no session
   * begins. Where the method is missing, the headers have to do. Default: a cookie that did not come
   * is not there.
   */
  request?: CheckedRequest
  /**
   * Sends a cookie with the response, before the store is written, in place of one of the same
   * name, domain and path; others stay. Returns how to take back what was sent under these three,
   * for when the store refuses.
   *
   * @throws `ERR_SESSION_READONLY` or `ERR_HEADERS_SENT` if no cookie can be sent (any more)
   */
  send(cookie: SessionCookie): () => void
  /** Receives the session's writes, so that the response can wait for them. Default: nothing waits. */
  attach?(writes: PendingWrites): void
  /**
   * Told of a write that failed and was not awaited, where nothing waits for the writes.
   * Default: it is not told.
   */
  abandoned?(this: void, error: unknown): void
  /**
   * Asked before each write, also before one that needs no cookie. Default: a write that needs no
   * cookie passes.
   *
   * @throws `ERR_HEADERS_SENT` if the browser can no longer be told that the write failed
   */
  assertWritable?(): void
  /**
   * Whether to send the cookie with every write, and not only when the token changes, as long as the
   * head is not out. Default false.
   */
  resend?: boolean
  /**
   * Runs something after the response, such as moving the idle deadline. Default: at once,
   * in the background. It never rejects.
   */
  defer?(work: () => Promise<void>): void
  /** Whether the request only looks, so that opening the session moves no deadline. Default false. */
  looksOnly?: boolean
  /** Where the adapter knows more than the headers that it is, or may be, made ahead. */
  prefetch?: Prefetch | null
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
