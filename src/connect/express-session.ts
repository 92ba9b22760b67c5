/**
 * `req.session`, as express-session makes it of what a store answers.
 *
 * @module
 */

import { freezeMethods } from '../core/freeze-shared.ts'
import type { ExpressCookie } from './express-cookie.ts'

/** What we use of a request. */
export interface SessionRequest {
  sessionID: string
  session?: unknown
  sessionStore: SessionStore
}

/** What a session uses of its store. */
interface SessionStore {
  get(sid: string, callback: (error: unknown, session?: object | null) => void): void
  set(sid: string, session: object, callback?: (error?: unknown) => void): void
  destroy(sid: string, callback?: (error?: unknown) => void): void
  regenerate(request: SessionRequest, callback: (error?: unknown) => void): void
  createSession(request: SessionRequest, session: object): object
}

type Callback = (error?: unknown) => void

/** The methods that express-session documents, for sessions that are loaded without it. */
export class ExpressSession {
  declare readonly req: SessionRequest
  declare readonly id: string
  declare cookie: ExpressCookie

  /** Moves the deadline to `originalMaxAge` from now. */
  touch(): this {
    return this.resetMaxAge()
  }

  resetMaxAge(): this {
    this.cookie.maxAge = this.cookie.originalMaxAge
    return this
  }

  save(callback: Callback = () => {}): this {
    this.req.sessionStore.set(this.id, this, callback)
    return this
  }

  /** Reads the session again: `req.session` is another object afterwards. */
  reload(callback: Callback): this {
    const { req } = this
    req.sessionStore.get(this.id, (error, session) => {
      if (error) return callback(error)
      if (!session) return callback(new Error('failed to load session'))
      req.sessionStore.createSession(req, session)
      callback()
    })
    return this
  }

  destroy(callback?: Callback): this {
    delete this.req.session
    this.req.sessionStore.destroy(this.id, callback)
    return this
  }

  /** Ends the session and begins another under a new id. */
  regenerate(callback: Callback): this {
    this.req.sessionStore.regenerate(this.req, callback)
    return this
  }
}

/**
 * Makes a session: its data are properties. Its methods stay on the prototype, where neither JSON
 * nor a loop finds them, and no data can take their place.
 *
 * @param prototype that of the class above or of express-session's own
 */
export function makeSession(prototype: object, request: SessionRequest, data: object): ExpressSession {
  const session = Object.create(prototype) as ExpressSession
  Object.defineProperty(session, 'req', { value: request })
  Object.defineProperty(session, 'id', { value: request.sessionID })
  for (const [name, value] of Object.entries(data))
    if (!(name in session)) Object.assign(session, { [name]: value })
  return session
}
freezeMethods(ExpressSession)
