import { spawnSync } from 'node:child_process'
import session from 'express-session'
import Keyv from 'keyv'
import { createStorage } from 'unstorage'
import { expect, test } from 'vitest'
import { fromConnectStore } from '../../src/connect.ts'
import type { Store } from '../../src/core/store.ts'
import { diagnose } from '../../src/doctor.ts'
import { percentile } from '../../src/doctor/round-trip.ts'
import { fromKeyv } from '../../src/stores/keyv.ts'
import { memoryStore, type MemoryStoreOptions } from '../../src/stores/memory.ts'
import { fromUnstorage } from '../../src/stores/unstorage.ts'
import { examine } from './diagnose/examine.ts'

/** A memory store that does some things in its own way. */
function but(changes: (store: Store) => Partial<Store>, options: MemoryStoreOptions = {}): Store {
  const store = memoryStore(options)
  const { name, capabilities, index } = store
  return {
    name,
    capabilities,
    index,
    now: () => store.now(),
    create: (key, record, lifetime) => store.create(key, record, lifetime),
    load: (key) => store.load(key),
    update: (key, change, lifetime) => store.update(key, change, lifetime),
    touch: (key, lifetime) => store.touch(key, lifetime),
    destroy: (key, reason) => store.destroy(key, reason),
    ...changes(store),
  }
}

test('sessions in memory end with the process, and no other process has them', async () => {
  const { levels, of } = await examine(memoryStore())
  expect(levels).toEqual({
    durability: 'warning',
    processes: 'note',
    atomicity: 'ok',
    lists: 'ok',
    'clock-offset': 'ok',
    probe: 'ok',
    'round-trip': 'ok',
  })
  expect(of('durability').text).toContain('they end with it')
})

test.for([
  ['', {}, 'note'],
  ['PM2', { NODE_APP_INSTANCE: '1' }, 'serious'],
  ['a platform', { WEB_CONCURRENCY: '2' }, 'serious'],
] as const)('several processes are noticed: %s', ([, env, level]) => {
  const script = `
    const { diagnose } = await import('${new URL('../../src/doctor.ts', import.meta.url).href}')
    const { memoryStore } = await import('${new URL('../../src/stores/memory.ts', import.meta.url).href}')
    const findings = await diagnose(memoryStore(), { thorough: false })
    console.log(findings.find(({ code }) => code === 'processes').level)`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  expect(stdout.trim()).toBe(level)
})

test.for([
  ['Keyv', () => fromKeyv(new Keyv()), 'warning'],
  ['Keyv that is said to be durable', () => fromKeyv(new Keyv(), { durable: true }), 'ok'],
  ['unstorage', () => fromUnstorage(createStorage()), 'warning'],
  ['a store of express-session', () => fromConnectStore(new session.MemoryStore()), 'warning'],
] as const)('%s is not atomic, and durable only if somebody says so', async ([, make, durability]) => {
  const { levels } = await examine(make())
  expect(levels).toEqual({
    atomicity: 'warning',
    durability,
    lists: 'note',
    'clock-offset': 'ok',
    probe: 'ok',
    'round-trip': 'ok',
  })
})

test.for([
  ['written', but(() => ({ create: () => false }))],
  ['read', but(() => ({ load: () => null }))],
  ['changed', but(() => ({ update: () => ({ status: 'gone' }) }))],
  ['read again', but(() => ({ update: () => ({ status: 'ok', values: new Map() }) }))],
  ['touched', but(() => ({ touch: () => false }))],
  ['ended', but(() => ({ destroy: () => null }))],
  ['looked for after its end', but((store) => ({ destroy: (key) => store.load(key) as never }))],
  [
    'left to expire',
    but((store) => ({
      create: (key, record, lifetime) => store.create(key, record, { ...lifetime, idle: 3_600_000 }),
    })),
  ],
] as const)('a store that breaks its contract is found: a session %s', async ([doing, store]) => {
  const { of } = await examine(store)
  expect(of('probe')).toMatchObject({ level: 'serious' })
  expect(of('probe').text).toContain(`failed when it was ${doing}.`)
})

test('what failed half way is removed as well', async () => {
  const keys: string[] = []
  const store = but((inner) => ({
    create(key, record, lifetime) {
      keys.push(key)
      return inner.create(key, record, lifetime)
    },
    update: () => ({ status: 'gone' }),
  }))
  expect((await examine(store)).levels).toMatchObject({ probe: 'serious' })
  expect(keys).toHaveLength(1)
  expect(await store.load(keys[0]!)).toEqual({ ended: 'logout' })
})

test('the clock of a store is compared with that of the application', async () => {
  const { levels } = await examine(memoryStore({ now: () => Date.now() - 3_600_000 }), { thorough: false })
  expect(levels).toMatchObject({ 'clock-offset': 'warning' })
})

test('a store that throws, or never answers, is a finding and no error', async () => {
  const throwing = but(() => ({
    now: () => {
      throw new Error('geheim')
    },
  }))
  expect((await examine(throwing)).at('serious')).toEqual(['reachable'])
  const silent = but(() => ({ now: () => new Promise<number>(() => {}) }))
  const waiting = examine(silent, { timeout: '50ms' })
  expect((await waiting).at('serious')).toEqual(['reachable'])
})

test('a store that is far away is found by how long it takes', async () => {
  const far = but((store) => ({
    load: async (key) => {
      await new Promise((resolve) => setTimeout(resolve, 120))
      return store.load(key)
    },
  }))
  const { of } = await examine(far, { reads: 3 })
  // A busy machine may make it a whole second.
  expect(['warning', 'serious']).toContain(of('round-trip').level)
  expect(of('round-trip').text).toMatch(/^Of 3 reads, half took at most \d+ ms, 95 % \d+, 99 % \d+\./)
})

test('percentiles are times that were measured', () => {
  const times = Array.from({ length: 100 }, (_, i) => 100 - i)
  expect([0.5, 0.95, 0.99, 1].map((share) => percentile(times, share))).toEqual([50, 95, 99, 100])
  expect(percentile([7], 0.5)).toBe(7)
  expect(percentile([2, 1], 0.5)).toBe(1)
})

test.for([
  [null, {}, /diagnose: expected a store/],
  [memoryStore(), { reads: 0 }, /reads: expected a positive integer/],
  [memoryStore(), { thorougly: true }, /diagnose: thorougly: there is no such option/],
  [memoryStore(), { timeout: 5 }, /timeout: 5 is not a duration/],
] as const)('a bad argument is refused: %#', async ([store, options, message]) => {
  await expect(diagnose(store as never, options as never)).rejects.toThrow(message)
})
