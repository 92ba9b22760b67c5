import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { expect, test } from 'vitest'
import type { Change } from '../../src/core/store.ts'
import { type RedisClient, redisStore } from '../../src/stores/redis.ts'
import { clients, KINDS } from './redis/clients.ts'
import { lifetime, record, useFixture } from './redis/fixture.ts'

const fixture = useFixture()

const SECRET = 'value-that-nobody-may-see'

function names(commands: readonly string[][]): string[] {
  return commands.map(([name]) => name ?? '')
}

test.for(KINDS)('every verb of a living record is one packet with %s', async (kind) => {
  const store = await fixture.open(kind)
  const life = await lifetime(store)
  const change: Change = { set: new Map([['a', '2']]), take: ['b'], increment: new Map([['n', 1]]) }
  const expecting: Change = { ...change, expect: new Map([['a', '2']]) }

  expect(await fixture.packetsOf(async () => store.create('k', record({ a: '1', b: '1' }), life))).toBe(1)
  expect(await fixture.packetsOf(async () => store.load('k'))).toBe(1)
  expect(await fixture.packetsOf(async () => store.update('k', change, life))).toBe(1)
  expect(await fixture.packetsOf(async () => store.update('k', expecting, life))).toBe(1)
  expect(await fixture.packetsOf(async () => store.touch('k', life))).toBe(1)
  expect(await fixture.packetsOf(async () => store.destroy('k', 'logout'))).toBe(1)
  expect(await fixture.packetsOf(async () => store.load('k'))).toBe(1)
  expect(await fixture.packetsOf(async () => store.load('missing'))).toBe(1)
})

test('each verb asks for no more than it needs', async () => {
  const store = await fixture.open()
  const life = await lifetime(store)
  const asked = async (work: () => unknown): Promise<string[]> =>
    names(await fixture.commandsOf(async () => work()))

  expect(await asked(() => store.create('k', record({ a: '1' }), life))).toEqual([
    'MULTI',
    'HSET',
    'PEXPIRE',
    'RENAMENX',
    'DEL',
    'EXEC',
  ])
  expect(await asked(() => store.load('k'))).toEqual(['PTTL', 'HGETALL'])
  expect(await asked(() => store.load('k', 'list'))).toEqual(['PTTL', 'HGETALL', 'ZMSCORE'])
  expect(await asked(() => store.update('k', { set: new Map([['a', '2']]) }, life))).toEqual([
    'MULTI',
    'HMGET',
    'HSET',
    'PEXPIRE',
    'EXEC',
  ])
  const limits = { bytes: 1000, fields: 10 }
  expect(await asked(() => store.update('k', { set: new Map([['a', '33']]), limits }, life))).toEqual(
    // Redis counts the record, since the write before did not say how much it brought.
    [
      'MULTI',
      'HSET',
      'EVAL',
      'HGETALL',
      'HMGET',
      'HGET',
      'HGETALL',
      'HSET',
      'HSET',
      'PEXPIRE',
      'DEL',
      'EXEC',
    ],
  )
  expect(await asked(() => store.update('k', { set: new Map([['a', '444']]), limits }, life))).toEqual([
    'MULTI',
    'HSET',
    'EVALSHA',
    'HGETALL',
    'HMGET',
    'HGET',
    'HSET',
    'HSET',
    'PEXPIRE',
    'DEL',
    'EXEC',
  ])
  expect(await asked(() => store.update('k', { delete: ['a'], limits }, life))).toEqual([
    'MULTI',
    'HMGET',
    'HDEL',
    'PEXPIRE',
    'EXEC',
  ])
  expect(await asked(() => store.touch('k', life))).toEqual(['PEXPIRE', 'HEXISTS'])
  expect(await asked(() => store.destroy('k', 'logout'))).toEqual([
    'MULTI',
    'PTTL',
    'HGETALL',
    'HEXISTS',
    'DEL',
    'HSET',
    'PEXPIRE',
    'EXEC',
  ])
})

