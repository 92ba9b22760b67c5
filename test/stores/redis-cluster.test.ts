import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { createCluster, RESP_TYPES } from 'redis'
import { createCluster as createCluster5 } from 'redis-5'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import type { Lifetime } from '../../src/core/store.ts'
import { type RedisClient, redisStore, type RedisStore } from '../../src/stores/redis.ts'
import { testStore } from '../../src/testing.ts'
import { Browser } from '../support/browser.ts'
import { KINDS } from './redis/clients.ts'
import { type ClusterKind, startCluster, type TestCluster } from './redis/cluster.ts'
import { lifetime, record } from './redis/fixture.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster()
})

afterAll(async () => {
  await cluster.stop()
})

// Other versions and forks differ from these in no method that the suite calls.
describe.for<ClusterKind>(['node-redis 6', 'node-redis 5', 'ioredis 6', 'glide'])(
  'a cluster of %s',
  (kind) => {
    testStore({ describe, test: test.concurrent }, () => {
      const prefix = `cluster-${crypto.randomUUID()}`
      const make = cluster.clients[kind]
      return { store: redisStore(make, { prefix }), second: () => redisStore(make, { prefix }) }
    })
  },
)

test.for([createCluster, createCluster5] as const)(
  'a cluster whose clients answer bytes keeps sessions and lists of them',
  async (create) => {
    const rootNodes = cluster.servers.map(({ url }) => ({ url }))
    // Not in their types, and passed on all the same.
    const defaults = { commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } } } as object
    const make = (): RedisClient => (create as typeof createCluster)({ rootNodes, defaults })
    const store = redisStore(make, { prefix: `bytes-${crypto.randomUUID()}` })
    const life = await lifetime(store)
    await store.create('k', record({ a: '1', b: '2' }), life)
    expect(await store.update('k', { take: ['a'], increment: new Map([['b', 1]]) }, life)).toEqual({
      status: 'ok',
      values: new Map([
        ['a', '1'],
        ['b', '3'],
      ]),
    })
    expect(await store.load('k')).toMatchObject({ meta: 'meta', fields: new Map([['b', '3']]) })
    const entry = { key: 'k', createdAt: 1, until: life.absoluteAt }
    await store.index.add('list', entry)
    expect(await store.index.entries('list')).toEqual([entry])
    await store.close()
  },
)

describe.for(KINDS)('a cluster of %s', (kind) => {
  test('sessions lie on all nodes', async () => {
    const prefix = `spread-${crypto.randomUUID()}`
    const store = redisStore(cluster.clients[kind], { prefix })
    const life = await lifetime(store)
    await Promise.all(Array.from({ length: 64 }, async (_, i) => store.create(`k${i}`, record(), life)))
    for (const node of cluster.nodes) expect((await node.keys(`${prefix}*`)).length).toBeGreaterThan(5)
    await store.close()
  })

  test('every verb is one packet to one node', async () => {
    const store = redisStore(cluster.clients[kind], { prefix: `packets-${crypto.randomUUID()}` })
    const life = await lifetime(store)
    // Clients connect to a node when it is first needed.
    await Promise.all(Array.from({ length: 64 }, async (_, i) => store.load(`k${i}`)))
    for (const key of ['a', 'b', 'c', 'd']) {
      expect(await packetsOf(async () => store.create(key, record({ a: '1' }), life))).toBe(1)
      expect(await packetsOf(async () => store.load(key))).toBe(1)
      expect(await packetsOf(async () => store.update(key, { set: new Map([['a', '2']]) }, life))).toBe(1)
      expect(await packetsOf(async () => store.touch(key, life))).toBe(1)
      const entry = { key, createdAt: 1, until: life.absoluteAt }
      expect(await packetsOf(async () => store.index.add(key, entry))).toBe(1)
      expect(await packetsOf(async () => store.index.entries(key))).toBe(1)
      expect(await packetsOf(async () => store.destroy(key, 'logout'))).toBe(1)
    }
    await store.close()
  })

  test('a session is read in one packet to one node, also the first of a process', async () => {
    const client = await cluster.clients[kind]()
    const prefix = `visits-${crypto.randomUUID()}`
    const store = redisStore(() => client, { prefix })
    // Clients connect to a node when it is first needed.
    await Promise.all(Array.from({ length: 64 }, async (_, i) => store.load(`k${i}`)))
    for (let i = 0; i < 4; i++) {
      const visitor = new Browser(new Sessions({}, store))
      await visitor.visit((session) => session.set('a', i))
      // Has read nothing, so it learns the time along the way.
      const cold = new Browser(
        new Sessions(
          {},
          redisStore(() => client, { prefix }),
        ),
      )
      cold.token = visitor.token
      const read = (): Promise<unknown> => cold.visit((session) => expect(session.get('a')).toBe(i))
      expect(await packetsOf(read)).toBe(1)
      expect(await packetsOf(read)).toBe(1)
      // One to read, one to write.
      expect(await packetsOf(() => cold.visit((session) => session.set('b', i)))).toBe(2)
    }
    await store.close()
  })

  test('reading and writing follow a slot that moves to the other node', async () => {
    const store = redisStore(cluster.clients[kind], { prefix: 'move' })
    const life = await lifetime(store)
    // A slot moves at once only when it is empty.
    await Promise.all(cluster.nodes.map((node) => node.flushall()))
    const key = `k${crypto.randomUUID()}`
    const { slot, from, to } = await cluster.slotOf(key)
    await store.load(key)
    await giveSlot(slot, from, to)
    expect(await store.load(key)).toBe(null)
    expect(await store.create(key, record({ a: '1' }), life)).toBe(true)
    expect(await store.load(key)).toMatchObject({ fields: new Map([['a', '1']]) })
    expect(await store.touch(key, life)).toBe(true)
    await store.destroy(key, 'logout')
    await Promise.all(cluster.nodes.map((node) => node.flushall()))
    await giveSlot(slot, to, from)
    await store.close()
  })

  test('what waits for a slot on its way goes on when that has arrived', async () => {
    const { store, key, life, arrive, end } = await onItsWay(kind)
    const change = { expect: new Map([['a', '1']]), set: new Map([['a', '2']]) }
    const begun = [store.load(key), store.update(key, change, life), store.create(key, record(), life)]
    const [found] = await Promise.all([Promise.all(begun), sleep(100).then(arrive)])
    expect(found).toMatchObject([{ meta: 'meta' }, { status: 'ok' }, false])
    expect(await store.load(key)).toMatchObject({ fields: new Map([['a', '2']]) })
    await end()
  })
})

