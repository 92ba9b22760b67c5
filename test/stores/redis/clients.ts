/** @module Every kind of client that the Redis store must work with. */

import { Decoder, GlideClient, Logger, ProtocolVersion } from '@valkey/valkey-glide'
import { Redis as Ioredis6 } from 'ioredis'
import Ioredis4 from 'ioredis-4'
import { Redis as Ioredis5 } from 'ioredis-5'
import { Redis as Iovalkey } from 'iovalkey'
import { createClient as createClient6, createClientPool } from 'redis'
import { createClient as createClient5 } from 'redis-5'
import type { RedisClient } from '../../../src/stores/redis.ts'

export type ClientKind =
  | 'node-redis 6'
  | 'node-redis 6, RESP2'
  | 'node-redis 6, no retries'
  | 'node-redis 6, pool'
  | 'node-redis 5'
  | 'node-redis 5, RESP3'
  | 'ioredis 6'
  | 'ioredis 6, RESP2'
  | 'ioredis 6, RESP3 replies'
  | 'ioredis 5'
  | 'ioredis 4'
  | 'iovalkey'

/** Those that are connected before anybody has them, so that making one takes a promise. */
export type GlideKind = 'glide' | 'glide, RESP2 and bytes'

/** One of each package and version, for what has to be tried with every way to talk to Redis. */
export const KINDS = ['node-redis 6', 'node-redis 5', 'ioredis 6', 'ioredis 5', 'iovalkey', 'glide'] as const

/** Kind → a function that makes a client which is not connected yet. */
export const clients: Record<ClientKind, (url: string) => RedisClient> &
  Record<GlideKind, (url: string) => Promise<RedisClient>> = {
  'node-redis 6': (url) => createClient6({ url }),
  'node-redis 6, RESP2': (url) => createClient6({ url, RESP: 2 }),
  'node-redis 6, no retries': (url) => createClient6({ url, socket: { reconnectStrategy: false } }),
  'node-redis 6, pool': (url) => createClientPool({ url }),
  'node-redis 5': (url) => createClient5({ url }),
  'node-redis 5, RESP3': (url) => createClient5({ url, RESP: 3 }),
  'ioredis 6': (url) => silent(new Ioredis6(url, { lazyConnect: true })),
  'ioredis 6, RESP2': (url) => silent(new Ioredis6(url, { lazyConnect: true, protocol: 2 })),
  'ioredis 6, RESP3 replies': (url) =>
    silent(new Ioredis6(url, { lazyConnect: true, replyMapping: 'resp3' })),
  'ioredis 5': (url) => silent(new Ioredis5(url, { lazyConnect: true })),
  'ioredis 4': (url) => silent(new Ioredis4(url, { lazyConnect: true })),
  iovalkey: (url) => silent(new Iovalkey(url, { lazyConnect: true })),
  glide: (url) => GlideClient.createClient(addressOf(url)),
  'glide, RESP2 and bytes': (url) =>
    GlideClient.createClient({
      ...addressOf(url),
      protocol: ProtocolVersion.RESP2,
      defaultDecoder: Decoder.Bytes,
      lazyConnect: true,
    }),
}

// It writes every error that a server answers to the console.
Logger.setLoggerConfig('off')

/** Where glide finds the server of a `redis:` address, and as whom. */
export function addressOf(url: string): {
  addresses: { host: string; port: number }[]
  credentials?: { username: string; password: string }
} {
  const { hostname: host, port, username, password } = new URL(url)
  return {
    addresses: [{ host, port: Number(port) }],
    ...(username !== '' && { credentials: { username, password } }),
  }
}

/** A client for the test itself. The caller closes it. */
export async function admin(url: string): Promise<Ioredis6> {
  const client = silent(new Ioredis6(url, { lazyConnect: true }))
  await client.connect()
  return client
}

/** Without a listener, ioredis writes every lost connection to the console. */
export function silent<T extends Ioredis5 | Ioredis6 | Iovalkey>(client: T): T {
  client.on('error', () => undefined)
  return client
}
