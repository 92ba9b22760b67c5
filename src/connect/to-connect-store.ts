/**
 * Stores of ours, as stores of express-session.
 *
 * @module
 */

import { EventEmitter } from 'node:events'

import { invalidOption, storeError } from '../core/errors.ts'
import { createEmitter } from '../core/events.ts'
import { decodeMeta, encodeMeta } from '../core/record/meta.ts'
import { digest } from '../core/record/token.ts'
import { isAlive, type Change, type Lifetime, type LoadedRecord, type Store } from '../core/store.ts'
import { guardStore } from '../core/wrappers/guard.ts'
import { tracedStore } from '../core/wrappers/tracing.ts'
import { settle, type Callback } from './ask.ts'
import { makeCookie, type ExpressCookie } from './express-cookie.ts'
import { makeSession, type SessionRequest } from './express-session.ts'
import { Generator, OURS, type Generate } from './generator.ts'
import { inherit, loadedAs, remember, rememberForCopies, type Loaded } from './loaded.ts'
import { Queue } from './queue.ts'
import { COOKIE, cookieText, difference, fieldsOf, sessionOf } from './session-fields.ts'
import { SessionList } from './session-list.ts'
import { resolve, type ToConnectStoreOptions } from './to-connect-options.ts'

// eslint-disable-next-line typescript/no-explicit-any -- the application may add to SessionData
type SessionLike = any

/** What the `meta` of these records says they belong to. */
const APP = 'express-session'
/** The last moment that a Date can hold: these sessions have no absolute lifetime. */
const NEVER = 8_640_000_000_000_000
const TOUCH_INTERVAL = 60_000

/**
 * Makes a store of ours usable with express-session and @fastify/session.
 *
 * Each property of a session is a field of its own: of two requests at once, each writes what it
 * changed. A session that was destroyed stays so, also when a request saves it late. The store knows
 * the hash of a session's id, never the id.
 *
 * @throws SessionError `ERR_OPTION_INVALID`
 */
export function toConnectStore(store: Store, options: ToConnectStoreOptions = {}): ConnectStore {
  if (typeof store?.load !== 'function') throw invalidOption('toConnectStore: expected a store of sojourn.')
  return new ConnectStore(store, options)
}

/**
 * A store as express-session wants it. `all`, `length` and `clear` are there if a `list` is kept;
 * what `all` answers has no ids, since the store does not know them.
 */
export class ConnectStore extends EventEmitter {
  declare all?: (callback: Callback) => void
  declare length?: (callback: Callback) => void
  declare clear?: (callback?: Callback) => void
  readonly #store: Store
  readonly #ttl: number
  readonly #list: SessionList | null
  readonly #queue: Queue
  #generator: Generator | null = null

