/**
 * Where express-session and next-session keep their sessions: a store object, or a Redis client
 * and the prefix that connect-redis used. A session is an object with a `cookie` in it.
 *
 * @module
 */

import type { OldSession } from '../core/adoption.ts'
import type { PlainData } from '../core/schema.ts'
import { oldSession, type AdoptionOptions } from './old-session.ts'

/** A client whose keys hold sessions as JSON: node-redis, ioredis, `@upstash/redis`. */
export interface KeyValueClient {
  get(key: string): Promise<unknown>
  del(key: string): Promise<unknown>
}

/** Where the old sessions are. */
export type OldStore<Store> =
  /** The store object that the old library was given. */
  | { store: Store; client?: never; prefix?: never }
  /** The client under connect-redis, and its prefix. Default `sess:`. */
  | { client: KeyValueClient; prefix?: string; store?: never }

/** Old sessions by id. */
export interface OldStoreAccess {
  get(id: string): Promise<unknown>
  destroy(id: string): Promise<void>
}

/** Reads through a client what connect-redis wrote. */
export function clientAccess(client: KeyValueClient, prefix = 'sess:'): OldStoreAccess {
  return {
    async get(id) {
      const found = await client.get(`${prefix}${id}`)
      return typeof found === 'string' ? parse(found) : found
    },
    async destroy(id) {
      await client.del(`${prefix}${id}`)
    },
  }
}

/** A stored session without its cookie; `null` if it is none or its time is over. */
export function withoutCookie(stored: unknown, options: AdoptionOptions, now: number): OldSession | null {
  if (typeof stored !== 'object' || stored === null) return null
  const { cookie, ...data } = stored as PlainData
  const expiresAt = expiryOf(cookie)
  return expiresAt !== undefined && expiresAt <= now ? null : oldSession(data, options, expiresAt)
}

function expiryOf(cookie: unknown): number | undefined {
  if (typeof cookie !== 'object' || cookie === null || !('expires' in cookie)) return undefined
  const { expires } = cookie
  const at = expires instanceof Date || typeof expires === 'string' ? new Date(expires).getTime() : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
