import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redisStore, type RedisStore } from '../../src/stores/redis.ts'
import { testStore } from '../../src/testing.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { admin, type ClientKind, clients, type GlideKind } from './redis/clients.ts'
import { lifetime, record } from './redis/fixture.ts'

const KINDS: readonly (ClientKind | GlideKind)[] = [
  'node-redis 6',
  'node-redis 6, RESP2',
  'node-redis 6, pool',
  'node-redis 5',
  'node-redis 5, RESP3',
  'ioredis 6',
  'ioredis 6, RESP3 replies',
  'ioredis 5',
  'iovalkey',
  'glide',
  'glide, RESP2 and bytes',
]

interface Pair {
  master: RedisServer
  replica: RedisServer
  /** A client of the master. */
  redis: Redis
  stop: () => Promise<unknown>
}

/** Starts a master and a replica that has all. */
async function startPair(): Promise<Pair> {
  const master = await startRedis()
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] })
  const redis = await admin(master.url)
  await redis.set('replicated', '')
  await redis.wait(1, 0)
  const stop = (): Promise<unknown> => {
    redis.disconnect()
    return Promise.all([master.stop(), replica.stop()])
  }
  return { master, replica, redis, stop }
}

/** Of the tests that leave it as it is. */
let shared: Pair

beforeAll(async () => {
  shared = await startPair()
})

afterAll(() => shared.stop())

describe.for(KINDS)('%s, with writes that wait for a replica', (kind) => {
  testStore({ describe, test: test.concurrent }, () => {
    const prefix = `replica-${crypto.randomUUID()}`
    const make = (): RedisStore =>
      redisStore(() => clients[kind](shared.master.url), { prefix, durability: 'replica' })
    return { store: make(), second: make }
  })
})

/** A connected store that waits, and what the master is told while `work` runs. */
async function open(
  kind: ClientKind | GlideKind,
  { master, redis }: Pair = shared,
): Promise<{
  store: RedisStore
  toldDuring: (work: () => Promise<unknown>) => Promise<string[][]>
}> {
  const prefix = `replica-${crypto.randomUUID()}`
  const store = redisStore(() => clients[kind](master.url), { prefix, durability: 'replica' })
  await store.create('first', record(), await lifetime(store))
  return {
    store,
    async toldDuring(work) {
      const monitor = await redis.duplicate().monitor()
      const told: string[][] = []
      monitor.on('monitor', (_time: string, [name = '', ...args]: string[]) => {
        told.push([name.toLowerCase(), ...args])
      })
      await work()
      const end = crypto.randomUUID()
      await redis.echo(end)
      while (!told.some((command) => command[1] === end))
        await new Promise((resolve) => setTimeout(resolve, 1))
      monitor.disconnect()
      // What the master tells the replica, and what connections say of themselves.
      return told.filter(([name]) => !['echo', 'replconf', 'ping', 'hello', 'client', 'info'].includes(name!))
    },
  }
}

describe.for(KINDS)('with %s', (kind) => {
  test('what is not to be lost ends with WAIT, and nothing else waits', async () => {
    const { store, toldDuring } = await open(kind)
    const life = await lifetime(store)
    const entry = { key: 'a', createdAt: 1, until: life.absoluteAt }
    const lastOf = async (work: () => Promise<unknown>): Promise<string[]> =>
      (await toldDuring(work)).map(([name]) => name!).slice(-2)

    const change = { set: new Map([['x', '1']]) }
    const compared = { ...change, expect: new Map([['x', '1']]) }
    expect(await lastOf(() => store.create('a', record(), life))).toEqual(['exec', 'wait'])
    expect(await lastOf(() => store.update('a', change, life))).toEqual(['exec', 'wait'])
    expect(await lastOf(() => store.update('a', compared, life))).toEqual(['exec', 'wait'])
    expect(await lastOf(() => store.index.add('a', entry))).toEqual(['exec', 'wait'])
    expect(await lastOf(() => store.index.remove('a', ['a']))).toEqual(['zrem', 'wait'])
    expect(await lastOf(() => store.destroy('a', 'logout'))).toEqual(['exec', 'wait'])
    for (const work of [
      () => store.load('first'),
      () => store.touch('first', life),
      () => store.index.entries('a'),
    ])
      expect(await lastOf(work)).not.toContain('wait')
    await store.close()
  })

  test('an error of a command is one, and keeps nothing from waiting', async () => {
    const { store } = await open(kind)
    const life = await lifetime(store)
    await store.update('first', { set: new Map([['x', 'text']]) }, life)
    const answer = await store.update('first', { increment: new Map([['x', 1]]) }, life)
    expect(answer).toMatchObject({ status: 'ok', notIntegers: ['x'] })
    await store.close()
  })
})

