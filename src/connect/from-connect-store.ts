/**
 * Stores that were written for express-session, as stores of ours.
 *
 * @module
 */

import { checkNames } from '../core/check-options.ts'
import { invalidOption } from '../core/errors.ts'
import { saysMissing } from '../core/missing.ts'
import type { Store } from '../core/store.ts'
import type { KeyValue } from '../stores/key-value/key-value.ts'
import { KEY_VALUE_OPTIONS, KeyValueStore, type KeyValueStoreOptions } from '../stores/key-value/store.ts'
import { ask } from './ask.ts'
import { StoredCookie } from './stored-cookie.ts'
import { lifetimeHint } from '../stores/shared/lifetime-hint.ts'

/** What we use of a store of express-session. It keeps its documented contract, or nearly. */
export interface ConnectStoreLike {
  get(sid: string, callback: (error?: unknown, session?: unknown) => void): unknown
  set(sid: string, session: unknown, callback?: (error?: unknown) => void): unknown
  destroy(sid: string, callback?: (error?: unknown) => void): unknown
  touch?(sid: string, session: unknown, callback?: (...args: unknown[]) => void): unknown
  all?(callback: (error?: unknown, sessions?: unknown) => void): unknown
}

/** Options of `fromConnectStore`. */
export interface FromConnectStoreOptions extends KeyValueStoreOptions {
  /**
   * Keep lists of each user's sessions, by which they are shown, limited and revoked. Each
   * sign-in then reads everything in the store, through its `all()`: good for some hundred
   * sessions. Default: false.
   */
  lists?: boolean
}

/** Under which key of the session our text lies. */
const TEXT = 'sojourn'
/** There is no such session, says an error. */
const MISSING = Symbol('missing')

/**
 * Makes a store of express-session usable with `createSessions`. Each session is one value there,
 * under the hash of its token; with it lies a second, small one that holds the deadline.
 *
 * Not atomic: within one process nothing is lost and nothing ended comes back; two processes that
 * write to one session at the same moment may overwrite each other. Deadlines are kept in the
 * values, by the clock of the application, and checked when they are read.
 *
 * @throws SessionError `ERR_OPTION_INVALID` if an argument is of the wrong type, or lists are
 * asked for and the store has no `all()`.
 */
export function fromConnectStore(store: ConnectStoreLike, options: FromConnectStoreOptions = {}): Store {
  checkNames(options, [...KEY_VALUE_OPTIONS, 'lists'], 'fromConnectStore: ', lifetimeHint)
  const { lists = false } = options
  if (typeof store?.get !== 'function' || typeof store.set !== 'function') {
    throw invalidOption(
      'fromConnectStore: expected a store of express-session, such as new RedisStore({ … }).',
    )
  }
  if (lists && typeof store.all !== 'function') {
    throw invalidOption('fromConnectStore: `lists` needs a store that has all(). This one has not.')
  }
  return new KeyValueStore({ name: 'connect', client: store, keyValue: keyValueOf(store), lists }, options)
}

function keyValueOf(store: ConnectStoreLike): KeyValue {
  return {
    async get(name) {
      return textOf(await orMissing(ask((done) => store.get(name, done))))
    },
    async set(name, text, ttl) {
      await ask((done) => store.set(name, sessionOf(text, ttl), done))
    },
    async remove(name) {
      await orMissing(ask((done) => store.destroy(name, done)))
    },
    ...(typeof store.touch === 'function' && {
      async touch(name: string, text: string, ttl: number) {
        // What it calls back with says nothing: only some call it an error that there is no session.
        return (await orMissing(ask((done) => store.touch!(name, sessionOf(text, ttl), done)))) !== MISSING
      },
    }),
    ...(typeof store.all === 'function' && {
      async texts(about: string) {
        return textsOf(await ask((done) => store.all!(done)), about)
      },
    }),
  }
}

function sessionOf(text: string, ttl: number): object {
  return { cookie: new StoredCookie(ttl), [TEXT]: text }
}

/** Our text in what a store answers; `null` if there is nothing, and no text of ours if there is something else. */
function textOf(session: unknown): string | null {
  if (session === null || session === undefined || session === false || session === MISSING) return null
  const text = (session as Record<string, unknown>)[TEXT]
  return typeof text === 'string' ? text : ''
}

/**
 * Our texts in what `all()` answers: an object by id, or a list, of sessions or of rows that hold
 * one as `sess` or `session`, whole or as JSON.
 */
function textsOf(all: unknown, about: string): string[] {
  const items: unknown[] = typeof all === 'object' && all !== null ? Object.values(all) : []
  return items.flatMap((item) => {
    const text = textOf(unwrap(item, about))
    return text?.includes(about) === true ? [text] : []
  })
}

function unwrap(item: unknown, about: string): unknown {
  if (typeof item === 'string') return item.includes(about) ? parse(item) : null
  if (typeof item !== 'object' || item === null || TEXT in item) return item
  const row = item as Record<string, unknown>
  const inner = row['sess'] ?? row['session']
  return inner === undefined ? item : unwrap(inner, about)
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch {
    return null
  }
}

/** `MISSING` where a store calls it an error that there is no such session. */
async function orMissing(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work
  } catch (error) {
    if (saysMissing(error)) return MISSING
    throw error
  }
}
