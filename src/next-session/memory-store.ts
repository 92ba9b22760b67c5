/**
 * Sessions as JSON in the memory of this process: for development and tests.
 *
 * @module
 */

import type { SessionData, SessionStore } from './types.ts'

/** How many sessions each write looks at, to forget those that have expired. */
const SWEEP = 2

/** The ids of a store that were not looked at. */
const unswept = new WeakMap<object, string[]>()

/** See the module. */
export default class MemoryStore implements SessionStore {
  /** Id → session as JSON. */
  store: Map<string, string> = new Map()

  /** The session under an id, or `null`. One that has expired is forgotten. */
  async get(sid: string): Promise<SessionData | null> {
    return read(this.store, sid)
  }

  /** Stores a session. */
  async set(sid: string, sess: SessionData): Promise<void> {
    sweep(this.store)
    this.store.set(sid, JSON.stringify(sess))
  }

  /** Forgets a session. */
  async destroy(sid: string): Promise<void> {
    this.store.delete(sid)
  }

  /** Gives a session another deadline, and leaves its data to those who change it. */
  async touch(sid: string, sess: SessionData): Promise<void> {
    const text = this.store.get(sid)
    if (text === undefined) return
    this.store.set(sid, JSON.stringify({ ...(JSON.parse(text) as SessionData), cookie: sess.cookie }))
  }
}

function read(store: Map<string, string>, sid: string): SessionData | null {
  const text = store.get(sid)
  if (text === undefined) return null
  const session = JSON.parse(text) as { cookie?: { expires?: string | Date | null } }
  const { cookie } = session
  if (typeof cookie?.expires === 'string') {
    cookie.expires = new Date(cookie.expires)
    if (cookie.expires.getTime() <= Date.now()) {
      store.delete(sid)
      return null
    }
  }
  return session as SessionData
}

function sweep(store: Map<string, string>): void {
  let ids = unswept.get(store)
  if (ids === undefined || ids.length === 0) unswept.set(store, (ids = [...store.keys()]))
  for (const sid of ids.splice(-SWEEP)) read(store, sid)
}
