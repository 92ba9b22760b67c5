import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { redisStore } from '../../src/stores/redis.ts'
import { testStore } from '../../src/testing.ts'
import { admin } from './redis/clients.ts'
import { lifetime, record } from './redis/fixture.ts'
import { SENTINEL_KINDS, type SentinelGroup, type SentinelKind, startSentinels } from './redis/sentinel.ts'

let group: SentinelGroup

beforeAll(async () => {
  group = await startSentinels()
})

afterAll(async () => {
  await group.stop()
})

describe.for<SentinelKind>(['node-redis 6', 'ioredis 6'])('through sentinels with %s', (kind) => {
  testStore({ describe, test: test.concurrent }, () => {
    const prefix = `sentinel-${crypto.randomUUID()}`
    const make = group.clients[kind]
    return { store: redisStore(make, { prefix }), second: () => redisStore(make, { prefix }) }
  })
})

// The last of this file: it ends the master.
test('sessions outlive their server, and go on with its replica, with every client', async () => {
  const stores = SENTINEL_KINDS.map((kind) => redisStore(group.clients[kind], { prefix: kind }))
  for (const store of stores) await store.create('k', record({ a: '1' }), await lifetime(store))
  const master = await admin(group.master.url)
  expect(await master.wait(1, 5000)).toBe(1)
  master.disconnect()

  await group.master.kill9()
  for (const store of stores) {
    const life = await lifetime(store)
    const again = async (): Promise<void> => {
      expect(await store.load('k')).toMatchObject({ meta: 'meta' })
      expect(await store.update('k', { set: new Map([['a', '2']]) }, life)).toMatchObject({ status: 'ok' })
    }
    await vi.waitFor(again, { timeout: 15_000, interval: 100 })
  }

  const replica = await admin(group.replica.url)
  expect(await replica.info('replication')).toContain('role:master')
  for (const kind of SENTINEL_KINDS) expect(await replica.hget(`${kind}:{k}`, 'a')).toBe('2')
  replica.disconnect()
  await Promise.all(stores.map((store) => store.close()))
})
