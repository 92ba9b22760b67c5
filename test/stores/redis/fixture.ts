/** @module A Redis server of one's own with a look inside, for the tests of one file. */

import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'

import type { Lifetime, Store, StoredRecord } from '../../../src/core/store.ts'
import { redisStore, type RedisStore, type RedisStoreOptions } from '../../../src/stores/redis.ts'
import { type RedisOptions, type RedisServer, startRedis } from '../../support/redis-server.ts'
import { admin, type ClientKind, clients, type GlideKind } from './clients.ts'

/** A server that is empty at the start of each test. */
export interface Fixture {
  server: RedisServer
  /** A client of the test's own. */
  redis: Redis
  /** A connected store, closed after the test. */
  open(kind?: ClientKind | GlideKind, options?: RedisStoreOptions): Promise<RedisStore>
  /** What the server is asked for while `work` runs: the commands of all clients, in upper case. */
  commandsOf(work: () => Promise<unknown>): Promise<string[][]>
  /** How many packets the server reads while `work` runs. */
  packetsOf(work: () => Promise<unknown>): Promise<number>
}

/** Starts a server for the calling file. */
export function useFixture(options: RedisOptions = {}): Fixture {
  const stores: RedisStore[] = []
  const fixture = {
    async open(kind: ClientKind | GlideKind = 'node-redis 6', storeOptions: RedisStoreOptions = {}) {
      const store = redisStore(() => clients[kind](fixture.server.url), storeOptions)
      stores.push(store)
      await store.now()
      return store
    },
    async commandsOf(work: () => Promise<unknown>) {
      const monitor = await fixture.redis.duplicate().monitor()
      const seen: string[][] = []
      monitor.on('monitor', (_time: string, [name = '', ...args]: string[]) => {
        seen.push([name.toUpperCase(), ...args])
      })
      await work()
      const end = crypto.randomUUID()
      await fixture.redis.echo(end)
      while (!seen.some((command) => command[1] === end))
        await new Promise((resolve) => setTimeout(resolve, 1))
      monitor.disconnect()
      return seen.filter(([name]) => name !== 'ECHO')
    },
    async packetsOf(work: () => Promise<unknown>) {
      const before = await packets(fixture.redis)
      await work()
      // The second question for the count is a packet, too.
      return (await packets(fixture.redis)) - before - 1
    },
  } as Fixture

  beforeAll(async () => {
    fixture.server = await startRedis(options)
    fixture.redis = await admin(fixture.server.url)
  })
  beforeEach(async () => {
    await fixture.redis.flushall()
  })
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()))
  })
  afterAll(async () => {
    fixture.redis.disconnect()
    await fixture.server.stop()
  })
  return fixture
}

/** A lifetime by the store's clock. Default: one hour idle, one day at most. */
export async function lifetime(store: Store, idle = 3_600_000, absolute = 86_400_000): Promise<Lifetime> {
  return { idle, absoluteAt: (await store.now()) + absolute }
}

/** A record with these fields. */
export function record(fields: Record<string, string> = {}): StoredRecord {
  return { meta: 'meta', fields: new Map(Object.entries(fields)) }
}

async function packets(redis: Redis): Promise<number> {
  return Number(/total_reads_processed:(\d+)/.exec(await redis.info('stats'))?.[1])
}
