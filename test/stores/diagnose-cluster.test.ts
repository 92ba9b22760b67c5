import { Cluster as IoredisCluster, type Redis } from 'ioredis'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { redisStore, type RedisClient } from '../../src/stores/redis.ts'
import { examine, SECRET, type Findings } from './diagnose/examine.ts'
import { startPatient } from './diagnose/servers.ts'
import { clients, silent, KINDS } from './redis/clients.ts'
import { startCluster, type TestCluster } from './redis/cluster.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.stop())

function examineThrough(client: () => RedisClient | Promise<RedisClient>): Promise<Findings> {
  const store = redisStore(client, { prefix: `${SECRET}-prefix` })
  onTestFinished(() => store.close())
  return examine(store)
}

test.for(KINDS)('%s asks each master', async (kind) => {
  const [first, second] = cluster.nodes as [Redis, Redis]
  const count = (await first.cluster('SLOTS')).length
  const make = cluster.clients[kind]
  const well = await examineThrough(make)
  expect(well.levels).toMatchObject({
    'cluster-client': 'ok',
    'eviction-policy': 'ok',
    permissions: 'ok',
    scripts: 'ok',
    probe: 'ok',
  })
  expect(well.of('eviction-policy').text).toBe(`On ${count} of ${count} masters: Redis evicts nothing.`)
  expect(well.of('persistence').text).toMatch(
    new RegExp(`^On ${count} of ${count} masters: Redis keeps nothing`),
  )

  onTestFinished(
    async () => void (await second.config('SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '0')),
  )
  await second.config('SET', 'maxmemory-policy', 'allkeys-lfu', 'maxmemory', '100mb')
  const { of } = await examineThrough(make)
  expect(of('eviction-policy')).toMatchObject({ level: 'serious' })
  expect(of('eviction-policy').text).toMatch(
    new RegExp(`^On 1 of ${count} masters: The eviction policy is allkeys-lfu`),
  )
  expect(await Promise.all(cluster.nodes.map((node) => node.keys('*')))).toEqual(cluster.nodes.map(() => []))
})

test.for(['node-redis 6', 'ioredis 6', 'glide'] as const)(
  'a client for a single server is none for a cluster: %s',
  async (kind) => {
    const [node] = cluster.nodes as [Redis]
    const { of } = await examineThrough(() =>
      clients[kind](`redis://${node.options.host}:${node.options.port}`),
    )
    expect(of('cluster-client')).toMatchObject({ level: 'serious' })
    expect(of('cluster-client').text).toContain('the client is not made for one')
  },
)

test('a client for a cluster is none for a single server', async () => {
  const { server } = await startPatient([])
  const { of, at } = await examineThrough(() =>
    silent(new IoredisCluster([{ host: '127.0.0.1', port: server.port }]) as never),
  )
  expect(at('serious')).toEqual(['cluster-client', 'reachable'])
  expect(of('cluster-client').text).toBe('The client is made for a cluster, and the server is none.')
})
