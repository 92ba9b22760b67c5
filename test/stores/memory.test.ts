import { describe, expect, test, vi } from 'vitest'

import { memoryStore, type MemoryStoreOptions } from '../../src/stores/memory.ts'
import { manualClock, testStore } from '../../src/testing.ts'

const HOUR = 3_600_000
const REMAINS_FOR = 300_000

describe('memoryStore conforms', () => {
  testStore({ describe, test }, () => {
    const { now, advance } = manualClock()
    return { store: memoryStore({ now }), advance }
  })
})

describe('memoryStore conforms by the real clock', () => {
  testStore({ describe, test }, () => ({ store: memoryStore() }))
})

describe('memoryStore', () => {
  const record = { meta: 'meta', fields: new Map([['a', '1']]) }

  function lifetime(now: number, idle = HOUR) {
    return { idle, absoluteAt: now + 24 * HOUR }
  }

  test('every verb answers at once', () => {
    const clock = manualClock()
    const store = memoryStore({ now: clock.now })
    expect(store.create('k', record, lifetime(clock.now()))).toBe(true)
    expect(store.load('k')).toEqual({ ...record, expiresIn: HOUR, now: clock.now() })
    expect(store.touch('k', lifetime(clock.now()))).toBe(true)
    expect(store.update('k', {}, lifetime(clock.now()))).toMatchObject({ status: 'ok' })
    expect(store.destroy('k', 'logout')).toMatchObject(record)
    const entry = { key: 'k', createdAt: clock.now(), until: clock.now() + HOUR }
    expect(store.index.add('list', entry)).toBe(1)
    expect(store.index.entries('list')).toEqual([entry])
    expect(store.index.remove('list', ['k'])).toBeUndefined()
  })

  test('one session too many ends the one that was used least recently', () => {
    const store = memoryStore({ maxSessions: 3 })
    const life = lifetime(Date.now())
    for (const key of ['a', 'b', 'c']) store.create(key, record, life)
    store.load('a')
    store.touch('b', life)
    store.create('d', record, life)
    expect(store.load('c')).toEqual({ ended: 'evicted' })
    store.update('a', {}, life)
    store.create('e', record, life)
    expect(store.load('b')).toEqual({ ended: 'evicted' })
    for (const key of ['a', 'd', 'e']) expect(store.load(key)).toMatchObject(record)
  })

  test('a session that is over is not called evicted', () => {
    const clock = manualClock()
    const store = memoryStore({ maxSessions: 1, now: clock.now })
    store.create('a', record, lifetime(clock.now()))
    clock.advance(HOUR)
    store.create('b', record, lifetime(clock.now()))
    expect(store.load('a')).toEqual({ ended: 'idle' })
  })

  test('no more reasons than sessions are kept', () => {
    const store = memoryStore({ maxSessions: 10 })
    const keys = Array.from({ length: 100 }, (_, i) => `k${i}`)
    for (const key of keys) store.create(key, record, lifetime(Date.now()))
    const ended = keys.filter((key) => 'ended' in (store.load(key) ?? {}))
    expect(ended).toEqual(keys.slice(80, 90))
  })

  test('the reason of an ended session is told for five minutes, and its key is free after that', () => {
    const clock = manualClock()
    const store = memoryStore({ now: clock.now })
    store.create('destroyed', record, lifetime(clock.now()))
    store.create('expired', record, lifetime(clock.now()))
    clock.advance(HOUR - 1)
    store.destroy('destroyed', 'revoked')
    store.destroy('destroyed', 'logout')
    clock.advance(1)
    for (const [key, ended] of [
      ['destroyed', 'revoked'],
      ['expired', 'idle'],
    ] as const) {
      expect(store.load(key)).toEqual({ ended })
      expect(store.update(key, {}, lifetime(clock.now()))).toEqual({ status: 'gone', ended })
      expect(store.create(key, record, lifetime(clock.now()))).toBe(false)
    }
    clock.advance(REMAINS_FOR)
    for (const key of ['destroyed', 'expired']) {
      expect(store.load(key)).toBeNull()
      expect(store.create(key, record, lifetime(clock.now()))).toBe(true)
    }
  })

  test('no more than four entries for each session are kept, and those of living sessions first', () => {
    const store = memoryStore({ maxSessions: 10 })
    const entry = { createdAt: 1, until: Date.now() + HOUR }
    for (let i = 0; i < 10; i++) {
      store.index.add('user', { ...entry, key: `k${i}` })
      store.index.add(`id${i}`, { ...entry, key: `k${i}` })
      store.create(`k${i}`, record, lifetime(Date.now()))
    }
    for (let i = 0; i < 1000; i++) {
      store.index.add('flood', { ...entry, key: `never-created-${i}` })
      expect(store.index.entries('flood').at(-1)).toMatchObject({ key: `never-created-${i}` })
      expect(store.index.entries('flood').length).toBeLessThanOrEqual(20)
    }
    expect(store.index.entries('user')).toHaveLength(10)
    for (let i = 0; i < 10; i++) expect(store.index.entries(`id${i}`)).toHaveLength(1)
  })

  test('if all entries are of living sessions, the oldest makes room', () => {
    const store = memoryStore({ maxSessions: 1 })
    store.create('k', record, lifetime(Date.now()))
    const entry = { key: 'k', createdAt: 1, until: Date.now() + HOUR }
    for (const list of ['a', 'b', 'c', 'd', 'e']) expect(store.index.add(list, entry)).toBe(1)
    expect(store.index.entries('a')).toEqual([])
    for (const list of ['b', 'c', 'd', 'e']) expect(store.index.entries(list)).toEqual([entry])
  })

  test('entries past their time are forgotten, also those of lists that nobody asks for', () => {
    vi.useFakeTimers()
    const clock = manualClock()
    const store = memoryStore({ now: clock.now })
    for (let i = 0; i < 15_000; i++)
      store.index.add(`l${i}`, { key: 'k', createdAt: 1, until: clock.now() + HOUR })
    const lasting = { key: 'lasting', createdAt: 1, until: clock.now() + 2 * HOUR }
    store.index.add('l0', lasting)
    // Some minutes more, in which they tell why their record is missing.
    clock.advance(HOUR + REMAINS_FOR)
    vi.advanceTimersByTime(60_000)
    vi.useRealTimers()
    clock.advance(-HOUR - REMAINS_FOR)
    expect(store.index.entries('l0')).toEqual([lasting])
    for (let i = 1; i < 15_000; i++) expect(store.index.entries(`l${i}`)).toEqual([])
    store.close()
  })

  test('closing forgets everything, and the store can be used again', () => {
    const store = memoryStore()
    store.create('k', record, lifetime(Date.now()))
    store.index.add('list', { key: 'k', createdAt: 1, until: Date.now() + HOUR })
    store.close()
    expect(store.load('k')).toBeNull()
    expect(store.index.entries('list')).toEqual([])
    expect(store.create('k', record, lifetime(Date.now()))).toBe(true)
    store.close()
  })

  test.for<[string, MemoryStoreOptions]>([
    ['no session at all', { maxSessions: 0 }],
    ['a number of sessions that is not whole', { maxSessions: 1.5 }],
    ['a clock that is no function', { now: 1 as unknown as () => number }],
  ])('%s is refused at construction', ([, options]) => {
    expect(() => memoryStore(options)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  })
})
