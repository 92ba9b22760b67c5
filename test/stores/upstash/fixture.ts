/** @module A local Upstash for the tests of one file. */

import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, inject } from 'vitest'
import { Link } from '../../../src/stores/redis/link.ts'
import { linkedStore, type RedisStore } from '../../../src/stores/redis/store.ts'
import { upstashExecutor } from '../../../src/stores/upstash/executor.ts'
import { Transport } from '../../../src/stores/upstash/transport.ts'
import { startUpstash, type UpstashServer } from '../../../src/testing.ts'
import { admin } from '../redis/clients.ts'

/** A database over HTTP, and the same one over TCP. */
export interface Fixture {
  upstash: UpstashServer
  /** A client of the test's own. */
  redis: Redis
  /** What the keys of this test begin with. */
  prefix: string
  /** A store of our own transport, which waits for so many milliseconds. */
  store(deadline?: number): RedisStore
  /** How many requests arrive while `work` runs. */
  requestsOf(work: () => Promise<unknown>): Promise<number>
}

/** Starts one for the calling file. Nothing fails at the start of a test. */
export function useUpstash(): Fixture {
  const fixture = {
    store(deadline) {
      const executor = upstashExecutor(new Transport(fixture.upstash, deadline))
      return linkedStore(
        new Link('upstash', { open: () => executor, close: () => Promise.resolve() }),
        fixture.prefix,
      )
    },
    async requestsOf(work) {
      const before = fixture.upstash.requests.length
      await work()
      return fixture.upstash.requests.length - before
    },
  } as Fixture

  beforeAll(async () => {
    fixture.upstash = await startUpstash({ redis: inject('redisUrl') })
    fixture.redis = await admin(inject('redisUrl'))
  })
  beforeEach(() => {
    fixture.upstash.heal()
    fixture.prefix = `upstash-${crypto.randomUUID()}`
  })
  afterAll(async () => {
    fixture.redis.disconnect()
    await fixture.upstash.close()
  })
  return fixture
}