  constructor(store: Store, options: ToConnectStoreOptions) {
    super()
    const { ttl, timeout: limit, list, onEvent } = resolve(options)
    this.#ttl = ttl
    this.#store = tracedStore(guardStore(store, limit, createEmitter(onEvent)))
    this.#queue = new Queue(limit, () => storeError('ERR_STORE_TIMEOUT', store.name))
    this.#list = list ? new SessionList(this.#store) : null
    if (this.#list === null) return
    const sessions = this.#list
    const listed =
      <T>(work: () => Promise<T>) =>
      (callback?: Callback): void =>
        settle(this.#queue.readAll(work), callback)
    this.all = listed(() => this.#all(sessions))
    this.length = listed(() => sessions.count())
    this.clear = listed(() => sessions.clear())
  }

  /** Gives a request a new session. Set by express-session. */
  get generate(): (request: SessionLike) => void {
    return (request) => this.#generator?.generate(request as SessionRequest)
  }

  set generate(generate: (request: SessionLike) => void) {
    this.#generator = new Generator(generate as Generate)
  }

  get(sid: string, callback: Callback): void {
    settle(
      this.#queue.read(sid, () => this.#load(sid)),
      callback,
    )
  }

  set(sid: string, session: SessionLike, callback?: Callback): void {
    settle(this.#save(sid, session as object), callback)
  }

  touch(sid: string, session: SessionLike, callback?: Callback): void {
    settle(this.#touch(sid, session as object), callback)
  }

  destroy(sid: string, callback?: Callback): void {
    settle(
      this.#queue.write(sid, async () => this.#end(await digest(sid))),
      callback,
    )
  }

  /** Ends the session of a request and gives it a new one. */
  regenerate(request: SessionLike, callback: Callback): void {
    this.destroy((request as SessionRequest).sessionID, (error) => {
      this.generate(request)
      callback(error)
    })
  }

  /** Reads a session without a request. */
  load(sid: string, callback: Callback): void {
    this.get(sid, (error, session) => {
      if (error || !session) return callback(error)
      callback(null, this.createSession({ sessionID: sid, sessionStore: this }, session))
    })
  }

  /** Makes `req.session` of what `get` answered. */
  createSession(request: SessionLike, data: SessionLike): SessionLike {
    const plain = data as { cookie: object }
    const prototypes = this.#generator?.prototypes(request as SessionRequest) ?? OURS
    const cookie = makeCookie(prototypes.cookie, plain.cookie)
    const session = makeSession(prototypes.session, request as SessionRequest, { ...plain, cookie })
    inherit([session, cookie], plain)
    ;(request as SessionRequest).session = session
    return session
  }

  async #load(sid: string): Promise<object | null> {
    return this.#open(await digest(sid))
  }

  /** `null` for what is missing, damaged or of another program. */
  async #read(key: string): Promise<LoadedRecord | null> {
    const record = await this.#store.load(key)
    if (!isAlive(record)) return null
    if (decodeMeta(record.meta, APP) !== null) return record
    await this.#store.verify?.(key)
    return null
  }

  async #open(key: string): Promise<object | null> {
    const record = await this.#read(key)
    if (record === null) return null
    const session = sessionOf(record.fields, new Date(Date.now() + record.expiresIn))
    const endsAt = performance.now() + record.expiresIn
    rememberForCopies(session, { key, fields: record.fields, endsAt })
    return session
  }

  async #save(sid: string, session: object): Promise<void> {
    // At once: the application may go on changing it.
    const fields = fieldsOf(session)
    const life = this.#lifeOf(session)
    return this.#queue.write(sid, async () => {
      const key = await digest(sid)
      if (!(life.idle > 0)) return this.#end(key)
      const loaded = loadedAs(session, key)
      const done =
        loaded === null
          ? await this.#begin(key, fields, life)
          : await this.#change(key, loaded, difference(loaded.fields, fields), life)
      if (done) remember(session, { key, fields, endsAt: performance.now() + life.idle })
    })
  }

  /** Stores a session that is new as far as we know. Answers false if it has ended already. */
  async #begin(key: string, fields: ReadonlyMap<string, string>, life: Lifetime): Promise<boolean> {
    const createdAt = await this.#store.now()
    const meta = { createdAt, absoluteAt: NEVER, idle: life.idle, persist: true }
    if (await this.#store.create(key, { meta: encodeMeta(meta, APP), fields }, life)) {
      await this.#list?.add(key, life.idle)
      return true
    }
    // An application saves under an id of its own choice, or an object of its own making.
    const record = await this.#read(key)
    if (record === null) return false
    return this.#write(key, difference(record.fields, fields), life)
  }

  /** Writes what a request has changed. Answers false if the session has ended. */
  async #change(key: string, loaded: Loaded, change: Change, life: Lifetime): Promise<boolean> {
    if (change.set?.size || change.delete?.length) return this.#write(key, change, life)
    // Express touches in each request, Fastify saves: once in a while is enough.
    const drift = Math.abs(life.idle - (loaded.endsAt - performance.now()))
    if (drift <= Math.min(life.idle / 10, TOUCH_INTERVAL)) return false
    return this.#extend(key, life)
  }

  async #write(key: string, change: Change, life: Lifetime): Promise<boolean> {
    const { status } = await this.#store.update(key, change, life)
    if (status === 'ok') await this.#list?.add(key, life.idle)
    return status === 'ok'
  }

  async #extend(key: string, life: Lifetime): Promise<boolean> {
    const alive = await this.#store.touch(key, life)
    if (alive) await this.#list?.add(key, life.idle)
    return alive
  }

  async #touch(sid: string, session: { cookie?: unknown }): Promise<void> {
    const text = cookieText(session.cookie)
    const life = this.#lifeOf(session)
    return this.#queue.write(sid, async () => {
      const key = await digest(sid)
      if (!(life.idle > 0)) return this.#end(key)
      const loaded = loadedAs(session, key)
      // Express only touches a session of which nothing changed but the cookie.
      const set = new Map(loaded?.fields.get(COOKIE) === text ? [] : [[COOKIE, text]])
      if (loaded === null) return void (await this.#write(key, { set }, life))
      const done = await this.#change(key, loaded, { set }, life)
      const fields = new Map([...loaded.fields, ...set])
      if (done) remember(session, { key, fields, endsAt: performance.now() + life.idle })
    })
  }

  async #end(key: string): Promise<void> {
    await this.#store.destroy(key, 'logout')
    await this.#list?.remove(key)
  }

  async #all(list: SessionList): Promise<object[]> {
    const sessions = await Promise.all((await list.keys()).map((key) => this.#open(key)))
    return sessions.filter((session) => session !== null)
  }

  #lifeOf(session: { cookie?: unknown }): Lifetime {
    const { expires, maxAge } = (session.cookie ?? {}) as Partial<ExpressCookie>
    const left = expires ? new Date(expires).getTime() - Date.now() : maxAge
    return { idle: Number.isFinite(left) ? left! : this.#ttl, absoluteAt: NEVER }
  }
}