// Version 5 of node-redis waits for the slot to arrive.
test.for(KINDS.filter((kind) => kind !== 'node-redis 5'))(
  'a session that is on its way with its slot is read and written all the same: a cluster of %s',
  async (kind) => {
    const { store, key, life, arrive, end } = await onItsWay(kind)
    expect(await store.load(key)).toMatchObject({ fields: new Map([['a', '1']]) })
    expect(await store.update(key, { set: new Map([['a', '2']]) }, life)).toMatchObject({ status: 'ok' })
    expect(await store.touch(key, life)).toBe(true)
    expect(await store.destroy(key, 'logout')).toMatchObject({ fields: new Map([['a', '2']]) })
    expect(await store.load(key)).toEqual({ ended: 'logout' })
    await arrive()
    expect(await store.load(key)).toEqual({ ended: 'logout' })
    await end()
  },
)

/** A session that is with the other node already, while its slot is not. */
async function onItsWay(kind: ClusterKind): Promise<{
  store: RedisStore
  key: string
  life: Lifetime
  arrive: () => Promise<void>
  end: () => Promise<void>
}> {
  const store = redisStore(cluster.clients[kind], { prefix: 'way' })
  const life = await lifetime(store)
  // A slot can be given back only when it is empty.
  await Promise.all(cluster.nodes.map((node) => node.flushall()))
  const key = `k${crypto.randomUUID()}`
  const { slot, from, to } = await cluster.slotOf(key)
  await store.create(key, record({ a: '1' }), life)
  await to.cluster('SETSLOT', slot, 'IMPORTING', await from.cluster('MYID'))
  await from.cluster('SETSLOT', slot, 'MIGRATING', await to.cluster('MYID'))
  await from.migrate('127.0.0.1', String(to.options.port), `way:{${key}}`, 0, 5000)
  return {
    store,
    key,
    life,
    arrive: () => giveSlot(slot, from, to),
    async end() {
      await Promise.all(cluster.nodes.map((node) => node.flushall()))
      await giveSlot(slot, to, from)
      await store.close()
    },
  }
}

/**
 * Gives a slot from node to node, and waits until all have heard of it. A node that takes one which it
 * is importing raises its epoch: else the gossip of the old owner may take the slot back.
 */
async function giveSlot(slot: number, from: Redis, to: Redis): Promise<void> {
  const [owner, before] = [await to.cluster('MYID'), await from.cluster('MYID')]
  await to.cluster('SETSLOT', slot, 'IMPORTING', before)
  const nodes = new Set([to, from, ...cluster.nodes])
  for (const node of nodes) await node.cluster('SETSLOT', slot, 'NODE', owner)
  for (const node of nodes) await expect.poll(() => ownerOf(slot, node)).toBe(owner)
}

/** Who has a slot, as a node knows it. */
async function ownerOf(slot: number, node: Redis): Promise<string | undefined> {
  const ranges = await node.cluster('SLOTS')
  return ranges.find(([first, last]) => first <= slot && slot <= last)?.[2]?.[2]
}

/** How many packets all nodes read while `work` runs, without those that nodes send each other. */
async function packetsOf(work: () => Promise<unknown>): Promise<number> {
  const count = async (): Promise<number> => {
    const infos = await Promise.all(cluster.nodes.map((node) => node.info('stats')))
    return infos.reduce((sum, info) => sum + Number(/total_reads_processed:(\d+)/.exec(info)?.[1]), 0)
  }
  const before = await count()
  await work()
  return (await count()) - before - cluster.nodes.length
}
