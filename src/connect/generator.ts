/**
 * How express-session makes a new session, and what the ones that we load have of that: its
 * prototypes, to which an application may have added methods of its own.
 *
 * @module
 */

import { isObject } from '../core/check-options.ts'
import { ExpressCookie, steady } from './express-cookie.ts'
import { ExpressSession, type SessionRequest } from './express-session.ts'

/** Gives a request a new id and a new session. */
export type Generate = (request: SessionRequest) => void

/** What sessions and their cookies inherit from. */
export interface Prototypes {
  session: object
  cookie: object
}

/** For sessions that are loaded without express-session. */
export const OURS: Prototypes = { session: ExpressSession.prototype, cookie: ExpressCookie.prototype }
/** How many samples may be spoilt by a tick of the clock. */
const ATTEMPTS = 5

/** See the module. */
export class Generator {
  readonly #generate: Generate
  #prototypes: Prototypes | null = null
  /** The `maxAge` of a cookie that was made within one millisecond. */
  #maxAge: number | null = null

  constructor(generate: Generate) {
    this.#generate = generate
  }

  /** Gives a request a new session, whose cookie has the very `maxAge` that the application asked for. */
  generate(request: SessionRequest): void {
    const cookie = this.#make(request)
    if (cookie !== null) steady(cookie)
  }

  /** Those of express-session. It exports none of them to a store, so a session of the first request is a sample. */
  prototypes(request: SessionRequest): Prototypes {
    if (this.#prototypes === null) this.#sample(request)
    return this.#prototypes ?? OURS
  }

  #make(request: SessionRequest): ExpressCookie | null {
    const began = Date.now()
    this.#generate(request)
    const took = Date.now() - began
    const session = request.session as { cookie?: unknown } | null | undefined
    if (!isObject(session) || !isObject(session.cookie)) return null
    const cookie = session.cookie as unknown as ExpressCookie
    this.#prototypes = { session: prototypeOf(session), cookie: prototypeOf(cookie) }
    this.#correct(cookie, took, request)
    return cookie
  }

  /** If the clock ticks while it makes a cookie, express-session takes what is left of `maxAge` for the whole. */
  #correct(cookie: ExpressCookie, took: number, request: SessionRequest): void {
    const { originalMaxAge } = cookie
    if (typeof originalMaxAge !== 'number') return
    if (took === 0) {
      this.#maxAge = originalMaxAge
      return
    }
    if (this.#maxAge === null) this.#sample(request)
    const missing = (this.#maxAge ?? originalMaxAge) - originalMaxAge
    if (missing > 0 && missing <= took) cookie.originalMaxAge = originalMaxAge + missing
  }

  /** Makes sessions that no visitor gets, until one is made within one millisecond. */
  #sample(request: SessionRequest): void {
    this.#maxAge = Number.NaN
    for (let i = 0; i < ATTEMPTS && Number.isNaN(this.#maxAge); i++) {
      try {
        // What is set on this object, the request does not have.
        const cookie = this.#make(Object.create(request) as SessionRequest)
        if (typeof cookie?.originalMaxAge !== 'number') return
      } catch {
        // The application's `genid` needs more of a request than this one has.
        return
      }
    }
  }
}

function prototypeOf(object: object): object {
  return Object.getPrototypeOf(object) as object
}
