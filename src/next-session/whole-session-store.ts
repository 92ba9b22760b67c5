/**
 * Sessions in a next-session store: each is written as a whole, so the last writer wins.
 *
 * @module
 */

import { isSessionError, SessionError, storeError } from '../core/errors.ts'
import { type OnEvent, storeErrorEvent } from '../core/events.ts'
import { TimeLimit } from '../core/wrappers/time-limit.ts'
import { hash } from './hash.ts'
import { shortId } from './short-id.ts'
import { expiryOf, readCookie } from './stored-cookie.ts'
import { RESERVED, type Backend, type Comparison, type Found, type StoredSession } from './stored-session.ts'
import type { SessionData, SessionRecord, SessionStore } from './types.ts'

/**
 * Keeps sessions in a next-session store.
 * @param timeout milliseconds an operation of the store may take
 */
export function wholeSessionStore(store: SessionStore, timeout: number, emit: OnEvent): Backend {
  const ask = asker(store, timeout, emit)
  return {
    newId: shortId,
    begin: (id) => new WholeSession(store, ask, id),
    async find(id): Promise<Found | null> {
      const found: unknown = await ask('get', () => store.get(id))
      const cookie = readCookie((found as SessionRecord | null)?.['cookie'])
      if (cookie === null) return null
      if ((expiryOf(cookie) ?? Infinity) <= Date.now()) {
        await ask('destroy', () => store.destroy(id))
        return null
      }
      // A copy: a store may hand out the very object that it keeps.
      const data = Object.fromEntries(Object.entries(found as object).filter(([key]) => !RESERVED.has(key)))
      return { data, cookie, stored: new WholeSession(store, ask, id, { ...data, cookie }) }
    },
  }
}

type Ask = <T>(operation: string, work: () => T | Promise<T>) => Promise<T>

class WholeSession implements StoredSession {
  readonly endsEmpty = true
  readonly #store: SessionStore
  readonly #ask: Ask
  readonly #id: string
  #stored = '{}'
  isStored: boolean

  constructor(store: SessionStore, ask: Ask, id: string, stored?: SessionData) {
    this.#store = store
    this.#ask = ask
    this.#id = id
    this.isStored = stored !== undefined
    if (stored !== undefined) this.#stored = textOf(stored)
  }

  isChanged(session: SessionData): boolean {
    try {
      return hash(session) !== this.#stored
    } catch {
      return true
    }
  }

  compare(session: SessionData): Comparison {
    let text: string
    try {
      text = textOf(session)
    } catch (error) {
      return { isChanged: true, save: async () => Promise.reject(error) }
    }
    return { isChanged: text !== this.#stored, save: () => this.#save(session, text) }
  }

  async #save(session: SessionData, text: string): Promise<void> {
    await this.#ask('set', () => this.#store.set(this.#id, session))
    this.#stored = text
    this.isStored = true
  }

  async touch(session: SessionData): Promise<boolean> {
    await this.#ask('touch', () => this.#store.touch?.(this.#id, session))
    return true
  }

  async destroy(): Promise<void> {
    await this.#ask('destroy', () => this.#store.destroy(this.#id))
    this.isStored = false
  }
}

function textOf(session: SessionData): string {
  try {
    return hash(session)
  } catch (cause) {
    throw new SessionError(
      'ERR_VALUE_UNSUPPORTED',
      'The session cannot be written as JSON, so nothing was stored. Put plain data into it: no BigInt, nothing that contains itself.',
      { cause },
    )
  }
}

/** Gives each operation a deadline. Only the first answer counts, and none goes unheard. */
function asker(store: SessionStore, timeout: number, emit: OnEvent): Ask {
  const deadline = new TimeLimit(timeout)
  const name = nameOf(store)

  function failed(operation: string, error: unknown): SessionError {
    const known = isSessionError(error) ? error : storeError('ERR_STORE_UNAVAILABLE', name, error)
    emit(storeErrorEvent(name, operation, known))
    return known
  }

  return (operation, work) =>
    deadline.race(new Promise((resolve) => resolve(work())), {
      succeeded: () => {},
      failed: (error) => failed(operation, error),
      late: () => failed(operation, storeError('ERR_STORE_TIMEOUT', name)),
    })
}

function nameOf(store: object): string {
  const name: unknown = Object.getPrototypeOf(store)?.constructor?.name
  return typeof name === 'string' && name !== '' && name !== 'Object' ? name : 'custom'
}
