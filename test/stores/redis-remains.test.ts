import { describe, expect, test } from 'vitest'
import { type Change, type EndReason, isAlive, type Store } from '../../src/core/store.ts'
import type { ClientKind } from './redis/clients.ts'
import { lifetime, record, useFixture } from './redis/fixture.ts'

const fixture = useFixture()

const CHANGES: readonly Change[] = [
  {},
  { set: new Map([['a', '1']]) },
  { delete: ['a'] },
  { increment: new Map([['n', 1]]) },
  { take: ['a'] },
  { set: new Map([['a', '1']]), increment: new Map([['n', 1]]), take: ['t'], delete: ['d'] },
  { expect: new Map([['a', null]]), set: new Map([['a', '1']]) },
]

describe.for<ClientKind>(['node-redis 6', 'ioredis 6'])('%s', (kind) => {
  test('writes to a missing record leave nothing behind', async () => {
    const store = await fixture.open(kind)
    const life = await lifetime(store)
    for (const change of CHANGES) expect(await store.update('k', change, life)).toEqual({ status: 'gone' })
    expect(await store.touch('k', life)).toBe(false)
    expect(await store.destroy('k', 'logout')).toBe(null)
    expect(await fixture.redis.dbsize()).toBe(0)
  })

  test('writes to a destroyed record leave its reason alone, and keep it no longer', async () => {
    const store = await fixture.open(kind)
    const life = await lifetime(store)
    await store.create('k', record({ a: 'secret' }), life)
    await store.destroy('k', 'revoked')
    for (const change of CHANGES) {
      expect(await store.update('k', change, life)).toEqual({ status: 'gone', ended: 'revoked' })
    }
    expect(await store.touch('k', life)).toBe(false)
    expect(await store.create('k', record({ b: '1' }), life)).toBe(false)
    expect(await store.destroy('k', 'logout')).toBe(null)
    expect(await fixture.redis.hgetall('sojourn:{k}')).toEqual({ '!': 'revoked' })
    const left = await fixture.redis.pttl('sojourn:{k}')
    expect(left).toBeGreaterThan(290_000)
    expect(left).toBeLessThanOrEqual(300_000)
    expect(await fixture.redis.dbsize()).toBe(1)
  })

  test('destroying again does not keep the reason any longer', async () => {
    const store = await fixture.open(kind)
    await store.create('k', record(), await lifetime(store))
    await store.destroy('k', 'rotated')
    await fixture.redis.pexpire('sojourn:{k}', 1000)
    await store.destroy('k', 'logout')
    expect(await fixture.redis.pttl('sojourn:{k}')).toBeLessThanOrEqual(1000)
    expect(await store.load('k')).toEqual({ ended: 'rotated' })
  })

  test('a write after the absolute deadline ends the record but keeps an earlier reason', async () => {
    const store = await fixture.open(kind)
    const life = await lifetime(store)
    const over = { idle: 60_000, absoluteAt: (await store.now()) - 1 }
    await store.create('k', record(), life)
    expect(await store.update('k', { set: new Map([['a', '1']]) }, over)).toEqual({ status: 'gone' })
    expect(await fixture.redis.dbsize()).toBe(0)

    await store.create('other', record(), life)
    await store.destroy('other', 'logout')
    expect(await store.update('other', {}, over)).toEqual({ status: 'gone', ended: 'logout' })
    expect(await store.touch('other', over)).toBe(false)
    expect(await store.load('other')).toEqual({ ended: 'logout' })
    expect(await store.create('new', record(), over)).toBe(true)
    expect(await store.create('other', record(), over)).toBe(false)
    expect(await fixture.redis.dbsize()).toBe(1)
  })

  test('what other programs keep under our names is no session, and stays as it is', async () => {
    const store = await fixture.open(kind)
    const life = await lifetime(store)
    await fixture.redis.set('sojourn:{text}', 'theirs')
    await fixture.redis.hset('sojourn:{hash}', 'a', '1')
    await fixture.redis.hset('sojourn:{endless}', '@', 'meta')
    expect(await store.load('hash')).toBe(null)
    for (const key of ['text', 'endless'])
      expect(await store.load(key)).toMatchObject({ meta: '', fields: new Map() })
    for (const key of ['text', 'hash', 'endless']) expect(await store.create(key, record(), life)).toBe(false)
    for (const change of CHANGES) expect((await store.update('text', change, life)).status).toBe('gone')
    expect(await store.touch('text', life)).toBe(false)
    expect(await fixture.redis.get('sojourn:{text}')).toBe('theirs')
  })
})

test('after any run of verbs every key has a deadline, and what is destroyed stays so', async () => {
  const stores = [await fixture.open('node-redis 6'), await fixture.open('ioredis 5')]
  const ended = new Set<string>()
  await Promise.all(Array.from({ length: 600 }, (_, i) => step(stores[i % 2]!, ended)))

  for (const key of await fixture.redis.keys('*')) {
    expect(await fixture.redis.pttl(key)).toBeGreaterThan(0)
    const hash = await fixture.redis.hgetall(key)
    const isWhole = '@' in hash || Object.keys(hash).join() === '!'
    expect(isWhole, 'a record, or a reason and nothing else').toBe(true)
    expect(key).toMatch(/^sojourn:\{k\d+\}$/)
  }
  for (const key of ended) expect(isAlive(await stores[0]!.load(key))).toBe(false)
})

async function step(store: Store, ended: Set<string>): Promise<void> {
  const key = `k${Math.floor(Math.random() * 25)}`
  const life = await lifetime(store, 60_000 + Math.random() * 1000)
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 60))
  const dice = Math.random()
  if (dice < 0.15) await store.create(key, record({ a: '1' }), life)
  else if (dice < 0.35) await store.touch(key, life)
  else if (dice < 0.85) await store.update(key, CHANGES[Math.floor(Math.random() * CHANGES.length)]!, life)
  else if (await store.destroy(key, 'logout' satisfies EndReason)) ended.add(key)
}
