import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
import type { Redis } from 'ioredis'
import { redisStore, type RedisStore } from '../../src/stores/redis.ts'
import { testStore } from '../../src/testing.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { admin, type ClientKind, clients, type GlideKind } from './redis/clients.ts'

const KINDS: readonly (ClientKind | GlideKind)[] = [
  'node-redis 6',
  'node-redis 6, RESP2',
  'node-redis 6, pool',
  'node-redis 5',
  'node-redis 5, RESP3',
  'ioredis 6',
  'ioredis 6, RESP3 replies',
  'ioredis 5',
  'iovalkey',
  'glide',
  'glide, RESP2 and bytes',
]

let master: RedisServer
let replica: RedisServer
let redis: Redis

beforeAll(async () => {
  master = await startRedis()
  replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] })
  redis = await admin(master.url)
})

beforeEach(async () => {
  await redis.set('replicated', '')
  await redis.wait(1, 0)
})

afterAll(async () => {
  redis.disconnect()
  await Promise.all([master.stop(), replica.stop()])
})

describe.for(KINDS)('%s, with writes that wait for a replica', (kind) => {
  testStore({ describe, test: test.concurrent }, () => {
    const prefix = `replica-${crypto.randomUUID()}`
    const make = (): RedisStore =>
      redisStore(() => clients[kind](master.url), { prefix, durability: 'replica' })
    return { store: make(), second: make }
  })
})
