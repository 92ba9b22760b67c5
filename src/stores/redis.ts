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

import { Connection, type RedisClientSource } from './redis/connection.ts'
import { Link } from './redis/link.ts'
import { checkedPrefix, checkedReplicas, type RedisStoreOptions } from './redis/options.ts'
import { Replication } from './redis/replication.ts'
import { linkedStore, type RedisStore } from './redis/store.ts'

export type { GlideClient, IoredisClient, NodeRedisClient, RedisClient } from './redis/client.ts'
export type { RedisClientSource } from './redis/connection.ts'
export type { RedisIndex, RedisStore } from './redis/store.ts'
export type { RedisDurability, RedisStoreOptions } from './redis/options.ts'

/**
 * Keeps sessions in Redis 7 or later, or in Valkey.
 *
 * ```ts
 * redisStore(() => createClient({ url: process.env.REDIS_URL })) // of `redis`
 * redisStore(() => new Redis(process.env.REDIS_URL))             // of `ioredis` or `iovalkey`
 * redisStore(() => GlideClient.createClient({ addresses }))      // of `@valkey/valkey-glide`
 * ```
 *
 * @param client A client, cluster, pool or sentinel of `redis` from version 5, of `ioredis` from
 * version 4, of `iovalkey`, or of `@valkey/valkey-glide` from version 2; or a function that
 * returns one. The function is called once, at the first operation, and again only if it
 * failed; with `durability: 'replica'` twice, for writes then have a client of their own.
 * Nothing is connected before that; a client of `redis` that is not open is connected then.
 * `close()` closes what the function returned, and leaves alone a client that was passed.
 * @throws SessionError `ERR_OPTION_INVALID` if the client is of no such kind or an option
 * is wrong. Operations fail with the same if the function throws, with its error as the cause, with `ERR_STORE_FULL` if Redis is out of memory,
 * `ERR_STORE_UNSUPPORTED` if `update` with `expect` meets a server that refuses scripts,
 * `ERR_STORE_NOT_REPLICATED` if too few replicas confirm a write, and `ERR_STORE_UNAVAILABLE` for everything else.
 */
export function redisStore(client: RedisClientSource, options: RedisStoreOptions = {}): RedisStore {
  const prefix = checkedPrefix('redisStore', options, ['prefix', 'durability'])
  const replicas = checkedReplicas(options.durability)
  const connection = new Connection(client)
  // A client that was passed is the only one.
  const writing = replicas > 0 && typeof client === 'function' ? new Connection(client) : connection
  return linkedStore(
    new Link('redis', connection, replicas > 0 ? new Replication(replicas, writing) : null),
    prefix,
  )
}
