/** Limits in Redis: what the server counts, and what is sent where it refuses scripts. */

import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import type { Change } from '../../src/core/store.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { seeded } from '../support/seeded.ts'
import { KINDS } from './redis/clients.ts'
import { lifetime, record, useFixture } from './redis/fixture.ts'
import { bytesOf, held, LIMITS, useScriptless } from './redis/limited.ts'

vi.setConfig({ testTimeout: 60_000 })

const fixture = useFixture()
const scriptless = useScriptless(fixture)
test('what the hash says of its size is never too little, whatever was written in between', async () => {
  const store = await fixture.open()
  const random = seeded(11)
  const pick = (count: number): number => Math.floor(random() * count)
  const life = await lifetime(store)
  const text = (): string => ['x', 'é', '7'][pick(3)]!.repeat(pick(30))
  let known = 0
  for (let round = 0; round < 60; round++) {
    const key = `k${round}`
    await store.create(key, record({ a: text(), n: '41' }), life)
    for (let step = 0; step < 15; step++) {
      const name = 'abcde'[pick(5)]!
      const change: Change = [
        { set: new Map([[name, text()]]) },
        { set: new Map([[name, text()]]), delete: ['n'] },
        { delete: [name] },
        { take: [name] },
        { increment: new Map([['n', 10 ** pick(9)]]) },
        { set: new Map([[name, text()]]), expect: new Map([['n', pick(2) ? '41' : null]]) },
      ][pick(6)]!
      const before = Object.fromEntries(await held(fixture, `sojourn:{${key}}`))
      const isLimited = random() < 0.7
      const { status } = await store.update(key, isLimited ? { ...change, limits: LIMITS } : change, life)
      const fields = await held(fixture, `sojourn:{${key}}`)
      expect(status !== 'too-large' || isDeepStrictEqual(Object.fromEntries(fields), before)).toBe(true)
      const size = await fixture.redis.hget(`sojourn:{${key}}`, '@size')
      if (!size) continue
      known++
      const [bytes, count] = size.split(' ').map(Number) as [number, number]
      expect(bytes).toBeGreaterThanOrEqual(bytesOf(fields))
      expect(count).toBeGreaterThanOrEqual(fields.length)
    }
  }
  expect(known).toBeGreaterThan(200)
})

test('a session that was stored without its size, or with a wrong one, is counted', async () => {
  const store = await fixture.open()
  const life = await lifetime(store)
  for (const size of [null, '', 'x', '1', '-5 0', '1e3 1']) {
    const key = `k${String(size)}`
    await store.create(key, record({ a: 'x'.repeat(80) }), life)
    if (size !== null) await fixture.redis.hset(`sojourn:{${key}}`, '@size', size)
    const set = (length: number): Change => ({ set: new Map([['b', 'x'.repeat(length)]]), limits: LIMITS })
    expect((await store.update(key, set(19), life)).status).toBe('too-large')
    expect((await store.update(key, set(18), life)).status).toBe('ok')
    expect(await store.load(key)).toMatchObject({ fields: new Map(await held(fixture, `sojourn:{${key}}`)) })
  }
})

describe('the text of the script', () => {
  const names = async (work: () => Promise<unknown>): Promise<string[]> =>
    (await fixture.commandsOf(work)).map(([name]) => name!).filter((name) => name.startsWith('EVAL'))

  test.for(KINDS)('is sent once, and again to a server that does not know it any more: %s', async (kind) => {
    const store = await fixture.open(kind)
    const life = await lifetime(store)
    await store.create('k', record(), life)
    let count = 0
    const write = async (): Promise<void> => {
      const change = { set: new Map([['a', `${++count}`]]), limits: LIMITS }
      expect((await store.update('k', change, life)).status).toBe('ok')
      expect(await held(fixture)).toEqual([['a', `${count}`]])
    }
    await write()
    expect(await names(write)).toEqual(['EVALSHA'])
    await fixture.redis.script('FLUSH')
    expect(await names(write)).toEqual(['EVALSHA', 'EVAL'])
    expect(await names(write)).toEqual(['EVALSHA'])
    await fixture.redis.acl('SETUSER', 'default', '-evalsha')
    await write()
    expect(await names(write)).toEqual(['EVAL'])
    await fixture.redis.acl('SETUSER', 'default', '+evalsha')
  })
})

describe('where scripts are refused', () => {
  test('the first write finds out, and others reserve room and write: two packets, no script', async () => {
    const store = redisStore(scriptless.client)
    const life = await lifetime(store)
    await store.create('k', record({ a: '1' }), life)
    const write = async (): Promise<void> => {
      const change = { set: new Map([['b', '2']]), increment: new Map([['n', 1]]), limits: LIMITS }
      expect((await store.update('k', change, life)).status).toBe('ok')
    }
    await write()
    const commands = await fixture.commandsOf(write)
    const names = commands.map(([name]) => name)
    expect(names.filter((name) => name === 'MULTI')).toHaveLength(2)
    expect(names).not.toContain('EVAL')
    expect(await store.load('k')).toMatchObject({
      fields: new Map(Object.entries({ a: '1', b: '2', n: '2' })),
    })
    expect(await fixture.redis.hgetall('sojourn:{k}:held')).toEqual({ bytes: '0', fields: '0' })
  })

  test('room that was never given back is free again when its time is over', async () => {
    const store = redisStore(scriptless.client)
    const life = await lifetime(store)
    await store.create('k', record(), life)
    const set = new Map([['a', 'x'.repeat(50)]])
    await store.update('k', { set, limits: LIMITS }, life)
    await fixture.redis.hset('sojourn:{k}:held', 'bytes', '60', 'fields', '1')
    const more = { set: new Map([['b', '1']]), limits: LIMITS }
    expect((await store.update('k', more, life)).status).toBe('too-large')
    expect(await fixture.redis.pttl('sojourn:{k}:held')).toBeGreaterThan(0)
    await fixture.redis.pexpire('sojourn:{k}:held', 0)
    expect((await store.update('k', more, life)).status).toBe('ok')
  })
})
