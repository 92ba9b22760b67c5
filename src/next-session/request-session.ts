/**
 * One session in one request: the object that the application holds, and how it gets to the store.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { SessionError } from '../core/errors.ts'
import { varyByCookie } from '../core/server/node-head.ts'
import type { Alarm } from './alarm.ts'
import { commitHeader } from './commit-header.ts'
import type { Comparison, StoredSession } from './stored-session.ts'
import { isDestroyed, isNew, isTouched } from './symbol.ts'
import type { Cookie, Options, Session, SessionRecord } from './types.ts'

/** What a session knows of its request. */
export interface Exchange {
  request: IncomingMessage & { session?: Session | undefined }
  response: ServerResponse
  name: string
  encode: Options['encode']
  autoCommit: boolean
  /** Is told of failures that no caller may have awaited. */
  alarm: Alarm
  /** When the request came, in epoch milliseconds. */
  now: number
}

/** See the module. */
export class RequestSession {
  readonly session: Session
  readonly #exchange: Exchange
  readonly #stored: StoredSession
  /** What is on its way to the store, one after another; `null` if nothing is. */
  #tail: Promise<void> | null = null
  /** Why the session could not be destroyed. */
  #failure: { error: unknown } | null = null
  #isTouchDue = false
  /** Whether the cookie is wanted in any case. */
  #isCommitted = false
  /** Whether another request ended the session. */
  #isLost = false
  /** Whether the cookie's last moment has passed without it. */
  #isTooLate = false

  constructor(exchange: Exchange, id: string, data: SessionRecord, cookie: Cookie, stored: StoredSession) {
    this.#exchange = exchange
    this.#stored = stored
    this.session = { ...(stored.isStored ? {} : { [isNew]: true }), cookie, ...data } as Session
    Object.defineProperties(this.session, {
      id: { value: id },
      touch: { value: () => this.#touch() },
      commit: { value: () => this.#commit() },
      destroy: { value: () => this.#destroy() },
    })
  }

  /** Whether something is on its way to the store, or has failed there. */
  get isBusy(): boolean {
    return this.#tail !== null || this.#failure !== null
  }

  /** Whether something must be brought to the store, or is on its way. */
  get isDue(): boolean {
    if (this.isBusy) return true
    if (this.session[isDestroyed]) return false
    return this.#isTouchDue || this.#stored.isChanged(this.session)
  }

  /** Whether the browser does not know this session yet. */
  get mayAnnounce(): boolean {
    return !this.#stored.isStored && !this.session[isDestroyed]
  }

  /**
   * Stores what has changed.
   * @param isFinal whether nothing can change any more
   */
  async settle(isFinal: boolean): Promise<void> {
    while (this.#tail !== null) await this.#tail
    if (this.#failure !== null) throw this.#failure.error
    if (this.session[isDestroyed]) return
    const comparison = this.#stored.compare(this.session)
    if (!this.#isTouchDue && !comparison.isChanged) return
    if (this.mayAnnounce && this.#isTooLate) throw tooLate()
    if (isFinal && this.#isEmptied(comparison)) return this.#destroy()
    await this.#inLine(() => this.#save(comparison))
  }

  /** Puts the cookie into the headers if the browser has to hear of the session. */
  announce(): void {
    const { session } = this
    const exists = !this.#isLost && this.#stored.isStored
    const isNews = session[isNew] || session[isTouched] || this.#isCommitted
    this.#isTooLate = !exists
    sayItVaries(this.#exchange.response)
    if (session[isDestroyed] || (isNews && exists)) this.#sendCookie()
  }

  #touch(): void {
    const { cookie } = this.session
    if (cookie.maxAge) cookie.expires = new Date(this.#exchange.now + cookie.maxAge * 1000)
    this.session[isTouched] = true
    this.#isTouchDue = true
  }

  #commit(): Promise<void> {
    return this.#observe(this.#committing())
  }

  async #committing(): Promise<void> {
    const undo = this.#sendCookie()
    if (this.session[isDestroyed]) return
    const { autoCommit, response } = this.#exchange
    if (this.mayAnnounce && (autoCommit ? this.#isTooLate : response.headersSent)) throw tooLate()
    try {
      await this.#inLine(() => this.#stored.compare(this.session).save())
    } catch (error) {
      undo()
      throw error
    }
    this.#isCommitted = true
    this.#isTouchDue = false
  }

  #destroy(): Promise<void> {
    return this.#observe(this.#destroying())
  }

  async #destroying(): Promise<void> {
    const { session } = this
    const { request, autoCommit } = this.#exchange
    const { cookie } = session
    session[isDestroyed] = true
    session.cookie = { ...cookie, expires: new Date(1) } as Cookie
    try {
      await this.#inLine(() => this.#stored.destroy())
    } catch (error) {
      delete session[isDestroyed]
      session.cookie = cookie
      this.#failure = { error }
      throw error
    }
    this.#failure = null
    if (!autoCommit) this.#sendCookie()
    if (request.session === session) delete request.session
  }

  async #save(comparison: Comparison): Promise<void> {
    if (this.mayAnnounce || comparison.isChanged) await comparison.save()
    else this.#isLost = !(await this.#stored.touch(this.session))
    this.#isTouchDue = false
  }

  /** Whether this request took the last of its data out of a stored session. */
  #isEmptied({ isChanged }: Comparison): boolean {
    const isEmpty = this.#stored.isStored && Object.keys(this.session).length === 1
    return isEmpty && this.#stored.endsEmpty && isChanged
  }

  /** Answers how to take the cookie back. */
  #sendCookie(): () => void {
    const { response, name, encode } = this.#exchange
    return commitHeader(response, name, this.session, encode)
  }

  /** Makes a promise safe not to await. A caller that awaits it still gets its failure. */
  #observe(promise: Promise<void>): Promise<void> {
    const { alarm } = this.#exchange
    promise.then(
      () => alarm.succeeded(),
      (error: unknown) => alarm.failed(error),
    )
    return promise
  }

  #inLine(work: () => Promise<void>): Promise<void> {
    const done = this.#tail === null ? work() : this.#tail.then(work)
    const tail: Promise<void> = done
      .catch(() => {})
      .then(() => {
        if (this.#tail === tail) this.#tail = null
      })
    this.#tail = tail
    return done
  }
}

/** Says that the response depends on the cookie, as long as that can be said. */
export function sayItVaries(response: ServerResponse): void {
  // In tests of applications it may be no more than it must.
  if ('getHeader' in response && !response.headersSent) varyByCookie(response)
}

function tooLate(): SessionError {
  return new SessionError(
    'ERR_HEADERS_SENT',
    'A new session was written after the response had begun, so its cookie cannot be sent. Nothing was stored. Write to the session before the first res.write(), and commit before res.end().',
  )
}
