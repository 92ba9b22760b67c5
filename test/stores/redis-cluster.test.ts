import { Cluster } from 'ioredis'
import { createCluster } from 'redis'
import { createCluster as createCluster5 } from 'redis-5'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RedisClient, redisStore } from '../../src/stores/redis.ts'
import { testStore } from '../../src/testing.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { admin } from './redis/clients.ts'
import { lifetime, record } from './redis/place.ts'

const SLOTS = 16_384

let nodes: RedisServer[] = []

/** Two nodes with half of the slots each. */
beforeAll(async () => {
  nodes = await Promise.all([startNode(), startNode()])
  const [one, two] = await Promise.all(nodes.map((node) => admin(node.url)))
  await one!.cluster('ADDSLOTSRANGE', 0, SLOTS / 2 - 1)
  await two!.cluster('ADDSLOTSRANGE', SLOTS / 2, SLOTS - 1)
  await one!.cluster('MEET', '127.0.0.1', nodes[1]!.port)
  for (const node of [one!, two!]) {
    const isReady = async (): Promise<boolean> =>
      /cluster_state:ok[^]*known_nodes:2/.test(await node.cluster('INFO'))
    while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, 20))
    node.disconnect()
  }
})

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
})

function startNode(): Promise<RedisServer> {
  return startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'] })
}

const kinds: Record<string, () => RedisClient> = {
  'a cluster of node-redis 6': () => createCluster({ rootNodes: [{ url: nodes[0]!.url }] }),
  'a cluster of node-redis 5': () => createCluster5({ rootNodes: [{ url: nodes[0]!.url }] }),
  'a cluster of ioredis 6': () => new Cluster([{ host: '127.0.0.1', port: nodes[0]!.port }]),
}

describe.for(Object.keys(kinds))('%s', (kind) => {
  const make = kinds[kind]!

  testStore({ describe, test: test.concurrent }, () => {
    const prefix = `cluster-${crypto.randomUUID()}`
    return { store: redisStore(make, { prefix }), second: () => redisStore(make, { prefix }) }
  })

  test('sessions lie on both nodes', async () => {
    const prefix = `spread-${crypto.randomUUID()}`
    const store = redisStore(make, { prefix })
    const life = await lifetime(store)
    await Promise.all(Array.from({ length: 64 }, async (_, i) => store.create(`k${i}`, record(), life)))
    for (const node of nodes) {
      const client = await admin(node.url)
      expect((await client.keys(`${prefix}*`)).length).toBeGreaterThan(5)
      client.disconnect()
    }
    await store.close()
  })

  test('reading and writing follow a slot that moves to the other node', async () => {
    const store = redisStore(make, { prefix: 'move' })
    const life = await lifetime(store)
    const [one, two] = await Promise.all(nodes.map((node) => admin(node.url)))
    // A slot moves only when it is empty.
    await Promise.all([one!.flushall(), two!.flushall()])
    const key = `k${crypto.randomUUID()}`
    const slot = await one!.cluster('KEYSLOT', key)
    const [from, to] = slot < SLOTS / 2 ? [one!, two!] : [two!, one!]
    await store.load(key)
    const owner = await to.cluster('MYID')
    await to.cluster('SETSLOT', slot, 'NODE', owner)
    await from.cluster('SETSLOT', slot, 'NODE', owner)
    expect(await store.load(key)).toBe(null)
    expect(await store.create(key, record({ a: '1' }), life)).toBe(true)
    expect(await store.load(key)).toMatchObject({ fields: new Map([['a', '1']]) })
    expect(await store.touch(key, life)).toBe(true)
    one!.disconnect()
    two!.disconnect()
    await store.close()
  })
})
