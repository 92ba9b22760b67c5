/**
 * The manager: from a request's cookie to its session.
 *
 * @module
 */

import type { Adoption } from './adoption/adoption.ts'
import { RequestSession } from './request/request-session.ts'
import type { CookieChannel } from './browser/channel.ts'
import type { Living } from './record/meta.ts'
import { findTokens } from './browser/cookie.ts'
import { listSessions, revokeSession, revokeSessions, type UserSession } from './users/user-sessions.ts'
import { invalidOption } from './errors.ts'
import { createEmitter } from './events.ts'
import { guardStore } from './wrappers/guard.ts'
import { openRecord } from './request/open.ts'
import { resolveOptions, type SessionOptions } from './options.ts'
import type { Context, Settings } from './settings.ts'
import { checkUserId } from './lifecycle/sign-in.ts'
import { openRivals } from './request/rival-tokens.ts'
import { assertSameOrigin, type CheckedRequest } from './browser/same-origin.ts'
import type { PlainData } from './data.ts'
import { sealedStore } from './wrappers/sealed-store.ts'
import { lookingChannel } from './browser/looking-channel.ts'
import { forgetSeen } from './session/flash.ts'
import { Session } from './session/session.ts'
import { SessionWatch } from './users/watch.ts'
import { hasShape } from './schema/shape.ts'
import type { Store } from './store.ts'
import { Records } from './record/records.ts'
import { identify } from './record/token.ts'
import { tracedStore } from './wrappers/tracing.ts'
import { shapeOf } from './request/upgrade-record.ts'
import { cookieWouldCome } from './browser/withheld.ts'

/** Checked options. @internal */
export let settingsOf: <Data extends object>(sessions: Sessions<Data>) => Settings

/**
 * Opens a session only to look at it: no deadline moves, nothing can be written. Tells also
 * which record it is.
 * @throws as `open`
 * @internal
 */
export let lookAt: <Data extends object>(
  sessions: Sessions<Data>,
  header: string | null,
) => Promise<Look<Data>>

/** Whether a session for a visitor who has none can begin without harm: not unless it is sure. @internal */
export let mayMint: <Data extends object>(sessions: Sessions<Data>, request: CheckedRequest) => boolean

/**
 * Watches records; `interval` is in milliseconds, between two looks at the store. Default: what the
 * store asks for. @internal
 */
export let watchOf: <Data extends object>(sessions: Sessions<Data>, interval?: number) => SessionWatch

/** Milliseconds between two looks at a store that does not care. */
const WATCH_INTERVAL = 500

interface Look<Data extends object> {
  session: Session<Data>
  living: Living | null
}

/** What `createSessions` gives. */
export class Sessions<Data extends object = PlainData> {
  readonly #context: Context
  /** The store, without encryption. */
  readonly #guarded: Store
  readonly #adoptions: readonly Adoption[]
  readonly #watchInterval: number

  static {
    settingsOf = (sessions) => sessions.#context.settings
    lookAt = (sessions, header) => sessions.#look(header)
    mayMint = (sessions, request) => cookieWouldCome(request, sessions.#context.settings) === true
    watchOf = (sessions, interval = sessions.#watchInterval) => new SessionWatch(sessions.#guarded, interval)
  }

  /** @throws `ERR_OPTION_INVALID` */
  constructor(options: SessionOptions<Data>, store: Store) {
    const settings = resolveOptions(options)
    if (settings.maxSessionsPerUser !== null && store.index === undefined) {
      throw invalidOption(
        `maxSessionsPerUser: the store (${store.name}) keeps no lists of sessions. Use another one.`,
      )
    }
    this.#adoptions = options.adopt === undefined ? [] : [options.adopt].flat()
    const emit = createEmitter(settings.onEvent)
    this.#watchInterval = store.watchInterval ?? WATCH_INTERVAL
    this.#guarded = guardStore(store, settings.timeout, emit)
    const { sealer } = settings
    const traced = tracedStore(this.#guarded)
    const sealed = sealer === null ? traced : sealedStore(traced, sealer)
    this.#context = { settings, records: new Records(sealed, settings), emit }
  }

  /**
   * Opens the session of a request. Without a well-formed token no store is asked; with one,
   * it takes one round trip. Missing, expired, foreign and unreadable records give an
   * anonymous session.
   *
   * @throws `ERR_STORE_*` if the store fails: that is never taken for "no session"
   */
  open(channel: CookieChannel): Promise<Session<Data>> {
    return this.#open(new RequestSession(this.#context, channel))
  }

  async #look(header: string | null): Promise<Look<Data>> {
    const current = new RequestSession(this.#context, lookingChannel(header))
    const session = await this.#open(current)
    return { session, living: current.living }
  }

  async #open(current: RequestSession): Promise<Session<Data>> {
    const { settings } = this.#context
    const { channel } = current
    const tokens = findTokens(channel.header ?? '', settings.cookie.name, settings.cookieValues)
    const [token] = tokens
    if (tokens.length > 1) await openRivals(current, tokens)
    else if (token !== undefined) {
      const derived = identify(token)
      const identity = derived instanceof Promise ? await derived : derived
      await openRecord(current, identity)
    }
    if (this.#adoptions.length > 0 && current.living === null && !current.isAmbiguous && !current.isWithheld)
      await adoptFirst(this.#adoptions, current)
    forgetSeen(current)
    const isShaped = hasShape(settings, current.journal.fields)
    return new Session<Data>(current, isShaped ? await shapeOf(current) : null)
  }

  /**
   * Who is signed in as this user, oldest first: for a page that lists devices.
   * @throws `ERR_OPTION_INVALID` if the user id is none, `ERR_STORE_UNSUPPORTED` if the store keeps no lists
   */
  async list(userId: string): Promise<UserSession[]> {
    checkUserId(userId, 'list')
    return listSessions(this.#context, userId)
  }

  /**
   * Ends a signed-in session by its public id. Answers whether there was one. Check that it
   * belongs to the user who asks: `list` says so.
   * @throws `ERR_STORE_UNSUPPORTED` if the store keeps no lists
   */
  async revoke(id: string): Promise<boolean> {
    if (typeof id !== 'string') throw invalidOption('revoke: the id must be a string, as list() gives it.')
    return revokeSession(this.#context, id)
  }

  /**
   * Ends all sessions of a user that began before this call, but for `except`, a public id.
   * Answers how many. A sign-in under way fails with `ERR_SESSION_GONE`.
   * @throws `ERR_STORE_UNSUPPORTED` if the store keeps no lists
   */
  async revokeUser(userId: string, options: { except?: string | null } = {}): Promise<number> {
    checkUserId(userId, 'revokeUser')
    return revokeSessions(this.#context, userId, options.except ?? null)
  }

  /**
   * Refuses a request that may change something (not GET, HEAD, OPTIONS or TRACE, or a WebSocket
   * handshake) if a page of another site may have sent it. Asks no store.
   * @throws `ERR_CROSS_SITE` (status 403)
   */
  assertSameOrigin(request: CheckedRequest): void {
    assertSameOrigin(request, this.#context.settings)
  }

  /** Releases what the store opened itself. */
  async close(): Promise<void> {
    await this.#context.records.close()
  }
}

/** Takes over the session of another library's cookie, of the first that the request brings. */
async function adoptFirst(adoptions: readonly Adoption[], current: RequestSession): Promise<void> {
  for (const adoption of adoptions) if (await adoption.adopt(current)) return
}
