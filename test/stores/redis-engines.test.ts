import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findRedisServer, findRedisServers } from '../../scripts/tools.mjs'
import { redisStore } from '../../src/stores/redis.ts'
import { testStore } from '../../src/testing.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { type ClientKind, clients, type GlideKind, KINDS } from './redis/clients.ts'
import { startCluster } from './redis/cluster.ts'
import { lifetime, record } from './redis/fixture.ts'

/** The servers that we promise to work with, and the clients that are tried there. */
const PROMISED: Record<string, readonly [ClientKind | GlideKind, ClientKind | GlideKind]> = {
  'Redis 7': ['ioredis 6', 'node-redis 6'],
  'Redis 8': ['node-redis 6', 'ioredis 6'],
  'Valkey 8': ['iovalkey', 'glide'],
  'Valkey 9': ['glide', 'node-redis 6'],
}

/** Name and major version → the program. */
const engines = new Map(findRedisServers().map((binary) => [nameOf(binary), binary]))

const missing = Object.keys(PROMISED).filter((name) => !engines.has(name))
if (missing.length > 0) {
  console.warn(
    `NOT TESTED, for they are not on this machine: ${missing.join(', ')}. ` +
      'On Debian `node scripts/servers.mjs` fetches them; or name their programs in REDIS_SERVERS.',
  )
}

test('there is a server to test with', () => {
  expect(engines.size).toBeGreaterThan(0)
})

// All other tests run on the first one.
describe.for([...engines].filter(([, binary]) => binary !== findRedisServer()))('%s', ([name, binary]) => {
  const [kind, otherKind] = PROMISED[name] ?? PROMISED['Redis 7']!
  let server: RedisServer

  beforeAll(async () => {
    server = await startRedis({ binary })
  })

  afterAll(async () => {
    await server.stop()
  })

  testStore({ describe, test: test.concurrent }, () => {
    const prefix = `engine-${crypto.randomUUID()}`
    return {
      store: redisStore(() => clients[kind](server.url), { prefix }),
      second: () => redisStore(() => clients[otherKind](server.url), { prefix }),
    }
  })

  test('sessions live on a cluster, with every client', async () => {
    const cluster = await startCluster({ binary })
    for (const clusterKind of KINDS) {
      const store = redisStore(cluster.clients[clusterKind], { prefix: clusterKind })
      const life = await lifetime(store)
      const keys = Array.from({ length: 16 }, (_, i) => `k${i}`)
      const change = { expect: new Map([['a', '1']]), set: new Map([['a', '2']]) }
      await Promise.all(keys.map(async (key) => store.create(key, record({ a: '1' }), life)))
      const changed = await Promise.all(keys.map(async (key) => store.update(key, change, life)))
      expect(changed.map(({ status }) => status)).toEqual(keys.map(() => 'ok'))
      const ended = await Promise.all(keys.map(async (key) => store.destroy(key, 'logout')))
      expect(ended.map((session) => session?.fields.get('a'))).toEqual(keys.map(() => '2'))
      expect(await store.load('k0')).toEqual({ ended: 'logout' })
      await store.close()
    }
    await cluster.stop()
  })
})

function nameOf(binary: string): string {
  const told = execFileSync(binary, ['--version'], { encoding: 'utf8' })
  const [, name = 'A server', version = ''] = /^(\w+) server v=(\d+)/.exec(told) ?? []
  return `${name} ${version}`
}
