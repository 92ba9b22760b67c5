import { expect, test } from 'vitest'
import { fromConnectStore } from '../../src/connect.ts'
import { nameOf } from '../../src/stores/key-value/names.ts'
import { manualClock } from '../../src/testing.ts'
import { Watched } from './connect/watched.ts'

const HOUR = 3_600_000
const KEY = 'x'.repeat(43)
const NAME = await nameOf(KEY)
const record = { meta: 'meta', fields: new Map([['a', '1']]) }

test('touching writes the record of a store with touch() at no time', async () => {
  const { now, advance } = manualClock()
  const inner = new Watched()
  const store = fromConnectStore(inner, { now })
  await store.create(KEY, record, { idle: HOUR, absoluteAt: now() + 100 * HOUR })
  inner.calls = []
  for (let i = 0; i < 20; i++) {
    advance(HOUR / 2)
    expect(await store.touch(KEY, { idle: HOUR, absoluteAt: now() + 100 * HOUR })).toBe(true)
  }
  expect(await store.load(KEY)).toMatchObject({ meta: 'meta', expiresIn: HOUR })
  expect(inner.calls.filter(([verb, sid]) => verb === 'set' && sid === NAME)).toEqual([])
  expect(inner.calls.filter(([verb, sid]) => verb === 'touch' && sid === NAME)).toHaveLength(20)
})

test('touching writes the record of a store without touch() once for each idle time', async () => {
  const { now, advance } = manualClock()
  const inner = new Watched()
  Object.assign(inner, { touch: undefined })
  const store = fromConnectStore(inner, { now })
  await store.create(KEY, record, { idle: HOUR, absoluteAt: now() + 100 * HOUR })
  inner.calls = []
  for (let i = 0; i < 60; i++) {
    advance(HOUR / 60)
    expect(await store.touch(KEY, { idle: HOUR, absoluteAt: now() + 100 * HOUR })).toBe(true)
  }
  expect(inner.calls.filter(([verb, sid]) => verb === 'set' && sid === NAME).length).toBeLessThanOrEqual(1)
  for (let i = 0; i < 600; i++) {
    advance(HOUR / 60)
    expect(await store.touch(KEY, { idle: HOUR, absoluteAt: now() + 100 * HOUR })).toBe(true)
  }
  const writes = inner.calls.filter(([verb, sid]) => verb === 'set' && sid === NAME)
  expect(writes.length).toBeGreaterThanOrEqual(9)
  expect(writes.length).toBeLessThanOrEqual(12)
  // As long as it may live, the store is told to keep it.
  const [, , last] = writes.at(-1)!
  expect(last!.cookie.originalMaxAge).toBeGreaterThanOrEqual(HOUR)
})
