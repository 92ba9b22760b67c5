/**
 * Sessions in a store of sojourn: each key is a field of its own, and only fields that changed are
 * written. So parallel requests keep each other's writes, and none brings back a session that has
 * ended. The store sees the hash of the id.
 *
 * @module
 */

import type { OnEvent } from '../core/events.ts'
import { fieldName } from '../core/record/field-name.ts'
import { isTouchDue } from '../core/record/lifetime.ts'
import { decodeMeta, encodeMeta, type RecordMeta } from '../core/record/meta.ts'
import { createToken, identify, type Identity } from '../core/record/token.ts'
import { gone, keyTaken } from '../core/session-errors.ts'
import { isAlive, type LoadedRecord, type Store, type UpdateResult } from '../core/store.ts'
import { guardStore } from '../core/wrappers/guard.ts'
import { tracedStore } from '../core/wrappers/tracing.ts'
import {
  cookieText,
  hasValues,
  readStoredCookie,
  readValues,
  rewritten,
  valueTexts,
} from './session-fields.ts'
import { expiryOf, newCookie } from './stored-cookie.ts'
import type { Backend, Comparison, Found, StoredSession } from './stored-session.ts'
import type { Cookie, CookieDefaults, SessionData } from './types.ts'

/** The default `app` of `createSessions`, so that it finds these sessions too. */
const APP = 'sojourn'
/** Without a `maxAge`, sessions end after a day without a request. */
const IDLE = 86_400_000
/** next-session knows no absolute lifetime, records need one: ten years. */
const ABSOLUTE = 315_360_000_000
/** Clocks that differ by less count as one, in milliseconds: the difference holds the way to the store too. */
const SAME_CLOCK = 5000
const COOKIE = fieldName('next-session', 'cookie')

/**
 * Keeps sessions in a store of sojourn.
 * @param timeout milliseconds an operation of the store may take
 */
export function fieldStore(store: Store, timeout: number, emit: OnEvent, defaults: CookieDefaults): Backend {
  const guarded = tracedStore(guardStore(store, timeout, emit))
  return {
    newId: createToken,
    begin: (id) => new SessionInFields(guarded, id),
    async find(id): Promise<Found | null> {
      const identity = await identify(id)
      const record = await guarded.load(identity.key)
      if (!isAlive(record)) return null
      const meta = decodeMeta(record.meta, APP)
      if (meta === null) {
        await guarded.verify?.(identity.key)
        emit({ type: 'unreadable', id: identity.id, what: 'record' })
        return null
      }
      const skew = skewOf(record.now)
      const cookie = readStoredCookie(record.fields.get(COOKIE), skew) ?? newCookie(defaults, Date.now())
      const endsAt = (expiryOf(cookie) ?? meta.absoluteAt - skew) + skew
      if (record.now >= Math.min(meta.absoluteAt, endsAt)) {
        await guarded.destroy(identity.key, 'idle')
        return null
      }
      const { data, texts } = readValues(record.fields)
      const cookieNow = record.fields.get(COOKIE) ?? cookieText(cookie, skew)
      const stored = new SessionInFields(guarded, id, { identity, meta, skew }, texts, cookieNow)
      if (isShort(record, meta, cookie, skew)) stored.extend(cookie)
      return { data, cookie, stored }
    },
  }
}

interface Stored {
  identity: Identity
  meta: RecordMeta
  skew: number
}

class SessionInFields implements StoredSession {
  // Another request may have written since this one began.
  readonly endsEmpty = false
  readonly #store: Store
  readonly #id: string
  #stored: Stored | null
  /** What the store holds, as far as this request knows. */
  #texts: ReadonlyMap<string, string>
  #cookie: string

  constructor(
    store: Store,
    id: string,
    stored: Stored | null = null,
    texts: ReadonlyMap<string, string> = new Map(),
    cookie = '',
  ) {
    this.#store = store
    this.#id = id
    this.#stored = stored
    this.#texts = texts
    this.#cookie = cookie
  }

  get isStored(): boolean {
    return this.#stored !== null
  }

  isChanged(session: SessionData): boolean {
    try {
      return this.#texts.size === 0 ? hasValues(session) : this.compare(session).isChanged
    } catch {
      return true
    }
  }

