/**
 * Stores made for express-session.
 *
 * @module
 */

import type { EventEmitter } from 'node:events'
import JsonStore from './memory-store.ts'
import { isDate } from './stored-cookie.ts'
import type { Cookie, SessionData, SessionStore } from './types.ts'

/* oxlint-disable typescript/no-explicit-any -- express-session's stores are typed in as many ways as there are */
type Callback = (error?: any, data?: any) => void

interface Untouchable {
  get(sid: string, callback: (error: any, session?: any) => void): unknown
  set(sid: string, session: any, callback?: (error?: any) => void): unknown
  destroy(sid: string, callback?: (error?: any) => void): unknown
}

/** A store for express-session, described by its shape. */
export interface ConnectStore extends Untouchable {
  touch?(sid: string, session: any, callback?: (...args: any[]) => void): unknown
}

/** What stores that ask for express-session take from it. */
export interface ExpressSession {
  (options?: any): void
  /** The base of stores, for `new`, `extends` and `Store.call(this)`. */
  Store: { new (options?: any): EventEmitter; (this: any, options?: any): void; prototype: EventEmitter }
  /** A store in the memory of this process. */
  MemoryStore: { new (): EventEmitter & Untouchable & { store: Map<string, string> } }
}
/* oxlint-enable typescript/no-explicit-any */

const { EventEmitter: Emitter } = process.getBuiltinModule('node:events')
const { callbackify } = process.getBuiltinModule('node:util')

function Store(this: object): void {
  Emitter.call(this as EventEmitter)
}
Object.setPrototypeOf(Store.prototype, Emitter.prototype)

function MemoryStore(this: { store: Map<string, string> }): void {
  Store.call(this)
  this.store = new Map()
}
/* oxlint-disable typescript/unbound-method -- callbackify hands `this` on */
MemoryStore.prototype = Object.assign(Object.create(Store.prototype) as object, {
  get: callbackify(JsonStore.prototype.get),
  set: callbackify(JsonStore.prototype.set),
  destroy: callbackify(JsonStore.prototype.destroy),
})
/* oxlint-enable typescript/unbound-method */

/** Stands in for the module express-session where a store wants it: `connectStore(expressSession)`. */
export const expressSession: ExpressSession = Object.assign(() => {}, {
  Store,
  MemoryStore,
}) as unknown as ExpressSession

/**
 * Makes a store for express-session one for `nextSession`.
 *
 * Such stores count in milliseconds: they are given `maxAge` and `originalMaxAge` so, and what they
 * give back is turned into seconds again. Data that next-session stored without this is understood.
 */
export function promisifyStore(store: ConnectStore): SessionStore {
  return {
    async get(sid) {
      const found = await ask((callback) => store.get(sid, callback), true)
      return found === undefined || found === null ? null : inSeconds(found as SessionData)
    },
    async set(sid, session) {
      await ask((callback) => store.set(sid, inMilliseconds(session), callback))
    },
    async destroy(sid) {
      await ask((callback) => store.destroy(sid, callback))
    },
    ...(store.touch && {
      async touch(sid: string, session: SessionData) {
        await ask((callback) => store.touch?.(sid, inMilliseconds(session), callback), true)
      },
    }),
  }
}

/** @param isMissingOk whether a missing file means no session, as express-session has it */
function ask(work: (callback: Callback) => unknown, isMissingOk = false): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const answer = work((error, data) => {
      if (!error || (isMissingOk && error.code === 'ENOENT')) resolve(error ? null : data)
      else reject(error instanceof Error ? error : new Error(String(error)))
    })
    // An async function rejects where it cannot call back.
    if (answer instanceof Promise) answer.catch(reject)
  })
}

function inMilliseconds(session: SessionData): SessionData {
  const { cookie } = session
  if (!cookie?.maxAge) return { ...session }
  const whole = Math.round(cookie.maxAge * 1000)
  // A store that reads `maxAge` reads it as what is left. 0 would mean forever to some.
  const left = isDate(cookie.expires) ? Math.max(1, cookie.expires.getTime() - Date.now()) : whole
  return { ...session, cookie: { ...cookie, originalMaxAge: whole, maxAge: left } as Cookie }
}

function inSeconds(session: SessionData): SessionData {
  const { cookie } = session
  if (typeof cookie !== 'object' || cookie === null || !('originalMaxAge' in cookie)) return session
  const { originalMaxAge, maxAge: _, ...rest } = cookie as Cookie & { originalMaxAge?: unknown }
  const maxAge = typeof originalMaxAge === 'number' ? { maxAge: originalMaxAge / 1000 } : {}
  return { ...session, cookie: { ...rest, ...maxAge } as Cookie }
}
