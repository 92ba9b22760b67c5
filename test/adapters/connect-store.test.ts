/** What `toConnectStore` gives, used without a framework. */

import { EventEmitter } from 'node:events'
import session, { type SessionData } from 'express-session'
import { createStorage } from 'unstorage'
import { beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { toConnectStore, type ConnectStore, type ToConnectStoreOptions } from '../../src/connect.ts'
import { digest } from '../../src/core/record/token.ts'
import { memoryStore, type MemoryStore } from '../../src/stores/memory.ts'
import { fromUnstorage } from '../../src/stores/unstorage.ts'
import { manualClock } from '../../src/testing.ts'
import { call, data } from './connect/call.ts'

const HOUR = 3_600_000

let kept: MemoryStore
let store: ConnectStore

beforeEach(() => {
  kept = memoryStore()
  store = toConnectStore(kept)
})

describe('toConnectStore', () => {
  test('is what express-session takes for a store, in types too', () => {
    expect(store).toBeInstanceOf(EventEmitter)
    expectTypeOf(store).toExtend<session.Store>()
    for (const verb of ['get', 'set', 'touch', 'destroy', 'regenerate', 'load', 'createSession'] as const)
      expect(store[verb]).toBeTypeOf('function')
    expect(() => session({ secret: 'x', resave: false, saveUninitialized: false, store })).not.toThrow('')
  })

  test('what was set comes back as JSON would give it back', async () => {
    const values = {
      text: 'a "b" \u0000 😀',
      number: 1.5,
      integer: -3,
      huge: 2 ** 60,
      yes: true,
      nothing: null,
      list: [1, 'two', { three: 3 }],
      deep: { a: { b: { c: [] } } },
      date: new Date(0),
      missing: undefined,
      lone: '\ud800',
    }
    await call(store, 'set', 'sid', data(values))
    const { cookie: _, ...got } = await call(store, 'get', 'sid')
    expect(got).toEqual(JSON.parse(JSON.stringify(values)))
  })

  test('a missing session is neither an error nor a session', async () => {
    expect(await call(store, 'get', 'none')).toBeFalsy()
    expect(await call(store, 'load', 'none')).toBeFalsy()
    await call(store, 'touch', 'none', data())
    await call(store, 'destroy', 'none')
    expect(await call(store, 'get', 'none')).toBeFalsy()
  })

  test('load() makes a session without a request, with the methods of one', async () => {
    await call(store, 'set', 'sid', data({ user: 'ann' }))
    const loaded = await call<session.Session & SessionData>(store, 'load', 'sid')
    expect(loaded).toMatchObject({ id: 'sid', user: 'ann' })
    expect(Object.keys(loaded).sort()).toEqual(['cookie', 'user'])
    expect(loaded.cookie.maxAge).toBeLessThanOrEqual(HOUR)
    loaded.user = 'bob'
    await new Promise((resolve) => loaded.touch().save(resolve))
    expect(await call(store, 'get', 'sid')).toMatchObject({ user: 'bob' })
  })

  test('the cookie of a session has what that of express-session has', async () => {
    await call(store, 'set', 'sid', data({}, 5000))
    const { cookie } = await call<session.Session>(store, 'load', 'sid')
    expect(cookie.originalMaxAge).toBe(5000)
    cookie.maxAge = 1000
    expect(cookie.originalMaxAge).toBe(1000)
    expect(cookie.expires!.getTime() - Date.now()).toBeGreaterThan(900)
    cookie.expires = null
    expect(cookie.maxAge).toBeNull()
    expect(cookie.originalMaxAge).toBeNull()
    const written = (cookie as unknown as { serialize(name: string, value: string): string }).serialize(
      'a',
      'b',
    )
    expect(written).toBe('a=b; Path=/; HttpOnly')
  })

  test('a session that was destroyed is not brought back by whoever had loaded it', async () => {
    await call(store, 'set', 'sid', data({ user: 'ann' }))
    const loaded = await call(store, 'get', 'sid')
    const again = await call(store, 'get', 'sid')
    await call(store, 'destroy', 'sid')
    await call(store, 'set', 'sid', { ...loaded, late: 1 })
    await call(store, 'set', 'sid', again)
    await call(store, 'touch', 'sid', loaded)
    expect(await call(store, 'get', 'sid')).toBeFalsy()
  })

  test('nor by an object made of nothing that we know, for some minutes', async () => {
    await call(store, 'set', 'sid', data({ user: 'ann' }))
    await call(store, 'destroy', 'sid')
    await call(store, 'set', 'sid', data({ user: 'ann' }))
    expect(await call(store, 'get', 'sid')).toBeFalsy()
  })

  test('an object made of nothing that we know takes the place of the session', async () => {
    await call(store, 'set', 'sid', data({ a: 1, b: 2 }))
    await call(store, 'set', 'sid', data({ b: 3 }))
    const got = await call(store, 'get', 'sid')
    expect(got).toMatchObject({ b: 3 })
    expect(got).not.toHaveProperty('a')
  })

  test('of two copies of one session each writes what was changed in it', async () => {
    await call(store, 'set', 'sid', data({ a: 1, b: 2, c: 3 }))
    const one = await call(store, 'get', 'sid')
    const two = await call(store, 'get', 'sid')
    await call(store, 'set', 'sid', Object.assign(one, { a: 'one' }))
    const { b: _, ...copy } = two
    await call(store, 'set', 'sid', copy)
    expect(await call(store, 'get', 'sid')).toMatchObject({ a: 'one', c: 3 })
    expect(await call(store, 'get', 'sid')).not.toHaveProperty('b')
    // A second save of the same object knows of the first.
    await call(store, 'set', 'sid', Object.assign(one, { c: 'one' }))
    expect(await call(store, 'get', 'sid')).toMatchObject({ a: 'one', c: 'one' })
  })

  test('so does one whose cookie was replaced', async () => {
    await call(store, 'set', 'sid', data({ a: 1, b: 2 }))
    const loaded = await call<session.Session>(store, 'load', 'sid')
    await call(store, 'set', 'sid', Object.assign(await call(store, 'get', 'sid'), { a: 'other' }))
    loaded.cookie = data().cookie
    await call(store, 'set', 'sid', Object.assign(loaded, { b: 'mine' }))
    expect(await call(store, 'get', 'sid')).toMatchObject({ a: 'other', b: 'mine' })
  })

  test('what is saved is what it was when save() was called', async () => {
    const changing = data({ a: 1 })
    const saved = call(store, 'set', 'sid', changing)
    Object.assign(changing, { a: 2 })
    await saved
    expect(await call(store, 'get', 'sid')).toMatchObject({ a: 1 })
  })

  test('a session loaded under one id and saved under another is a new one', async () => {
    await call(store, 'set', 'old', data({ a: 1 }))
    const loaded = await call(store, 'get', 'old')
    await call(store, 'set', 'new', loaded)
    expect(await call(store, 'get', 'new')).toMatchObject({ a: 1 })
  })

  test('a session whose cookie is past its time is ended', async () => {
    await call(store, 'set', 'sid', data({ a: 1 }))
    await call(store, 'set', 'sid', data({ a: 1 }, -1))
    expect(await call(store, 'get', 'sid')).toBeFalsy()
  })

  test.for([
    ['expires', { originalMaxAge: 60_000, expires: new Date(Date.now() + 60_000) }],
    ['expires in JSON', { originalMaxAge: 60_000, expires: new Date(Date.now() + 60_000).toJSON() }],
    ['maxAge', { maxAge: 60_000 }],
  ])('the deadline is that of the cookie, given as %s', async ([, cookie]) => {
    const clock = manualClock()
    store = toConnectStore(memoryStore({ now: clock.now }))
    await call(store, 'set', 'sid', { cookie, a: 1 })
    clock.advance(59_000)
    expect(await call(store, 'get', 'sid')).toMatchObject({ a: 1 })
    clock.advance(1_000)
    expect(await call(store, 'get', 'sid')).toBeFalsy()
  })

  test('touching moves the deadline, and writes nothing', async () => {
    const clock = manualClock()
    const inner = memoryStore({ now: clock.now })
    store = toConnectStore(inner)
    await call(store, 'set', 'sid', data({ a: 1 }))
    const before = await call(store, 'get', 'sid')
    await call(store, 'set', 'sid', Object.assign(await call(store, 'get', 'sid'), { b: 2 }))
    clock.advance(HOUR * 0.9)
    await call(store, 'touch', 'sid', { ...data(), a: 'stale' })
    clock.advance(HOUR * 0.9)
    expect(await call(store, 'get', 'sid')).toMatchObject({ a: 1, b: 2 })
    expect(before).not.toHaveProperty('b')
  })

  test('a session lives as long as it is used, for years', async () => {
    const clock = manualClock()
    store = toConnectStore(memoryStore({ now: clock.now }))
    await call(store, 'set', 'sid', data({ a: 1 }))
    for (let i = 0; i < 20_000; i++) {
      clock.advance(HOUR * 0.9)
      await call(store, 'touch', 'sid', data())
    }
    expect(await call(store, 'get', 'sid')).toMatchObject({ a: 1 })
  })

  test('a session of ours is none of express-session, and the other way round', async () => {
    await call(store, 'set', 'sid', data({ a: 1 }))
    const meta = JSON.stringify({ v: 1, app: 'shop', createdAt: 1, absoluteAt: 1e15, idle: 1, persist: true })
    const record = { meta, fields: new Map([['user', '$ann']]) }
    kept.create(await digest('foreign'), record, { idle: HOUR, absoluteAt: 1e15 })
    expect(await call(store, 'get', 'foreign')).toBeFalsy()
    await call(store, 'set', 'foreign', data({ user: 'bob' }))
    expect(kept.load(await digest('foreign'))).toMatchObject(record)
  })

  test('what cannot be JSON is an error of that save', async () => {
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    await expect(call(store, 'set', 'sid', data({ cycle }))).rejects.toThrow(TypeError)
    await expect(call(store, 'set', 'sid', data({ n: 1n }))).rejects.toThrow(TypeError)
  })

  test('what a callback throws is not taken for a failure of the store', async () => {
    const thrown = new Promise((resolve) => process.once('uncaughtException', resolve))
    const listeners = process.listeners('uncaughtException').slice(0, -1)
    for (const listener of listeners) process.off('uncaughtException', listener)
    let calls = 0
    store.get('none', () => {
      calls++
      throw new Error('of the application')
    })
    expect(await thrown).toMatchObject({ message: 'of the application' })
    for (const listener of listeners) process.on('uncaughtException', listener)
    expect(calls).toBe(1)
  })

  test.for<[string, unknown, ToConnectStoreOptions]>([
    ['no store', undefined, {}],
    ['a Map', new Map(), {}],
    ['a bare number for a time', memoryStore(), { ttl: 60 as never }],
    ['a list on a store that keeps none', fromUnstorage(createStorage()), { list: true }],
  ])('%s is refused at construction', ([, given, options]) => {
    expect(() => toConnectStore(given as never, options)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_INVALID' }),
    )
  })
})

test.for<[string, () => Pick<ConnectStore, 'get' | 'set' | 'touch'>]>([
  ['of express-session', () => new session.MemoryStore() as never],
  ['over a store of ours', () => toConnectStore(memoryStore())],
])("touch with an object of one's own moves `cookie.expires`, in a store %s", async ([, make]) => {
  const store = make()
  const [soon, later] = [new Date(Date.now() + 60_000), new Date(Date.now() + 7_200_000)]
  const done = (work: (callback: (error?: unknown, answer?: unknown) => void) => void): Promise<unknown> =>
    new Promise((resolve, reject) =>
      work((error, answer) => (error ? reject(error as Error) : resolve(answer))),
    )
  await done((callback) =>
    store.set('a', { cookie: { originalMaxAge: null, expires: soon }, x: 1 }, callback),
  )
  await done((callback) => store.touch('a', { cookie: { originalMaxAge: null, expires: later } }, callback))
  const found = await done((callback) => store.get('a', callback))
  expect(JSON.parse(JSON.stringify(found))).toMatchObject({
    cookie: { expires: later.toISOString() },
    x: 1,
  })
})
