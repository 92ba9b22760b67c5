import { describe, expect, test, vi } from 'vitest'
import { nodeSuite } from '../../src/core/wrappers/node-cipher.ts'
import { nodeCrypto } from '../../src/core/runtime.ts'
import { sealedStore } from '../../src/core/wrappers/sealed-store.ts'
import { Sealer } from '../../src/core/wrappers/sealer.ts'
import { isAlive, type Store } from '../../src/core/store.ts'
import { webSuite } from '../../src/core/wrappers/web-cipher.ts'
import { memoryStore, type MemoryStore } from '../../src/stores/memory.ts'
import { manualClock, testStore } from '../../src/testing.ts'
import { delayed, gated, recorded } from '../support/pausing-store.ts'
import { seeded } from '../support/seeded.ts'

const KEY = new Uint8Array(32).fill(7)
const LIFETIME = { idle: 3_600_000, absoluteAt: Date.now() + 86_400_000 }

function sealed(store: Store, suite = nodeSuite(nodeCrypto()!), keys = [KEY]): Store {
  return sealedStore(store, new Sealer('app', keys, suite))
}

function fieldsOf(answer: ReturnType<MemoryStore['load']>): Record<string, string> {
  if (!isAlive(answer)) throw new Error('There is no living record.')
  return Object.fromEntries(answer.fields)
}

async function created(fields: Record<string, string>): Promise<{ memory: MemoryStore; store: Store }> {
  const memory = memoryStore()
  const store = sealed(memory)
  await store.create('k', { meta: 'meta', fields: new Map(Object.entries(fields)) }, LIFETIME)
  return { memory, store }
}

/** Writes past the seal. */
function plant(memory: MemoryStore, name: string, text: string): void {
  memory.update('k', { set: new Map([[name, text]]) }, LIFETIME)
}

describe('a sealed store keeps the contract, one side with Node, the other with WebCrypto', () => {
  testStore({ describe, test }, () => {
    const { now, advance } = manualClock()
    const memory = memoryStore({ now })
    return { store: sealed(memory), second: () => sealed(memory, webSuite), advance }
  })
})

describe('a sealed store keeps the contract on a slow store', () => {
  testStore({ describe, test }, () => {
    const { now, advance } = manualClock()
    const slow = delayed(memoryStore({ now }), seeded(1))
    return { store: sealed(slow), second: () => sealed(slow), advance }
  })
})

test('neither meta nor values reach the store, whatever way they take', async () => {
  const { memory, store } = await created({ secret: '$MARKER', n: '4711' })
  const spies = (['create', 'update'] as const).map((verb) => vi.spyOn(memory, verb))
  await store.create('k2', { meta: 'MARKER', fields: new Map([['f', 'MARKER']]) }, LIFETIME)
  await store.update('k', { set: new Map([['a', 'MARKER']]) }, LIFETIME)
  await store.update('k', { increment: new Map([['n', 1]]), set: new Map([['b', 'MARKER']]) }, LIFETIME)
  const expect1 = new Map([['secret', '$MARKER']])
  await store.update('k', { expect: expect1, set: new Map([['secret', 'MARKER']]) }, LIFETIME)
  const seen = JSON.stringify(
    spies.flatMap((spy) => spy.mock.calls),
    (_, value: unknown) => (value instanceof Map ? [...(value as Map<string, unknown>)] : value),
  )
  expect(spies.map((spy) => spy.mock.calls.length)).toEqual([1, 3])
  expect(seen).not.toMatch(/MARKER|471[12]|meta":"m/)
  expect(fieldsOf((await store.load('k')) as never)).toEqual({
    secret: 'MARKER',
    n: '4712',
    a: 'MARKER',
    b: 'MARKER',
  })
})

test('a plain write is one call, and one that depends on a value two', async () => {
  const { memory } = await created({ a: '$x' })
  const { store, calls } = recorded(memory)
  await sealed(store).update('k', { set: new Map([['a', '$y']]) }, LIFETIME)
  expect(calls.splice(0)).toEqual(['update'])
  await sealed(store).update('k', { expect: new Map([['a', '$y']]), delete: ['a'] }, LIFETIME)
  expect(calls).toEqual(['load', 'update'])
})

