import { describe, expect, test } from 'vitest'

import type { IndexEntry } from '../../src/core/store.ts'
import { type RedisStore, redisStore } from '../../src/stores/redis.ts'
import { TOLD_FOR } from '../../src/stores/redis/lists/lists.ts'
import { type ClientKind, clients, type GlideKind, KINDS } from './redis/clients.ts'
import { useFixture } from './redis/fixture.ts'

const fixture = useFixture()

const PROTOCOLS: readonly (ClientKind | GlideKind)[] = [
  ...KINDS,
  'node-redis 6, RESP2',
  'node-redis 5, RESP3',
  'ioredis 6, RESP2',
  'ioredis 6, RESP3 replies',
  'glide, RESP2 and bytes',
]
const HOUR = 3_600_000
const SET = 'sojourn:list:{list}'

async function entry(store: RedisStore, key: string, left = HOUR, age = 0): Promise<IndexEntry> {
  const now = await store.now()
  return { key, createdAt: now - age, until: now + left }
}

/** For how many minutes the set tells of entries that count. */
async function minutesLeft(): Promise<number> {
  return Math.round(((await fixture.redis.pttl(SET)) - TOLD_FOR) / 60_000)
}

describe.for(KINDS)('%s', (kind) => {
  test('every verb of a list is one packet', async () => {
    const store = await fixture.open(kind)
    const [one, two] = [await entry(store, 'one'), await entry(store, 'two')]
    expect(await fixture.packetsOf(async () => store.index.add('list', one))).toBe(1)
    expect(await fixture.packetsOf(async () => store.index.add('list', two))).toBe(1)
    expect(await fixture.packetsOf(async () => store.index.entries('list'))).toBe(1)
    expect(await fixture.packetsOf(async () => store.index.remove('list', ['one', 'two']))).toBe(1)
    expect(await fixture.packetsOf(async () => store.index.remove('list', []))).toBe(0)
    expect(await fixture.packetsOf(async () => store.index.first('list', 2))).toBe(1)
    expect(await fixture.packetsOf(async () => store.index.look('list', 'one'))).toBe(1)
    const bar = { at: 1000, spare: 'one', until: (await store.now()) + HOUR }
    expect(await fixture.packetsOf(async () => store.index.bar('list', bar))).toBe(1)
  })

  test('a list that is empty again leaves nothing behind', async () => {
    const store = await fixture.open(kind)
    for (const left of [HOUR, 60_000]) await store.index.add('list', await entry(store, `k${left}`, left))
    expect(await fixture.redis.keys('*')).toEqual([SET])
    await store.index.remove('list', [`k${HOUR}`, 'missing'])
    expect(await fixture.redis.keys('*')).toEqual([SET])
    await store.index.remove('list', ['k60000'])
    expect(await fixture.redis.dbsize()).toBe(0)
    await store.index.entries('list')
    await store.index.remove('list', ['missing'])
    expect(await store.index.add('list', await entry(store, 'past', -1))).toBe(0)
    expect(await fixture.redis.dbsize()).toBe(0)
  })

  test('a list lives as long as the entry that lives longest, in whatever order they came', async () => {
    const store = await fixture.open(kind)
    await store.index.add('list', await entry(store, 'a', HOUR))
    expect(await minutesLeft()).toBe(60)
    await store.index.add('list', await entry(store, 'b', 60_000))
    expect(await minutesLeft()).toBe(60)
    await store.index.add('list', await entry(store, 'c', 2 * HOUR))
    expect(await minutesLeft()).toBe(120)
    await store.index.add('list', await entry(store, 'a', 3 * HOUR))
    expect(await minutesLeft()).toBe(180)
    await store.index.remove('list', ['a', 'b', 'c'])
    await store.index.add('list', await entry(store, 'd', 60_000))
    expect(await minutesLeft()).toBe(1)
  })
})

test.for(PROTOCOLS)('times come back to the millisecond with %s', async (kind) => {
  const store = await fixture.open(kind)
  const now = await store.now()
  const times = Array.from({ length: 400 }, (_, i): IndexEntry => {
    // Round times have scores with few digits, which servers may write with an exponent.
    const until = i % 4 ? now + Math.floor(Math.random() * 2 ** 41) : Math.ceil(now / 1e9) * 1e9 + i * 1e9
    return { key: `k${i}`, createdAt: Math.floor(Math.random() * 2 ** 42), until }
  })
  times.push({ key: 'first', createdAt: 0, until: 2 ** 42 - 2 })
  times.push({ key: 'last', createdAt: 2 ** 42 - 2, until: 2 ** 42 - 2 })
  await Promise.all(times.map((each) => store.index.add('list', each)))
  expect(await store.index.entries('list')).toEqual(times.toSorted((a, b) => a.createdAt - b.createdAt))
})