  compare(session: SessionData): Comparison {
    let texts: Map<string, string>
    try {
      texts = valueTexts(session)
    } catch (error) {
      return { isChanged: true, save: async () => Promise.reject(error) }
    }
    const set = new Map<string, string>()
    for (const [name, text] of texts) if (!this.#holds(name, text)) set.set(name, text)
    const removed = [...this.#texts.keys()].filter((name) => !texts.has(name))
    const isChanged = set.size > 0 || removed.length > 0
    return { isChanged, save: () => this.#save(session, texts, set, removed) }
  }

  /** Whether the store holds this value, though maybe in other words. */
  #holds(name: string, text: string): boolean {
    const held = this.#texts.get(name)
    return held === text || (held !== undefined && rewritten(held) === text)
  }

  async #save(
    session: SessionData,
    texts: Map<string, string>,
    set: Map<string, string>,
    removed: string[],
  ): Promise<void> {
    if (this.#stored === null) return this.#create(session, texts)
    const cookie = cookieText(session.cookie, this.#stored.skew)
    if (cookie !== this.#cookie) set.set(COOKIE, cookie)
    if (set.size === 0 && removed.length === 0) return
    const { status } = await this.#update(session.cookie, set, removed)
    if (status === 'gone') throw gone()
    this.#texts = texts
    this.#cookie = cookie
  }

  async touch(session: SessionData): Promise<boolean> {
    if (this.#stored === null) return false
    const cookie = cookieText(session.cookie, this.#stored.skew)
    const { status } = await this.#update(session.cookie, new Map([[COOKIE, cookie]]), [])
    if (status === 'ok') this.#cookie = cookie
    return status === 'ok'
  }

  async destroy(): Promise<void> {
    if (this.#stored === null) return
    await this.#store.destroy(this.#stored.identity.key, 'logout')
    this.#stored = null
  }

  /** Moves the store's deadline in the background. A failure is an event. */
  extend(cookie: Cookie): void {
    if (this.#stored === null) return
    const { identity, meta } = this.#stored
    const lifetime = { idle: idleOf(cookie, meta), absoluteAt: meta.absoluteAt }
    void new Promise((resolve) => resolve(this.#store.touch(identity.key, lifetime))).catch(() => {})
  }

  async #create(session: SessionData, texts: Map<string, string>): Promise<void> {
    const identity = await identify(this.#id)
    const now = await this.#store.now()
    const { maxAge } = session.cookie
    const idle = maxAge ? Math.max(1, Math.round(maxAge * 1000)) : IDLE
    const meta = { createdAt: now, absoluteAt: now + ABSOLUTE, idle, persist: Boolean(maxAge) }
    const skew = skewOf(now)
    const cookie = cookieText(session.cookie, skew)
    const record = { meta: encodeMeta(meta, APP), fields: new Map(texts).set(COOKIE, cookie) }
    const lifetime = { idle: idleOf(session.cookie, meta), absoluteAt: meta.absoluteAt }
    if (!(await this.#store.create(identity.key, record, lifetime))) throw keyTaken()
    this.#stored = { identity, meta, skew }
    this.#texts = texts
    this.#cookie = cookie
  }

  async #update(cookie: Cookie, set: Map<string, string>, removed: string[]): Promise<UpdateResult> {
    if (this.#stored === null) throw gone()
    const { identity, meta } = this.#stored
    const lifetime = { idle: idleOf(cookie, meta), absoluteAt: meta.absoluteAt }
    return this.#store.update(identity.key, { set, delete: removed }, lifetime)
  }
}

/** How far the store's clock is ahead of ours. */
function skewOf(now: number): number {
  const skew = now - Date.now()
  return Math.abs(skew) < SAME_CLOCK ? 0 : skew
}

/**
 * How long the store keeps a record: never shorter than `expires` says, and as long as `maxAge`, so
 * that a write does not take back what another request has extended. `find` ends it on time.
 */
function idleOf(cookie: Cookie, meta: RecordMeta): number {
  if (!cookie.maxAge) return meta.idle
  const left = (expiryOf(cookie) ?? 0) - Date.now()
  return Math.max(1, Math.round(cookie.maxAge * 1000), left)
}

/** Whether the store would forget the session too early. */
function isShort(record: LoadedRecord, meta: RecordMeta, cookie: Cookie, skew: number): boolean {
  const expires = expiryOf(cookie)
  if (expires === undefined) return isTouchDue(meta, record)
  return record.expiresIn + SAME_CLOCK < expires + skew - record.now
}
