import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redisStore, type RedisStore } from '../../src/stores/redis.ts'
import { testStore } from '../../src/testing.ts'
import { type FailoverCluster, startFailoverCluster } from '../integration/failover/cluster.ts'
import { ask, isolate, until, untilReplica } from '../integration/failover/group.ts'
import type { RedisServer } from '../support/redis-server.ts'
import { KINDS } from './redis/clients.ts'
import { lifetime, record } from './redis/fixture.ts'

let cluster: FailoverCluster

beforeAll(async () => {
  cluster = await startFailoverCluster()
})

afterAll(async () => {
  await cluster.stop()
})

describe.for(KINDS)('a cluster of %s, with writes that wait for a replica', (kind) => {
  testStore({ describe, test: test.concurrent }, () => {
    const prefix = `replica-${crypto.randomUUID()}`
    const make = (): RedisStore => redisStore(cluster.clients[kind], { prefix, durability: 'replica' })
    return { store: make(), second: make }
  })
})

/** Asks a replica to take the place of its master, until it has: it may be refused by the others. */
function takeOver(replica: RedisServer): Promise<void> {
  return until(() =>
    ask(replica, async (redis) => {
      if ((await redis.info('replication')).includes('role:master')) return true
      await redis.cluster('FAILOVER')
      await sleep(1000)
      return false
    }),
  )
}

describe.for(KINDS)('a cluster of %s', (kind) => {
  test('a write that waits follows its slot to the master of the moment', async () => {
    const prefix = `follows-${crypto.randomUUID()}`
    const store = redisStore(cluster.clients[kind], { prefix, durability: 'replica' })
    const life = await lifetime(store)
    expect(await store.create('a', record(), life)).toBe(true)
    for (const value of ['1', '2']) {
      const { master, replica } = await cluster.pairOf(`${prefix}:{a}`)
      await takeOver(replica)
      await cluster.untilPromoted(replica)
      await untilReplica({ master, replica })
      expect(await store.update('a', { set: new Map([['x', value]]) }, life)).toMatchObject({ status: 'ok' })
      expect(await store.load('a')).toMatchObject({ fields: new Map([['x', value]]) })
    }
    await store.close()
  })

  test('only what a master without its replica keeps is refused', async () => {
    const prefix = `partly-${crypto.randomUUID()}`
    const store = redisStore(cluster.clients[kind], { prefix, durability: 'replica' })
    const life = await lifetime(store)
    const keys = Array.from({ length: 12 }, (_, i) => `k${i}`)
    await Promise.all(keys.map(async (key) => store.create(key, record(), life)))
    const lonely = await cluster.pairOf(`${prefix}:{k0}`)
    const masters = await Promise.all(
      keys.map(async (key) => (await cluster.pairOf(`${prefix}:{${key}}`)).master),
    )
    await isolate(lonely)
    const ends = await Promise.all(
      keys.map((key) =>
        store.destroy(key, 'logout').then(
          () => 'done',
          (error: { code: string }) => error.code,
        ),
      ),
    )
    lonely.replica.resume()
    await untilReplica({ master: lonely.replica, replica: lonely.master })
    const expected = masters.map((master) => (master === lonely.master ? 'ERR_STORE_NOT_REPLICATED' : 'done'))
    expect(ends).toEqual(expected)
    expect(new Set(expected).size).toBe(2)
    await store.close()
  })
})
