import { setTimeout as sleep } from 'node:timers/promises'
import { createClientPool } from 'redis'
import { createClientPool as createClientPool5 } from 'redis-5'
import { expect, test, vi } from 'vitest'
import { type RedisClient, redisStore } from '../../src/stores/redis.ts'
import { freePort, startRedis } from '../support/redis-server.ts'
import { type ClientKind, clients, type GlideKind } from './redis/clients.ts'

const KINDS: readonly (ClientKind | GlideKind)[] = [
  'node-redis 6',
  'node-redis 5',
  'node-redis 6, pool',
  'ioredis 6',
  'ioredis 5',
  'iovalkey',
  'glide',
]

test.for(KINDS)('a server that does not answer any more cannot keep a store open: %s', async (kind) => {
  const server = await startRedis()
  const store = redisStore(() => clients[kind](server.url))
  await store.load('k')
  server.pause()
  const late = store.load('k').catch((error: unknown) => error)
  await sleep(20)
  await expect(store.close()).resolves.toBe(undefined)
  server.resume()
  await late
  await expect(store.load('k')).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
  await server.stop()
})

test.for<[string, (url: string) => RedisClient]>([
  ['6', (url) => createClientPool({ url })],
  ['5', (url) => createClientPool5({ url })],
])('a pool that never found its server closes: node-redis %s', async ([, make]) => {
  const url = `redis://127.0.0.1:${await freePort()}`
  const pool = make(url)
  const store = redisStore(() => pool)
  const failed = store.load('k').catch((error: unknown) => error)
  await sleep(50)
  await expect(store.close()).resolves.toBe(undefined)
  expect((pool as unknown as { isOpen: boolean }).isOpen).toBe(false)
  expect(await failed).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
})

test.for(KINDS)('what was begun is finished before the connection goes: %s', async (kind) => {
  const server = await startRedis()
  const store = redisStore(() => clients[kind](server.url))
  const lifetime = { idle: 60_000, absoluteAt: (await store.now()) + 60_000 }
  const writes = Array.from({ length: 20 }, async (_, i) =>
    store.create(`k${i}`, { meta: 'meta', fields: new Map() }, lifetime),
  )
  await Promise.all([...writes, sleep(0).then(() => store.close())])
  expect(await Promise.all(writes)).toEqual(Array(20).fill(true))
  await server.stop()
})

const SINGLE = ['node-redis 6', 'node-redis 5', 'ioredis 6', 'ioredis 5', 'iovalkey'] as const

test.for(
  SINGLE.flatMap(
    (kind) =>
      [
        [kind, 'the store closes', 'the store'],
        [kind, 'the application closes its client', 'its owner'],
      ] as const,
  ),
)('nobody looks for a server any more, nor listens, once %s: %s', async ([kind, , by]) => {
  const client = clients[kind](`redis://127.0.0.1:${await freePort()}`)
  const seen = client as unknown as NodeJS.EventEmitter & { disconnect(): unknown; destroy(): unknown }
  const store = redisStore(by === 'the store' ? () => client : client)
  const failed = store.load('k').catch((error: unknown) => error)
  // Between two attempts.
  const listeners = seen.listenerCount('error')
  await vi.waitFor(() => expect(seen.listenerCount('error')).toBeGreaterThan(listeners))
  await sleep(100)
  if (by === 'the store') await store.close()
  else if (kind.startsWith('node-redis')) seen.destroy()
  else seen.disconnect()
  expect(await failed).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
  await vi.waitFor(() => expect(seen.listenerCount('error')).toBeLessThanOrEqual(1))
})
