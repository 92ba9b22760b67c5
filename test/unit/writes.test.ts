import { beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import type { CookieChannel, PendingWrites } from '../../src/core/browser/channel.ts'
import { Sessions } from '../../src/core/sessions.ts'
import type { Session } from '../../src/core/session/session.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { faulty, gated } from '../support/pausing-store.ts'

const DOWN = { code: 'ERR_STORE_UNAVAILABLE' }

function open(store = memoryStore()): Promise<Session> {
  return new Sessions({}, store).open({ header: null, send: () => () => {} })
}

describe('the failure of a write', () => {
  let session: Session
  let fail: ReturnType<typeof faulty>['fail']

  beforeEach(async () => {
    const broken = faulty(memoryStore())
    fail = broken.fail
    session = await open(broken.store as ReturnType<typeof memoryStore>)
    await session.set('a', 1)
    fail('update')
  })

  test('that nobody awaits is told once, at commit', async () => {
    void session.set('a', 2)
    await expect(session.commit()).rejects.toMatchObject(DOWN)
    await expect(session.commit()).resolves.toBeUndefined()
  })

  test.each<[string, (write: Promise<unknown>) => Promise<unknown>]>([
    ['await', async (write) => await write],
    ['catch', (write) => write.catch(() => {})],
    ['Promise.all', (write) => Promise.all([write, Promise.resolve()])],
    ['Promise.race', (write) => Promise.race([write, new Promise(() => {})])],
    ['an async function', async (write) => write],
  ])('belongs to whoever awaits it with %s', async (_how, awaiting) => {
    await awaiting(session.set('a', 2)).catch(() => {})
    await expect(session.commit()).resolves.toBeUndefined()
  })

  test('is told to the adapter if nobody awaits it, and else not', async () => {
    const told: unknown[] = []
    const channel = { header: null, send: () => () => {}, abandoned: (error: unknown) => told.push(error) }
    const broken = faulty(memoryStore())
    const unwatched = await new Sessions({}, broken.store).open(channel)
    await unwatched.set('a', 1)
    broken.fail('update')
    void unwatched.set('a', 2)
    await unwatched.set('b', 2).catch(() => {})
    void unwatched.set('c', 2)
    await expect.poll(() => told.length).toBe(2)
    expect(told).toMatchObject([DOWN, DOWN])
  })

  test('that is awaited later than it happens belongs to whoever awaits it', async () => {
    const write = session.set('a', 2)
    await new Promise((resolve) => setImmediate(resolve))
    await expect(write).rejects.toMatchObject(DOWN)
    await expect(session.commit()).resolves.toBeUndefined()
  })

  test('is told though another one was awaited', async () => {
    const awaited = session.set('a', 2)
    await session.set('b', 2).catch(() => {})
    void session.increment('c')
    await expect(awaited).rejects.toMatchObject(DOWN)
    await expect(session.commit()).rejects.toMatchObject(DOWN)
  })

  test('is not told for ever when thousands fail', async () => {
    for (let i = 0; i < 1000; i++) void session.set('a', i)
    await expect(session.commit()).rejects.toMatchObject(DOWN)
    await expect(session.commit()).resolves.toBeUndefined()
  })
})

describe('commit', () => {
  test('waits for a write that its schema still considers', async () => {
    const schema = z.object({ a: z.number().refine(async () => true) }).partial()
    const store = memoryStore()
    const session = await new Sessions({ schema }, store).open({ header: null, send: () => () => {} })
    void session.set('a', 1)
    await session.commit()
    expect(session.id).not.toBeNull()
  })

  test('does not wait for the computation that calls it', async () => {
    const { store, hold } = gated(memoryStore())
    const session = await open(store as ReturnType<typeof memoryStore>)
    await session.set('a', 1)
    const gate = hold('update')
    const updating = session.update('a', async (a) => {
      const write = session.set('b', 1)
      await gate.reached
      gate.open()
      await session.commit()
      await write
      return Number(a) + 1
    })
    expect(await updating).toBe(2)
  })
})

test('a response waits for a computation that takes its time', async () => {
  let writes: PendingWrites | undefined
  const channel: CookieChannel = {
    header: null,
    send: () => () => {},
    attach: (pending) => void (writes = pending),
  }
  const session = await new Sessions({}, memoryStore()).open(channel)
  await session.set('a', 1)
  expect(writes?.isSettled).toBe(true)
  const { promise, resolve } = Promise.withResolvers<number>()
  void session.update('a', () => promise)
  expect(writes?.isSettled).toBe(false)
  const settled = writes?.settle()
  await new Promise((done) => setImmediate(done))
  resolve(2)
  await settled
  expect(session.get('a')).toBe(2)
})
