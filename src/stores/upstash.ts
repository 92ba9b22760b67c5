/**
 * Sessions in an Upstash database, or in Vercel KV, over HTTP: for platforms that cannot keep a
 * connection open, such as serverless functions and the Edge runtime.
 *
 * The records are those of `sojourn/stores/redis`, so both stores may share a database. Every
 * verb is one request; see `upstash/transport.ts` for how it is sent.
 *
 * @module
 */

import { Link } from './redis/link.ts'
import { linkedStore, type RedisStore } from './redis/store.ts'
import { UpstashConnection } from './upstash/connection.ts'
import { checkedOptions, type UpstashStoreOptions } from './upstash/options.ts'
import type { UpstashSource } from './upstash/source.ts'

export type { RedisIndex, RedisStore } from './redis/store.ts'
export type { UpstashStoreOptions } from './upstash/options.ts'
export type { UpstashAddress, UpstashClient, UpstashSource } from './upstash/source.ts'

/** Ten times the usual, in milliseconds: each look is a request, and its commands are paid for. */
const WATCH_INTERVAL = 5000

/**
 * Keeps sessions in Upstash Redis or Vercel KV.
 *
 * ```ts
 * upstashStore()                                    // address and token from the environment
 * upstashStore({ url: 'https://….upstash.io', token: '…' })
 * upstashStore(Redis.fromEnv())                     // of `@upstash/redis`
 * upstashStore(kv)                                  // of `@vercel/kv`
 * ```
 *
 * A request is given up after ten seconds, and before that when the `timeout` of the sessions
 * has passed. A read whose connection breaks is sent once more, a write never: it may have
 * happened. Reads see the writes of the same store object, also where a database has replicas;
 * those of other processes may come a moment later there, unless `readFrom` is `'primary'`.
 *
 * @param source Where the database is. Default: `UPSTASH_REDIS_REST_URL` and
 * `UPSTASH_REDIS_REST_TOKEN` of the environment, or else `KV_REST_API_URL` and
 * `KV_REST_API_TOKEN`, looked up at the first operation. A client is only asked for its
 * address and token: it would repeat writes, and read numbers where there are texts.
 * @throws SessionError `ERR_OPTION_INVALID` if the source is something else or an option is
 * wrong; at the first operation if nothing names a database. Operations fail with
 * `ERR_STORE_TIMEOUT` after ten seconds, `ERR_STORE_FULL` if the database is full,
 * `ERR_STORE_UNSUPPORTED` if `update` with `expect` meets a server that refuses scripts, and
 * `ERR_STORE_UNAVAILABLE` for everything else: no connection, a wrong token, too many
 * requests, an answer that is not whole.
 */
export function upstashStore(source: UpstashSource = {}, options: UpstashStoreOptions = {}): RedisStore {
  const { prefix, fromPrimary } = checkedOptions(options)
  const store = linkedStore(new Link('upstash', new UpstashConnection(source, fromPrimary)), prefix)
  return { ...store, watchInterval: WATCH_INTERVAL }
}
