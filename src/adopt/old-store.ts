/**
 * Where express-session and next-session keep their sessions: a store object, or a Redis client
 * and the prefix that connect-redis used. A session is an object with a `cookie` in it.
 *
 * @module
 */

import type { OldSession } from '../core/adoption/old-library.ts'
import type { PlainData } from '../core/data.ts'
import { invalidOption } from '../core/errors.ts'
import { saysMissing } from '../core/missing.ts'
import { connected, type KeyValueClientSource } from './old-client.ts'
import { oldSession } from './old-session.ts'

/** Where the old sessions are. */
export type OldStore<Store> =
  /** The store object that the old library was given. */
  | { store: Store; client?: never; prefix?: never }
  /** The client under connect-redis, or a function that makes one, and its prefix. Default `sess:`. */
  | { client: KeyValueClientSource; prefix?: string; store?: never }

/** Old sessions by id. */
export interface OldStoreAccess {
  get(id: string): Promise<unknown>
  destroy(id: string): Promise<void>
}

/** Reads through a client what connect-redis wrote. */
export function clientAccess(source: KeyValueClientSource, prefix = 'sess:'): OldStoreAccess {
  const open = connected(source)
  return {
    async get(id) {
      const client = await open()
      const found = await client.get(`${prefix}${id}`)
      return typeof found === 'string' ? parse(found) : found
    },
    async destroy(id) {
      const client = await open()
      await client.del(`${prefix}${id}`)
    },
  }
}

/** A store that answers through callbacks, as those of express-session. */
export interface OldConnectStore {
  get(id: string, done: (error?: unknown, session?: unknown) => void): unknown
  destroy(id: string, done?: (error?: unknown) => void): unknown
}

/**
 * Reads what a store of express-session or @fastify/session keeps.
 * @throws `ERR_OPTION_INVALID` without a store or client
 */
export function connectAccess(
  where: string,
  { store, client, prefix }: OldStore<OldConnectStore>,
): OldStoreAccess {
  if (client !== undefined) return clientAccess(client, prefix)
  if (store === undefined)
    throw invalidOption(`${where}: expected store, the one that the old library was given, or client.`)
  return {
    get: (id) => called((done) => store.get(id, done)).catch(orNull),
    destroy: async (id) => void (await called((done) => store.destroy(id, done)).catch(orNull)),
  }
}

/** What a function with a callback answers. Some answer with a promise too; only its failure counts. */
function called(work: (done: (error?: unknown, answer?: unknown) => void) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const answer = work((error, value) => (error ? reject(asError(error)) : resolve(value)))
    if (answer instanceof Promise) answer.catch(reject)
  })
}

/** As express-session takes it. */
function orNull(error: unknown): null {
  if (saysMissing(error)) return null
  throw error
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('the store failed')
}

/** A stored session without its cookie; `null` if it is none or its time is over. */
export function withoutCookie(stored: unknown, now: number): OldSession | null {
  if (typeof stored !== 'object' || stored === null) return null
  const { cookie, ...data } = stored as PlainData
  const { expires, originalMaxAge } =
    typeof cookie === 'object' && cookie !== null ? (cookie as PlainData) : {}
  const expiresAt = timeOf(expires)
  if (expiresAt === undefined) return oldSession(data)
  // A request that was under way in the old application may have prolonged it once more.
  const most = typeof originalMaxAge === 'number' ? now + originalMaxAge : 0
  return expiresAt <= now ? null : oldSession(data, Math.max(expiresAt, most))
}

function timeOf(value: unknown): number | undefined {
  const at = value instanceof Date || typeof value === 'string' ? new Date(value).getTime() : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
