import { setTimeout as sleep } from 'node:timers/promises'
import { Redis as Upstash } from '@upstash/redis'
import { createClient } from 'redis'
import { describe, expect, test, vi } from 'vitest'
import { isSessionError } from '../../src/core/errors.ts'
import { type RedisClient, redisStore } from '../../src/stores/redis.ts'
import { type UpstashClient, upstashStore } from '../../src/stores/upstash.ts'
import { freePort, startRedis } from '../support/redis-server.ts'
import { admin, type ClientKind, clients, type GlideKind } from './redis/clients.ts'
import { lifetime, record, useFixture } from './redis/fixture.ts'
import { vercelKv } from './upstash/vercel-kv.ts'

const fixture = useFixture()

async function connections(): Promise<number> {
  // An INFO of our own connection is always among them.
  return Number(/connected_clients:(\d+)/.exec(await fixture.redis.info('clients'))?.[1]) - 1
}

describe('opening', () => {
  test.for<ClientKind>(['node-redis 6', 'node-redis 5', 'ioredis 6', 'ioredis 5'])(
    'nothing is made or connected before the first operation, and one client for 50 of them: %s',
    async (kind) => {
      const make = vi.fn<() => RedisClient>(() => clients[kind](fixture.server.url))
      const store = redisStore(make)
      const given = redisStore(clients[kind](fixture.server.url))
      await sleep(20)
      expect(make).not.toHaveBeenCalled()
      expect(await connections()).toBe(0)
      const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => store.load(`k${i}`)))
      expect(answers).toEqual(Array(50).fill(null))
      expect(make).toHaveBeenCalledTimes(1)
      expect(await connections()).toBe(1)
      await store.close()
      await vi.waitFor(async () => expect(await connections()).toBe(0))
      await given.close()
    },
  )

  test('a function may answer later', async () => {
    const store = redisStore(async () => {
      await sleep(5)
      return clients['ioredis 6'](fixture.server.url)
    })
    expect(await store.load('k')).toBe(null)
    await store.close()
  })

  test('a function that failed is called again by the next operation', async () => {
    const make = vi
      .fn<() => Promise<RedisClient>>()
      .mockRejectedValueOnce(new Error('secret'))
      .mockImplementation(async () => clients['ioredis 6'](fixture.server.url))
    const store = redisStore(make)
    await expect(store.load('k')).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
    expect(await store.load('k')).toBe(null)
    expect(make).toHaveBeenCalledTimes(2)
    await store.close()
  })

  test('a client that could not connect is connected by a later operation', async () => {
    const port = await freePort()
    const client = clients['node-redis 6, no retries'](`redis://127.0.0.1:${port}`)
    const store = redisStore(() => client)
    await expect(store.load('k')).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    const server = await startRedis({ port })
    expect(await store.load('k')).toBe(null)
    await store.close()
    await server.stop()
  })

  test('two stores may open the same client at once, also while the application connects it', async () => {
    for (const connectsItself of [false, true]) {
      const client = createClient({ url: fixture.server.url })
      const connected = connectsItself ? client.connect() : undefined
      const stores = [redisStore(client, { prefix: 'a' }), redisStore(client, { prefix: 'b' })]
      expect(await Promise.all(stores.map((store) => store.load('k')))).toEqual([null, null])
      await connected
      await client.close()
    }
  })

  test('operations wait for a server that comes later', async () => {
    const port = await freePort()
    for (const kind of ['node-redis 6', 'ioredis 6'] as const) {
      const store = redisStore(() => clients[kind](`redis://127.0.0.1:${port}`))
      const answer = store.load('k')
      await sleep(100)
      const server = await startRedis({ port })
      expect(await answer).toBe(null)
      await store.close()
      await server.stop()
    }
  })
})

