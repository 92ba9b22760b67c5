/**
 * Sessions in Redis, or a server that speaks its language, through the client that the
 * application already has.
 *
 * One session is one hash under `prefix:{key}`, so it lies on one node of a cluster and
 * `HGETALL` shows it. One list of keys is one sorted set under `prefix:list:{list}`. Every
 * verb is one round trip, and no verb but `update` with `expect` needs the right to run
 * scripts.
 *
 * @module
 */

import { invalidOption } from '../core/errors.ts'
import type {
  Change,
  EndedRecord,
  EndReason,
  IndexEntry,
  Lifetime,
  LoadedRecord,
  MaybePromise,
  SessionIndex,
  Store,
  StoredRecord,
  UpdateResult,
} from '../core/store.ts'
import { Connection, type RedisClientSource } from './redis/connection.ts'
import { create } from './redis/create.ts'
import { destroy } from './redis/destroy.ts'
import { NAME, settled } from './redis/failure.ts'
import { Link } from './redis/link.ts'
import { addEntry, readEntries, removeEntries } from './redis/lists.ts'
import { Reader } from './redis/reader.ts'
import { touch } from './redis/touch.ts'
import { update } from './redis/update.ts'

export type { IoredisClient, NodeRedisClient, RedisClient } from './redis/client.ts'
export type { RedisClientSource } from './redis/connection.ts'

/** Options of `redisStore`. */
export interface RedisStoreOptions {
  /**
   * What every key begins with, before `:`. Not empty, without `{` and `}`. Applications
   * that share a database need different ones, and so do two stores of one application,
   * also when they talk to different servers. Default: `sojourn`.
   */
  prefix?: string
}

/** A store in Redis. */
export interface RedisStore extends Store {
  /** Redis' own clock: asked for once, then kept and refreshed along the way. */
  now(): MaybePromise<number>
  create(key: string, record: StoredRecord, lifetime: Lifetime): Promise<boolean>
  load(key: string): Promise<LoadedRecord | EndedRecord | null>
  update(key: string, change: Change, lifetime: Lifetime): Promise<UpdateResult>
  touch(key: string, lifetime: Lifetime): Promise<boolean>
  destroy(key: string, reason: EndReason): Promise<LoadedRecord | null>
  readonly index: RedisIndex
  /** Closes the client if a function of the user's made it; after that every verb fails. */
  close(): Promise<void>
}

/** Lists in Redis: one sorted set each, gone when its last entry is. Times after 2109 are taken for 2109. */
export interface RedisIndex extends SessionIndex {
  add(list: string, entry: IndexEntry): Promise<number>
  entries(list: string): Promise<IndexEntry[]>
  remove(list: string, keys: readonly string[]): Promise<void>
}

/**
 * Keeps sessions in Redis 4 or later.
 *
 * ```ts
 * redisStore(() => createClient({ url: process.env.REDIS_URL })) // of `redis`
 * redisStore(() => new Redis(process.env.REDIS_URL))             // of `ioredis`
 * ```
 *
 * @param client A client, cluster, pool or sentinel of `redis` or `ioredis`, both from
 * version 5, or a function that returns one. The function is called once, at the first
 * operation, and again only if it failed. Nothing is connected before that; a client
 * of `redis` that is not open is connected then. `close()` closes what the function
 * returned, and leaves alone a client that was passed.
 * @throws SessionError `ERR_OPTION_INVALID` if the client is of neither kind or an option
 * is wrong. Operations fail with `ERR_STORE_FULL` if Redis is out of memory,
 * `ERR_STORE_UNSUPPORTED` if `update` with `expect` meets a server that refuses scripts,
 * and `ERR_STORE_UNAVAILABLE` for everything else.
 */
export function redisStore(client: RedisClientSource, options: RedisStoreOptions = {}): RedisStore {
  const prefix = checkedPrefix(options)
  const link = new Link(new Connection(client))
  const reader = new Reader(link)
  // The braces make a cluster place by the key alone, so all names of a session share a node.
  const keyOf = (key: string): string => `${prefix}:{${key}}`
  const listOf = (list: string): string => `${prefix}:list:{${list}}`

  return {
    name: NAME,
    identity: `${NAME} ${prefix}`,
    capabilities: { atomic: true, durable: true },
    now: () => (link.clock.isSet() ? link.clock.now() : settled(link.now(keyOf('')))),
    create: (key, record, lifetime) => settled(create(link, keyOf(key), record, lifetime)),
    load: (key) => reader.read(keyOf(key)),
    update: (key, change, lifetime) => settled(update(link, keyOf(key), change, lifetime)),
    touch: (key, lifetime) => settled(touch(link, keyOf(key), lifetime)),
    destroy: (key, reason) => settled(destroy(link, keyOf(key), reason)),
    index: {
      add: (list, entry) => settled(addEntry(link, listOf(list), entry)),
      entries: (list) => settled(readEntries(link, listOf(list))),
      remove: (list, keys) => settled(removeEntries(link, listOf(list), keys)),
    },
    close: () => settled(link.connection.close()),
  }
}

function checkedPrefix(options: RedisStoreOptions): string {
  if (typeof options !== 'object' || options === null) {
    throw invalidOption('redisStore: the options must be an object, such as `{ prefix: "shop" }`.')
  }
  const unknown = Object.keys(options).find((name) => name !== 'prefix')
  if (unknown !== undefined) throw invalidOption(`redisStore: there is no option \`${unknown}\`. Remove it.`)
  const { prefix = 'sojourn' } = options
  if (typeof prefix !== 'string' || prefix === '' || /[{}]/.test(prefix)) {
    throw invalidOption('redisStore: `prefix` must be text that is not empty and holds neither `{` nor `}`.')
  }
  return prefix
}
