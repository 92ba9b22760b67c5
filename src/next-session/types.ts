/**
 * The types of next-session 4, and what we add to its options.
 *
 * @module
 */

import type { OnEvent } from '../core/events.ts'
import type { Duration } from '../core/record/duration.ts'
import type { Store } from '../core/store.ts'
import type { isDestroyed, isNew, isTouched } from './symbol.ts'

/** Data of a session. */
// oxlint-disable-next-line typescript/no-explicit-any -- as in next-session: `session.views + 1` must compile
export type SessionRecord = Record<string, any>

/** The attributes of the cookie, kept with each session. */
export type Cookie = {
  httpOnly: boolean
  path: string
  domain?: string | undefined
  secure: boolean
  sameSite?: boolean | 'lax' | 'strict' | 'none' | undefined
} & (
  | { maxAge?: undefined; expires?: undefined }
  | {
      /** Seconds. */
      maxAge: number
      expires: Date
    }
)

/** What a store is given to keep, and gives back. */
export type SessionData<T = SessionRecord> = { cookie: Cookie } & T

/** A session: the application's data, and what can be done with it. */
export type Session<T extends SessionRecord = SessionRecord> = {
  /** The secret in the cookie. Read-only. */
  id: string
  /** Extends the session by `cookie.maxAge`, counted from the beginning of the request. */
  touch(): void
  /**
   * Stores the session and sends its cookie. Before the first byte of the response.
   * @throws `ERR_STORE_*`; `ERR_SESSION_GONE` if it has ended, in a store of sojourn;
   * `ERR_HEADERS_SENT` if it is new and its cookie comes too late; `ERR_VALUE_UNSUPPORTED`
   */
  commit(): Promise<void>
  /**
   * Ends the session at the store and clears the cookie. If the store fails, neither happens.
   * @throws `ERR_STORE_*`
   */
  destroy(): Promise<void>
  [isNew]?: boolean
  [isTouched]?: boolean
  [isDestroyed]?: boolean
} & SessionData<T>

/** A place for whole sessions, as next-session defines it. Every method answers with a promise. */
export interface SessionStore {
  /** The session under an id; nothing if it is missing or has expired. */
  get(sid: string): Promise<SessionData | null | undefined>
  /** Stores a session, whether or not there was one. */
  set(sid: string, sess: SessionData): Promise<void>
  /** Removes a session. */
  destroy(sid: string): Promise<void>
  /** Moves the deadline of a session to `sess.cookie.expires`. Optional. */
  touch?(sid: string, sess: SessionData): Promise<void>
}

/** Options of `nextSession`. Times without a unit are seconds. */
export interface Options {
  /** Name of the cookie. Default `'sid'`. */
  name?: string | undefined
  /**
   * Where sessions live: a next-session store, or a store of sojourn such as `sqliteStore()`.
   * Default: the memory of this process, which forgets everything on restart.
   */
  store?: SessionStore | Store | undefined
  /** Makes the id of a new session. Default: 21 random characters, 43 in a store of sojourn. */
  genid?: (() => string) | undefined
  /** Turns the id into what the cookie carries. Default: the id itself. */
  encode?: ((rawSid: string) => string) | undefined
  /** Turns what the cookie carries back into the id; `null` if it is not acceptable. Default: none. */
  decode?: ((encryptedSid: string) => string | null) | undefined
  /**
   * Seconds after which a request extends a session that has a `maxAge`; `0` for every request.
   * Default `-1`: never.
   */
  touchAfter?: number | undefined
  /** Attributes of the cookie. */
  cookie?: CookieDefaults | undefined
  /** Whether sessions are stored when the response begins and ends. Default true. */
  autoCommit?: boolean | undefined
  /** How long a store operation may take; not in next-session. Default `'2s'`. */
  timeout?: Duration | undefined
  /** Receives events, such as a failing store; not in next-session. Default: the process warns. */
  onEvent?: OnEvent | undefined
}

/** Attributes of the cookies of new sessions. */
export interface CookieDefaults {
  /** Default false. */
  secure?: boolean | undefined
  /** Default true. */
  httpOnly?: boolean | undefined
  /** Default `/`. */
  path?: string | undefined
  /** Default none. */
  domain?: string | undefined
  /** Default none. */
  sameSite?: boolean | 'lax' | 'strict' | 'none' | undefined
  /** Seconds until the session ends. Default none: the cookie ends with the browser. */
  maxAge?: number | undefined
}