test('the first load brings the time along, and later operations do not ask for it', async () => {
  const store = redisStore(() => clients['ioredis 6'](fixture.server.url))
  const commands = await fixture.commandsOf(async () => store.load('k'))
  expect(names(commands).slice(-3)).toEqual(['PTTL', 'HGETALL', 'TIME'])
  const life = await lifetime(store)
  const later = await fixture.commandsOf(async () => {
    await store.create('k', record(), life)
    for (let i = 0; i < 20; i++) await store.load('k')
  })
  expect(names(later)).not.toContain('TIME')
  await store.close()
})

test('fifty first operations at once ask for the time once', async () => {
  const store = redisStore(() => clients['node-redis 6'](fixture.server.url))
  const life = { idle: 60_000, absoluteAt: Date.now() + 60_000 }
  const commands = await fixture.commandsOf(() =>
    Promise.all(Array.from({ length: 50 }, async (_, i) => store.create(`k${i}`, record(), life))),
  )
  expect(names(commands).filter((name) => name === 'TIME')).toHaveLength(1)
  await store.close()
})

test('a session can be read with redis-cli: one hash, with the names that it was given', async () => {
  const store = await fixture.open('ioredis 6', { prefix: 'shop' })
  await store.create('k', record({ theme: '$dark', 'cart/count': '3' }), await lifetime(store))
  expect(await fixture.redis.keys('*')).toEqual(['shop:{k}'])
  expect(await fixture.redis.hgetall('shop:{k}')).toEqual({ '@': 'meta', theme: '$dark', 'cart/count': '3' })
})

test('all keys of a session, also those that live for one command, share its hash tag', async () => {
  const store = await fixture.open()
  const life = await lifetime(store)
  const commands = await fixture.commandsOf(async () => {
    await store.create('k', record({ a: '1' }), life)
    await store.update('k', { expect: new Map([['a', '1']]), set: new Map([['a', '2']]) }, life)
    await store.destroy('k', 'logout')
  })
  const keys = commands.flat().filter((word) => word.startsWith('sojourn:'))
  expect(new Set(keys)).toEqual(new Set(['sojourn:{k}', 'sojourn:{k}:new', 'sojourn:{k}:stage']))
})

test.for<[string, () => RedisClient]>([
  ['node-redis 6', () => createClient({ url: fixture.server.url, keyPrefix: 'tenant:' })],
  ['ioredis 6', () => new Redis(fixture.server.url, { keyPrefix: 'tenant:', lazyConnect: true })],
])('a key prefix of the client comes before ours: %s', async ([, make]) => {
  const store = redisStore(make)
  const life = await lifetime(store)
  const commands = await fixture.commandsOf(async () => {
    await store.create('k', record({ a: '1' }), life)
    await store.update('k', { expect: new Map([['a', '1']]), set: new Map([['a', '2']]) }, life)
    await store.update('k', { take: ['a'], increment: new Map([['n', 1]]) }, life)
    await store.touch('k', life)
    await store.load('k')
    await store.destroy('k', 'logout')
    await store.index.add('l', { key: 'k', createdAt: 1, until: life.absoluteAt })
    await store.index.remove('l', ['k'])
  })
  const keys = commands.flat().filter((word) => word.includes('sojourn:'))
  const names = ['{k}', '{k}:new', '{k}:stage', 'list:{l}']
  expect(new Set(keys)).toEqual(new Set(names.map((name) => `tenant:sojourn:${name}`)))
  expect(await store.load('k')).toEqual({ ended: 'logout' })
  await store.close()
})

test.for(KINDS)('no value is an argument of a script with %s', async (kind) => {
  const store = await fixture.open(kind)
  const life = await lifetime(store)
  const commands = await fixture.commandsOf(async () => {
    await store.create('k', record({ a: SECRET }), life)
    await store.update('k', { expect: new Map([['a', SECRET]]), set: new Map([['b', SECRET]]) }, life)
    await store.update('k', { expect: new Map([['a', 'x']]), set: new Map([['b', SECRET]]) }, life)
  })
  const telling = commands.filter((command) => command.some((word) => word.includes(SECRET)))
  expect(new Set(names(telling))).toEqual(new Set(['HSET']))
  const scripts = commands.filter(([name]) => name === 'EVAL')
  expect(scripts).toHaveLength(2)
  for (const [, , ...args] of scripts) {
    expect(args).toEqual(['2', 'sojourn:{k}', 'sojourn:{k}:stage', 'pexpire', '3600000'])
  }
})