describe('a change that depends on a value', () => {
  test('goes through if the same value was meanwhile sealed again', async () => {
    const { memory } = await created({ a: '$x' })
    const { store, hold } = gated(memory)
    const gate = hold('update')
    const change = { expect: new Map([['a', '$x']]), set: new Map([['a', '$y']]) }
    const writing = sealed(store).update('k', change, LIFETIME)
    await gate.reached
    await sealed(memory).update('k', { set: new Map([['a', '$x']]) }, LIFETIME)
    gate.open()
    expect(await writing).toMatchObject({ status: 'ok' })
    expect(fieldsOf((await sealed(memory).load('k')) as never)).toEqual({ a: '$y' })
  })

  test('does not if another value was meanwhile written, or the record ended', async () => {
    for (const interfere of [
      (store: Store) => store.update('k', { set: new Map([['a', '$z']]) }, LIFETIME),
      (store: Store) => store.update('k', { delete: ['a'] }, LIFETIME),
      (store: Store) => store.destroy('k', 'logout'),
    ]) {
      const { memory } = await created({ a: '$x' })
      const { store, hold } = gated(memory)
      const gate = hold('update')
      const change = { expect: new Map([['a', '$x']]), set: new Map([['b', '$y']]) }
      const writing = sealed(store).update('k', change, LIFETIME)
      await gate.reached
      await interfere(sealed(memory))
      gate.open()
      const { status } = await writing
      const after = memory.load('k')
      expect(status).toBe(isAlive(after) ? 'conflict' : 'gone')
      expect(isAlive(after) && after.fields.has('b')).toBe(false)
    }
  })

  test('gives up after a hundred lost rounds', async () => {
    const { memory } = await created({ n: '1' })
    const { store, calls } = recorded({
      ...memory,
      name: 'memory',
      capabilities: memory.capabilities,
      load: (key) => memory.load(key),
      update: () => ({ status: 'conflict' }),
    } as Store)
    vi.useFakeTimers()
    const writing = sealed(store).update('k', { increment: new Map([['n', 1]]) }, LIFETIME)
    await vi.runAllTimersAsync()
    vi.useRealTimers()
    expect(await writing).toEqual({ status: 'conflict' })
    expect(calls.filter((verb) => verb === 'update')).toHaveLength(100)
  })
})

describe('a value that was altered, moved or never sealed', () => {
  const altered = async (): Promise<{ memory: MemoryStore; store: Store }> => {
    const both = await created({ a: '$x', b: '$y', n: '1' })
    plant(both.memory, 'a', fieldsOf(both.memory.load('k'))['b']!)
    return both
  }

  test('takes the meta and all fields of its record with it, and stays in place', async () => {
    for (const bad of ['', '$plain', '42', 'e1.aaaaaaaa.AAAA', '{"v":1}']) {
      const { memory, store } = await created({ a: '$x', b: '$y' })
      plant(memory, 'a', bad)
      expect(await store.load('k')).toMatchObject({ meta: '', fields: new Map() })
      expect(fieldsOf(memory.load('k'))['a']).toBe(bad)
    }
    const { memory, store } = await altered()
    expect(await store.load('k')).toMatchObject({ meta: '', fields: new Map() })
    expect(fieldsOf(memory.load('k'))).toHaveProperty('a')
  })

  test('is not counted up, compared or taken', async () => {
    const { memory, store } = await altered()
    plant(memory, 'n', '41')
    const before = fieldsOf(memory.load('k'))
    expect(await store.update('k', { increment: new Map([['n', 1]]) }, LIFETIME)).toEqual({ status: 'gone' })
    for (const value of [null, '$y', '$x', before['a']!])
      expect(await store.update('k', { expect: new Map([['a', value]]) }, LIFETIME)).toEqual({
        status: 'gone',
      })
    expect(fieldsOf(memory.load('k'))).toEqual(before)
    expect(await store.update('k', { take: ['a'] }, LIFETIME)).toEqual({ status: 'gone' })
  })

  test('is not carried over by a rotation, and does not keep the record from ending', async () => {
    const rotated = await altered()
    expect(await rotated.store.destroy('k', 'rotated')).toBeNull()
    expect(rotated.memory.load('k')).toEqual({ ended: 'rotated' })
    const revoked = await altered()
    expect(await revoked.store.destroy('k', 'revoked')).toMatchObject({ meta: '', fields: new Map() })
    expect(revoked.memory.load('k')).toEqual({ ended: 'revoked' })
  })
})

test('a record of a key that is not in the ring comes back without meta and fields', async () => {
  const { memory } = await created({ a: '$x' })
  const other = sealed(memory, webSuite, [new Uint8Array(32)])
  expect(await other.load('k')).toMatchObject({ meta: '', fields: new Map() })
  expect(await sealed(memory).load('k')).toMatchObject({ meta: 'meta' })
})