describe.concurrent.for(KINDS)('with %s and a replica that hangs', (kind) => {
  test('every write is refused, and reads are answered on a connection of their own', async ({
    onTestFinished,
  }) => {
    const pair = await startPair()
    onTestFinished(async () => void (await pair.stop()))
    const { replica, redis } = pair
    const { store } = await open(kind, pair)
    replica.pause()
    const life = await lifetime(store)
    const entry = { key: 'a', createdAt: 1, until: life.absoluteAt }
    const refusal = expect.objectContaining({ code: 'ERR_STORE_NOT_REPLICATED', status: 503 })
    await expect(store.create('a', record(), life)).rejects.toEqual(refusal)
    await expect(store.update('first', { set: new Map([['x', '1']]) }, life)).rejects.toEqual(refusal)
    await expect(store.index.add('a', entry)).rejects.toEqual(refusal)
    await expect(store.index.remove('a', ['a'])).rejects.toEqual(refusal)
    await expect(store.destroy('a', 'logout')).rejects.toEqual(refusal)
    // Ending it once more changes nothing, and must not pass for done either.
    await expect(store.destroy('a', 'logout')).rejects.toEqual(refusal)

    expect(await store.load('first')).toMatchObject({ fields: new Map([['x', '1']]) })
    expect(await store.load('a')).toEqual({ ended: 'logout' })
    expect(await store.touch('first', life)).toBe(true)
    const connections = String(await redis.client('LIST'))
    expect(connections).toMatch(/cmd=wait /)
    replica.resume()
    await redis.set('replicated', '')
    await redis.wait(1, 0)
    expect(await store.update('first', {}, life)).toMatchObject({ status: 'ok' })
    await store.close()
  })

  test('a write whose connection breaks while it waits is not taken for done', async ({ onTestFinished }) => {
    const pair = await startPair()
    onTestFinished(async () => void (await pair.stop()))
    const { replica, redis } = pair
    const { store } = await open(kind, pair)
    replica.pause()
    const life = await lifetime(store)
    let isOver = true
    let write: Promise<string> | undefined
    while (!(await redis.info('clients')).includes('blocked_clients:1')) {
      // On a busy machine it may have waited, and failed, between two looks.
      if (isOver) {
        isOver = false
        write = store
          .update('first', {}, life)
          .then(
            () => 'done',
            () => 'failed',
          )
          .finally(() => (isOver = true))
      }
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    // A client that asks again on a new connection, which has written nothing, is told that all is there.
    await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    expect(await write).toBe('failed')
    await store.close()
  })

  test('after the first refusal one write at a time waits for long', async ({ onTestFinished }) => {
    const pair = await startPair()
    onTestFinished(async () => void (await pair.stop()))
    const { store, toldDuring } = await open(kind, pair)
    pair.replica.pause()
    const life = await lifetime(store)
    const write = async (): Promise<unknown> => store.update('first', {}, life)
    await Promise.allSettled([write()])
    const told = await toldDuring(() => Promise.allSettled(Array.from({ length: 10 }, write)))
    const waits = told.filter(([name]) => name === 'wait').map(([, , milliseconds]) => Number(milliseconds))
    expect(waits.sort((a, b) => b - a)).toEqual([1000, ...Array.from({ length: 9 }, () => 20)])
    await store.close()
  })
})

test('more replicas than there are never confirm', async () => {
  const store = redisStore(() => clients['ioredis 6'](shared.master.url), { durability: { replicas: 2 } })
  await expect(store.create(crypto.randomUUID(), record(), await lifetime(store))).rejects.toMatchObject({
    code: 'ERR_STORE_NOT_REPLICATED',
  })
  await store.close()
})

test('a client that was passed is the only connection', async () => {
  const client = clients['ioredis 6'](shared.master.url) as Redis
  const store = redisStore(client, { durability: 'replica', prefix: crypto.randomUUID() })
  expect(await store.create('a', record(), await lifetime(store))).toBe(true)
  await store.close()
  expect(await client.ping()).toBe('PONG')
  client.disconnect()
})

test.for(['replicas', 'SERVER', 1, null, {}, { replicas: 0 }, { replicas: 1.5 }, { replicas: '1' }])(
  '%j is no durability',
  (durability) => {
    expect(() => redisStore(() => clients['ioredis 6'](shared.master.url), { durability } as object)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_INVALID' }),
    )
  },
)
