import { describe, expect, inject, test } from 'vitest'
import { toConnectStore } from '../../src/connect.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { manualClock } from '../../src/testing.ts'
import { startRedis } from '../support/redis-server.ts'
import { visitor } from '../support/visitor.ts'
import { backends } from './connect/backends.ts'
import { call, data } from './connect/call.ts'
import { startExpress } from './connect/express-app.ts'

const HOUR = 3_600_000

describe('all(), length() and clear()', () => {
  test('are absent unless a list is kept', () => {
    const store = toConnectStore(memoryStore())
    for (const verb of ['all', 'length', 'clear'] as const) expect(store[verb]).toBeUndefined()
  })

  test('speak of the sessions that live', async () => {
    const clock = manualClock()
    const store = toConnectStore(memoryStore({ now: clock.now }), { list: true })
    for (const user of ['ann', 'bob', 'cid']) await call(store, 'set', user, data({ user }))
    expect(await call(store, 'length')).toBe(3)
    await call(store, 'destroy', 'bob')
    clock.advance(HOUR / 2)
    await call(store, 'touch', 'ann', data())
    expect(await call(store, 'length')).toBe(2)
    const all = await call<object[]>(store, 'all')
    expect(all.map((each) => (each as { user: string }).user).sort()).toEqual(['ann', 'cid'])
    clock.advance(HOUR / 2)
    expect(await call(store, 'all')).toMatchObject([{ user: 'ann' }])
    expect(await call(store, 'length')).toBe(1)
    await call(store, 'clear')
    expect(await call(store, 'length')).toBe(0)
    expect(await call(store, 'get', 'ann')).toBeFalsy()
  })
})

test.for(Object.keys(backends))('all(), length() and clear() work on %s', async (name) => {
  const backend = backends[name]!(inject('redisUrl'))
  const store = toConnectStore(backend.store, { list: true })
  for (const user of ['ann', 'bob', 'cid']) await call(store, 'set', user, data({ user }))
  await call(store, 'destroy', 'bob')
  expect(await call(store, 'length')).toBe(2)
  const all = await call<{ user: string }[]>(store, 'all')
  expect(all.map(({ user }) => user).sort()).toEqual(['ann', 'cid'])
  await call(store, 'clear')
  expect(await call(store, 'all')).toEqual([])
  expect(await call(store, 'get', 'cid')).toBeFalsy()
  await backend.close()
})

test('a store that cannot be reached is an error with status 503, not a missing session', async () => {
  const server = await startRedis()
  const backend = backends['redis']!(server.url)
  const app = await startExpress(backend.store, { timeout: '300ms' })
  const browser = visitor(app.url)
  await browser.post('/login/ann')
  server.pause()
  expect((await browser.get('/')).status).toBe(503)
  server.resume()
  expect(await (await browser.get('/')).json()).toMatchObject({ user: 'ann' })
  await app.close()
  await backend.close()
  await server.stop()
})