test('a time after 2109 is taken for that year', async () => {
  const store = await fixture.open()
  for (const until of [2 ** 42, Number.MAX_SAFE_INTEGER, Infinity]) {
    expect(await store.index.add('list', { key: 'k', createdAt: 1, until })).toBe(1)
  }
  expect(await store.index.entries('list')).toEqual([{ key: 'k', createdAt: 1, until: 2 ** 42 - 2 }])
  expect(await fixture.redis.pttl(SET)).toBeGreaterThan(0)
})

test('no verb runs a script, and all keys of a list share its hash tag', async () => {
  const store = await fixture.open()
  const added = await entry(store, 'k')
  const commands = await fixture.commandsOf(async () => {
    await store.index.add('list', added)
    await store.index.entries('list')
    await store.index.remove('list', ['k'])
  })
  const add = 'MULTI ZREMRANGEBYSCORE ZADD PEXPIREAT PEXPIREAT ZCOUNT EXEC'
  expect(commands.map(([name]) => name).join(' ')).toBe(`${add} ZREMRANGEBYSCORE ZRANGE ZREM`)
  const keys = commands.flat().filter((word) => word.startsWith('sojourn:'))
  expect(new Set(keys)).toEqual(new Set([SET]))
})

test.for(PROTOCOLS)(
  'what is no list under the name of one says nothing, and goes with the next entry: %s',
  async (kind) => {
    const store = await fixture.open(kind)
    const added = await entry(store, 'k')
    await fixture.redis.set(SET, 'theirs')
    expect(await store.index.entries('list')).toEqual([])
    expect(await store.index.look('list', 'k')).toEqual({ isListed: false, barredAt: null, isSpared: false })
    await store.index.remove('list', ['k'])
    expect(await store.index.add('list', added)).toBe(1)
    expect(await store.index.entries('list')).toEqual([added])
    await fixture.redis.set(SET, 'theirs')
    await store.index.bar('list', { at: 1000, spare: null, until: added.until })
    expect(await store.index.look('list', 'k')).toEqual({ isListed: false, barredAt: 1000, isSpared: false })
  },
)

test('of two additions at once neither is lost, a thousand times', async () => {
  const stores = [
    redisStore(() => clients['node-redis 6'](fixture.server.url)),
    await fixture.open('ioredis 6'),
  ]
  const [one, two] = [await entry(stores[0]!, 'one'), await entry(stores[1]!, 'two', HOUR, 60_000)]
  for (let round = 0; round < 1000; round++) {
    const list = `l${round}`
    const counts = await Promise.all([stores[0]!.index.add(list, one), stores[1]!.index.add(list, two)])
    expect(counts.toSorted((a, b) => a - b)).toEqual([1, 2])
    expect(await stores[round % 2]!.index.entries(list)).toEqual([two, one])
  }
  await stores[0]!.close()
})

test('after any run of verbs every set holds what a model holds, and goes away after its last entry', async () => {
  const stores = [await fixture.open('node-redis 6'), await fixture.open('ioredis 5')]
  const now = await stores[0]!.now()
  for (let round = 0; round < 40; round++) {
    const list = `l${round}`
    const model = new Map<string, IndexEntry>()
    let longest = 0
    for (let step = 0; step < 25; step++) {
      const { index } = stores[step % 2]!
      const until = now + 60_000 + Math.floor(Math.random() * HOUR)
      const next = { key: `k${Math.floor(Math.random() * 5)}`, createdAt: now - step, until }
      let count = 0
      if (Math.random() < 0.3) {
        model.delete(next.key)
        await index.remove(list, [next.key])
        count = await fixture.redis.zcard(`sojourn:list:{${list}}`).then((members) => Math.floor(members / 4))
      } else {
        model.set(next.key, next)
        count = await index.add(list, next)
      }
      expect(count).toBe(model.size)
      longest = model.size === 0 ? 0 : Math.max(longest, ...[...model.values()].map((each) => each.until))
      const end = await fixture.redis.pexpiretime(`sojourn:list:{${list}}`)
      expect(end).toBe(model.size === 0 ? -2 : longest + TOLD_FOR)
    }
    const held = [...model.values()].sort((one, other) => one.createdAt - other.createdAt)
    expect(await stores[0]!.index.entries(list)).toEqual(held)
  }
  const foreign = (await fixture.redis.keys('*')).filter((key) => !/^sojourn:list:\{l\d+\}$/.test(key))
  expect(foreign).toEqual([])
})
