/** @module Redis servers that are configured wrong, for single tests. */

import { onTestFinished } from 'vitest'
import type { Redis } from 'ioredis'
import { redisStore, type RedisStore, type RedisStoreOptions } from '../../../src/stores/redis.ts'
import { startRedis, type RedisOptions, type RedisServer } from '../../support/redis-server.ts'
import { admin, clients, type ClientKind, type GlideKind } from '../redis/clients.ts'
import { SECRET } from './examine.ts'

/** A server, a client of the test's own, and how to open stores on it. */
export interface Patient {
  server: RedisServer
  redis: Redis
  /** @param as user and password, such as `'app:word@'` */
  store: (kind?: ClientKind | GlideKind, options?: RedisStoreOptions, as?: string) => RedisStore
}

/**
 * Starts a server that is stopped after the test.
 * @param finished the `onTestFinished` of a test that runs beside others
 */
export async function startPatient(
  args: readonly string[],
  options: RedisOptions = {},
  finished: (end: () => Promise<void>) => void = onTestFinished,
): Promise<Patient> {
  const server = await startRedis({ args, ...options })
  const redis = await admin(server.url)
  finished(async () => {
    redis.disconnect()
    await server.stop()
  })
  return {
    server,
    redis,
    store(kind = 'node-redis 6', storeOptions = {}, as = '') {
      const url = server.url.replace('redis://', `redis://${as}`)
      const store = redisStore(() => clients[kind](url), { prefix: `${SECRET}-prefix`, ...storeOptions })
      finished(async () => store.close())
      return store
    },
  }
}

/** Kinds of clients that differ in how a command is sent and a reply is told. */
export const KINDS: readonly (ClientKind | GlideKind)[] = [
  'node-redis 6',
  'node-redis 6, RESP2',
  'node-redis 6, pool',
  'node-redis 5',
  'ioredis 6',
  'ioredis 6, RESP3 replies',
  'ioredis 5',
  'iovalkey',
  'glide',
  'glide, RESP2 and bytes',
]
