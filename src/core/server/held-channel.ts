/**
 * The way to the browser where the adapter owns the response: the cookies are decided when the
 * head is made, and the head waits for the writes.
 *
 * @module
 */

import type { CookieChannel, PendingWrites } from '../browser/channel.ts'
import type { SessionCookie } from '../browser/cookie.ts'
import { SessionError } from '../errors.ts'
import { scopeOf } from '../browser/set-cookie.ts'
import { readerOf, type CheckedRequest } from '../browser/same-origin.ts'

/** See the module. */
export class HeldChannel implements CookieChannel {
  readonly header: string | null | undefined
  readonly request: CheckedRequest
  readonly defer?: (work: () => Promise<void>) => void
  /** What the response will tell the browser, one of each name, domain and path. */
  cookies: readonly SessionCookie[] = NONE
  #writes: PendingWrites | null = null
  #isClosed = false

  /** @param defer where the runtime ends work in the background with the response; else none */
  constructor(request: CheckedRequest, defer?: (work: () => Promise<void>) => void) {
    this.header = readerOf(request.headers)('cookie')
    this.request = request
    if (defer !== undefined) this.defer = defer
  }

  /** Whether the head may be made at once. */
  get isSettled(): boolean {
    return this.#writes?.isSettled ?? true
  }

  attach(writes: PendingWrites): void {
    this.#writes = writes
  }

  assertWritable(): void {
    if (this.#isClosed) throw headersSent(' For work after it, use detached(request).')
  }

  send(cookie: SessionCookie): () => void {
    this.assertWritable()
    const scope = scopeOf(cookie)
    this.cookies = [...this.#without(scope), cookie]
    return () => void (this.cookies = this.#without(scope))
  }

  /** Sends no cookie after all. */
  discard(): void {
    this.cookies = NONE
  }

  /** Resolves when every write is stored; rejects with the first failure that was not awaited. */
  async settle(): Promise<void> {
    await this.#writes?.settle()
  }

  /** Refuses all further writes: the head is made. */
  close(): void {
    this.#isClosed = true
  }

  #without(scope: string): SessionCookie[] {
    return this.cookies.filter((cookie) => scopeOf(cookie) !== scope)
  }
}

/** One for all requests: most send no cookie. */
const NONE: readonly SessionCookie[] = []

/** Waits until every write of a response is stored; rejects with the first failure that was not awaited. */
export async function settleAll(channels: readonly HeldChannel[]): Promise<void> {
  while (!channels.every(isSettled)) await Promise.all(channels.map((channel) => channel.settle()))
}

/** Whether the head of a response may be made at once. */
function isSettled(channel: HeldChannel): boolean {
  return channel.isSettled
}

/** For a write that came too late. */
export function headersSent(cure = ''): SessionError {
  return new SessionError(
    'ERR_HEADERS_SENT',
    `The session was written after the response had begun, so its cookie cannot be sent, nor its failure told. Write to the session before the first res.write(), res.json() or redirect.${cure}`,
  )
}
