/** @module Every kind of client that the Redis store must work with, connected to one server. */

import { Redis as Ioredis6 } from 'ioredis'
import { Redis as Ioredis5 } from 'ioredis-5'
import { createClient as createClient6, createClientPool } from 'redis'
import { createClient as createClient5 } from 'redis-5'
import type { RedisClient } from '../../../src/stores/redis.ts'

export type ClientKind =
  | 'node-redis 6'
  | 'node-redis 6, RESP2'
  | 'node-redis 6, pool'
  | 'node-redis 5'
  | 'node-redis 5, RESP3'
  | 'ioredis 6'
  | 'ioredis 6, RESP2'
  | 'ioredis 6, RESP3 replies'
  | 'ioredis 5'

/** Kind → a function that makes a client which is not connected yet. */
export const clients: Record<ClientKind, (url: string) => RedisClient> = {
  'node-redis 6': (url: string) => createClient6({ url }),
  'node-redis 6, RESP2': (url: string) => createClient6({ url, RESP: 2 }),
  'node-redis 5': (url: string) => createClient5({ url }),
  'node-redis 5, RESP3': (url: string) => createClient5({ url, RESP: 3 }),
  'node-redis 6, pool': (url: string) => createClientPool({ url }),
  'ioredis 6': (url: string) => new Ioredis6(url, { lazyConnect: true }),
  'ioredis 6, RESP2': (url: string) => new Ioredis6(url, { lazyConnect: true, protocol: 2 }),
  'ioredis 6, RESP3 replies': (url: string) =>
    new Ioredis6(url, { lazyConnect: true, replyMapping: 'resp3' }),
  'ioredis 5': (url: string) => new Ioredis5(url, { lazyConnect: true }),
}

/** A client for the test itself. The caller closes it. */
export async function admin(url: string): Promise<Ioredis6> {
  const client = new Ioredis6(url, { lazyConnect: true })
  client.on('error', () => undefined)
  await client.connect()
  return client
}