describe('closing', () => {
  test.for<ClientKind>(['node-redis 6', 'node-redis 5', 'ioredis 6', 'ioredis 5'])(
    'leaves a client that was passed open: %s',
    async (kind) => {
      const client = clients[kind](fixture.server.url)
      const store = redisStore(client)
      await store.load('k')
      await store.close()
      expect(await store.load('k')).toBe(null)
      const owner = redisStore(() => client)
      await owner.load('k')
      await owner.close()
      await expect(owner.load('k')).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    },
  )

  test('does not wait for an unreachable server', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`
    for (const kind of ['node-redis 6', 'node-redis 5', 'ioredis 6', 'ioredis 5'] as const) {
      const store = redisStore(() => clients[kind](url))
      void Promise.resolve(store.load('k')).catch(() => undefined)
      await sleep(20)
      await expect(store.close()).resolves.toBe(undefined)
    }
  })

  test('a store that was never used closes without making a client', async () => {
    const make = vi.fn<() => RedisClient>(() => clients['ioredis 6'](fixture.server.url))
    await redisStore(make).close()
    expect(make).not.toHaveBeenCalled()
  })
})

describe('checking', () => {
  test.for([undefined, null, 'redis://localhost', 42, {}, new Map(), { get() {}, set() {} }])(
    'what is no client is refused with the names of those that are: %s',
    async (value) => {
      const refused = expect.objectContaining({
        code: 'ERR_OPTION_INVALID',
        message: expect.stringMatching(/node-redis 5.*ioredis.*5.*iovalkey.*glide.*function/s) as string,
      })
      expect(() => redisStore(value as never)).toThrow(refused)
      await expect(redisStore(() => value as never).load('k')).rejects.toEqual(refused)
    },
  )

  test.for<[string, object]>([
    ['@upstash/redis', new Upstash({ url: 'https://nobody.upstash.io', token: 'token' })],
    ['@vercel/kv', vercelKv.createClient({ url: 'https://nobody.upstash.io', token: 'token' })],
  ])(
    'a client that speaks HTTP is refused with the name of the store that takes it: %s',
    async ([, client]) => {
      const refused = expect.objectContaining({
        code: 'ERR_OPTION_INVALID',
        message: expect.stringMatching(/`upstashStore` of `sojourn\/stores\/upstash`/) as string,
      })
      expect(() => redisStore(client as never)).toThrow(refused)
      await expect(redisStore(() => client as never).load('k')).rejects.toEqual(refused)
      // It throws whatever it is asked, while its environment is not set.
      expect(() => redisStore(vercelKv.kv as never)).toThrow(refused)
      expect(upstashStore(client as UpstashClient).name).toBe('upstash')
    },
  )

  test.for(['', 'a{b', 'a}b', 5, null])('the prefix %s is refused', (prefix) => {
    const make = (): unknown => redisStore(() => clients['ioredis 6'](''), { prefix } as never)
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  })

  test('an unknown option is refused by name', () => {
    expect(() => redisStore(() => clients['ioredis 6'](''), { ttl: 5 } as never)).toThrow(
      /redisStore: ttl: there is no such option/,
    )
  })

  test('the identity names the prefix', () => {
    const client = (): never => undefined as never
    expect(redisStore(client).identity).toBe('redis sojourn')
    expect(redisStore(client, { prefix: 'shop' }).identity).toBe('redis shop')
  })

  test('a listener for errors is added only where there is none', () => {
    const listened = clients['node-redis 6'](fixture.server.url) as unknown as NodeJS.EventEmitter
    listened.on('error', () => undefined)
    const silent = clients['node-redis 6'](fixture.server.url) as unknown as NodeJS.EventEmitter
    redisStore(listened as never)
    redisStore(silent as never)
    expect([listened.listenerCount('error'), silent.listenerCount('error')]).toEqual([1, 1])
  })
})

describe.for<ClientKind | GlideKind>([
  'node-redis 6',
  'node-redis 5',
  'ioredis 6',
  'ioredis 5',
  'iovalkey',
  'glide',
])('failing with %s', (kind) => {
  test('a server that is full says so, and the error tells no value', async () => {
    const server = await startRedis({ args: ['--maxmemory', '1kb', '--maxmemory-policy', 'noeviction'] })
    const store = redisStore(() => clients[kind](server.url))
    const life = await lifetime(store)
    const attempts = [
      async () => store.create('k', record({ a: 'secret' }), life),
      async () => store.update('k', { set: new Map([['a', 'secret']]) }, life),
      async () => store.update('k', { expect: new Map([['a', 'secret']]) }, life),
    ]
    for (const attempt of attempts) {
      const error: unknown = await attempt().catch((reason: unknown) => reason)
      expect(isSessionError(error, 'ERR_STORE_FULL')).toBe(true)
      expect(JSON.stringify([error, String((error as Error).cause)])).not.toContain('secret')
    }
    expect(await store.load('k')).toBe(null)
    await store.close()
    await server.stop()
  })

  test('a server that is full still ends sessions, but replaces none', async () => {
    const server = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
    const redis = await admin(server.url)
    const store = redisStore(() => clients[kind](server.url))
    await store.create('k', record({ a: '1' }), await lifetime(store))
    await redis.config('SET', 'maxmemory', '1kb')
    await expect(store.destroy('k', 'rotated')).rejects.toMatchObject({ code: 'ERR_STORE_FULL' })
    expect(await store.load('k')).toMatchObject({ fields: new Map([['a', '1']]) })
    expect(await store.destroy('k', 'logout')).toMatchObject({ fields: new Map([['a', '1']]) })
    expect(await store.load('k')).toBe(null)
    await redis.config('SET', 'maxmemory', '0')
    await store.create('l', record(), await lifetime(store))
    await store.destroy('l', 'logout')
    await redis.config('SET', 'maxmemory', '1kb')
    expect(await store.destroy('l', 'logout')).toBe(null)
    redis.disconnect()
    await store.close()
    await server.stop()
  })

  test('without the right to run scripts only expect is unsupported', async () => {
    const server = await startRedis()
    const redis = await admin(server.url)
    await redis.acl(
      'SETUSER',
      'app',
      'on',
      '>pw',
      '~sojourn:*',
      '+@all',
      '-@scripting',
      '-@dangerous',
      '+info',
    )
    const store = redisStore(() => clients[kind](server.url.replace('//', '//app:pw@')))
    const life = await lifetime(store)
    expect(await store.create('k', record({ a: '1' }), life)).toBe(true)
    const expecting = { expect: new Map([['a', '1']]), set: new Map([['a', '2']]) }
    await expect(store.update('k', expecting, life)).rejects.toMatchObject({
      code: 'ERR_STORE_UNSUPPORTED',
    })
    const change = { set: new Map([['b', '2']]), increment: new Map([['n', 1]]), take: ['a'] }
    expect((await store.update('k', change, life)).status).toBe('ok')
    expect(await store.touch('k', life)).toBe(true)
    expect(Object.fromEntries((await store.destroy('k', 'logout'))?.fields ?? [])).toEqual({
      b: '2',
      n: '1',
    })
    expect(await store.load('k')).toEqual({ ended: 'logout' })
    redis.disconnect()
    await store.close()
    await server.stop()
  })
})
