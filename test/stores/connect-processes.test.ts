/**
 * Two processes on one store, at the worst moment: each has a store object of its own, and one
 * waits between its look and its write.
 */

import session, { type SessionData } from 'express-session'
import { expect, test } from 'vitest'
import { fromConnectStore } from '../../src/connect.ts'
import type { Store } from '../../src/core/store.ts'
import { leaseName, nameOf } from '../../src/stores/key-value/names.ts'

const HOUR = 3_600_000
const KEY = 'x'.repeat(43)
const NAME = await nameOf(KEY)
const lifetime = { idle: HOUR, absoluteAt: Date.now() + 24 * HOUR }
const record = { meta: 'meta', fields: new Map([['a', '1']]) }

/** express-session's store, with the place where it keeps sessions made visible. */
class Process extends session.MemoryStore {
  declare sessions: Record<string, string>
  /** Writes wait for this. */
  gate: Promise<void> = Promise.resolve()
  reached: () => void = () => {}

  override set(sid: string, data: SessionData, callback?: (error?: unknown) => void): void {
    this.reached()
    void this.gate.then(() => super.set(sid, data, callback))
  }
}

interface Two {
  one: Store
  two: Store
  /** What both keep, by id. */
  kept: Record<string, string>
  /** Stops the next write of the second process; answers when it is there, and how to let it go on. */
  stop: () => { reached: Promise<void>; go: () => void }
}

async function processes(): Promise<Two> {
  const [first, second] = [new Process(), new Process()]
  second.sessions = first.sessions
  const [one, two] = [fromConnectStore(first), fromConnectStore(second)]
  await one.create(KEY, record, lifetime)
  return {
    one,
    two,
    kept: first.sessions,
    stop() {
      const [gate, reached] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      second.gate = gate.promise
      second.reached = reached.resolve
      return { reached: reached.promise, go: gate.resolve }
    },
  }
}

test('a write under way in another process does not bring back a session that ends meanwhile', async () => {
  const { one, two, kept, stop } = await processes()
  const { reached, go } = stop()
  const late = two.update(KEY, { set: new Map([['a', 'late']]) }, lifetime)
  await reached
  await one.destroy(KEY, 'logout')
  go()
  expect(await late).toEqual({ status: 'gone', ended: 'logout' })
  expect(await one.load(KEY)).toEqual({ ended: 'logout' })
  expect(await two.load(KEY)).toEqual({ ended: 'logout' })
  expect(Object.keys(kept)).toEqual([leaseName(NAME)])
})

test('nor does one whose process dies right after it: who looks next removes it', async () => {
  const { one, two, kept } = await processes()
  const before = kept[NAME]!
  await one.destroy(KEY, 'revoked')
  kept[NAME] = before
  expect(await two.load(KEY)).toEqual({ ended: 'revoked' })
  expect(kept).not.toHaveProperty(NAME)
  kept[NAME] = before
  expect(await one.load(KEY)).toEqual({ ended: 'revoked' })
  expect(kept).not.toHaveProperty(NAME)
})

test('nor does a replica that still shows it, within the process where it ended', async () => {
  const { one, kept } = await processes()
  const before = { ...kept }
  await one.destroy(KEY, 'logout')
  Object.assign(kept, before)
  expect(await one.load(KEY)).toEqual({ ended: 'logout' })
  Object.assign(kept, before)
  expect(await one.update(KEY, { set: new Map([['a', '2']]) }, lifetime)).toEqual({
    status: 'gone',
    ended: 'logout',
  })
  expect(await one.touch(KEY, lifetime)).toBe(false)
  expect(await one.create(KEY, record, lifetime)).toBe(false)
})

test('a touch under way in another process takes back nothing that is written meanwhile', async () => {
  const { one, two, stop } = await processes()
  const { reached, go } = stop()
  const touching = two.touch(KEY, lifetime)
  await reached
  await one.update(KEY, { set: new Map([['cart', 'full']]) }, lifetime)
  go()
  expect(await touching).toBe(true)
  expect(await two.load(KEY)).toMatchObject({ fields: new Map([...record.fields, ['cart', 'full']]) })
})

test('nor does it bring back a session that ends meanwhile', async () => {
  const { one, two, kept, stop } = await processes()
  const { reached, go } = stop()
  const touching = two.touch(KEY, lifetime)
  await reached
  await one.destroy(KEY, 'logout')
  go()
  await touching
  expect(await one.load(KEY)).toEqual({ ended: 'logout' })
  expect(await two.load(KEY)).toBeNull()
  expect(kept).not.toHaveProperty(NAME)
})

// This is what `capabilities.atomic: false` admits.
test('of two processes that write at the same moment the later one wins whole', async () => {
  const { one, two, stop } = await processes()
  const { reached, go } = stop()
  const late = two.update(KEY, { set: new Map([['b', '2']]) }, lifetime)
  await reached
  await one.update(KEY, { set: new Map([['c', '3']]) }, lifetime)
  go()
  await late
  expect(one.capabilities.atomic).toBe(false)
  expect(await one.load(KEY)).toMatchObject({ fields: new Map([...record.fields, ['b', '2']]) })
})

test('two store objects on one client are one process: they wait for each other', async () => {
  const client = new session.MemoryStore()
  const [one, two] = [fromConnectStore(client), fromConnectStore(client)]
  await one.create(KEY, record, lifetime)
  const increment = new Map([['n', 1]])
  await Promise.all(
    Array.from({ length: 40 }, async (_, i) => (i % 2 ? one : two).update(KEY, { increment }, lifetime)),
  )
  expect(await one.load(KEY)).toMatchObject({ fields: new Map([...record.fields, ['n', '40']]) })
})

test('a process warns once for each kind of store that it is not atomic, and not before a session is stored', async () => {
  const warnings: Error[] = []
  process.on('warning', (warning) => warnings.push(warning))
  const slot = Symbol.for('sojourn.warned')
  delete (globalThis as { [slot]?: unknown })[slot]
  const stores = [new session.MemoryStore(), new session.MemoryStore()].map((client) =>
    fromConnectStore(client),
  )
  await stores[0]!.load(KEY)
  await new Promise(setImmediate)
  expect(warnings).toEqual([])
  for (const store of stores) await store.create(KEY, record, lifetime)
  await new Promise(setImmediate)
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toMatchObject({ name: 'SojournWarning', code: 'SOJOURN_NOT_ATOMIC' })
})
