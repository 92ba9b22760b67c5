import { beforeEach, describe, expect, test } from 'vitest'
import type { Session } from '../../src/core/session/session.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { memoryStore, type MemoryStore } from '../../src/stores/memory.ts'
import { Browser } from '../support/browser.ts'
import { faulty, gated, recorded } from '../support/pausing-store.ts'

let memory: MemoryStore
let browser: Browser
beforeEach(() => {
  memory = memoryStore()
  browser = new Browser(new Sessions({}, memory))
})

const stored = async (): Promise<Record<string, unknown>> => browser.visit((session) => session.getAll())

describe('writes', () => {
  test('of one tick are one store operation', async () => {
    const { store, calls } = recorded(memory)
    const visitor = new Browser(new Sessions({}, store))
    const writes = (session: Session): Promise<unknown> =>
      Promise.all([
        session.set('a', 1),
        session.set({ b: 2, c: 3 }),
        session.namespace('cart').set('items', []),
        session.delete('d'),
        session.increment('e'),
      ])
    await visitor.visit(writes)
    expect(calls).toEqual(['now', 'create'])
    calls.length = 0
    await visitor.visit(writes)
    expect(calls).toEqual(['load', 'update'])
  })

  test('are seen at once by reads on the same handle', async () => {
    const { session } = await browser.open()
    const writes = [session.set('a', 1)]
    expect(session.get('a')).toBe(1)
    writes.push(session.set({ a: 2, b: 3 }), session.delete('a'))
    expect([session.has('a'), session.getAll()]).toEqual([false, { b: 3 }])
    await Promise.all(writes)
    expect(session.getAll()).toEqual({ b: 3 })
  })

  test('of the same key in one tick: the last wins', async () => {
    await browser.visit((session) =>
      Promise.all([session.set('a', 1), session.delete('a'), session.set('a', 3)]),
    )
    expect(await stored()).toEqual({ a: 3 })
    await browser.visit((session) => Promise.all([session.set('a', 4), session.delete('a')]))
    expect(await stored()).toEqual({})
  })

  test('leave fields that they do not name untouched', async () => {
    await browser.visit((session) => session.set({ a: 1, b: 2 }))
    const [first, second] = [await browser.open(), await browser.open()]
    await Promise.all([first.session.set('a', 10), second.session.set('b', 20)])
    expect(await stored()).toEqual({ a: 10, b: 20 })
  })

  test('that the store refuses are taken back, and reject', async () => {
    const { store, fail } = faulty(memory)
    browser = new Browser(new Sessions({}, store))
    await browser.visit((session) => session.set({ a: 1, n: 5 }))
    await browser.visit(async (session) => {
      fail('update')
      const failing = [
        session.set('a', 2),
        session.set('b', 3),
        session.delete('n'),
        session.increment('x', 2),
      ]
      expect(session.getAll()).toEqual({ a: 2, b: 3, x: 2 })
      const results = await Promise.allSettled(failing)
      expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'rejected'))
      expect(session.getAll()).toEqual({ a: 1, n: 5 })
      await expect(session.commit()).resolves.toBeUndefined()
      fail(null)
      await session.set('a', 4)
    })
    expect(await stored()).toEqual({ a: 4, n: 5 })
  })

  test('that fail take back only themselves, not what was written meanwhile', async () => {
    const { store, hold } = gated(memory)
    const { store: failing, fail } = faulty(store)
    browser = new Browser(new Sessions({}, failing))
    await browser.visit((session) => session.set({ a: 1, b: 1 }))
    const { session } = await browser.open()
    const gate = hold('update', 'after')
    fail('update', 'after', 1)
    const first = session.set({ a: 2, b: 2 })
    await gate.reached
    const second = session.set('a', 3)
    gate.open()
    await expect(first).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    expect(session.getAll()).toEqual({ a: 3, b: 1 })
    await second
    expect(session.getAll()).toEqual({ a: 3, b: 1 })
  })

  test('that fail to create a session take the cookie back', async () => {
    const { store, fail } = faulty(memory)
    const { session, cookies, response } = await new Browser(new Sessions({}, store)).open()
    fail('create')
    await expect(session.set('a', 1)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    expect([cookies(), session.id, session.getAll()]).toEqual([[], null, {}])
    expect(response.getHeader('cache-control')).toBeUndefined()
    fail(null)
    await session.set('a', 2)
    expect(cookies()).toHaveLength(1)
  })

  test('that created a session though the answer was lost can be tried again', async () => {
    const { store, fail } = faulty(memory)
    browser = new Browser(new Sessions({}, store))
    await browser.visit(async (session) => {
      fail('create', 'after')
      await expect(session.set('a', 1)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
      fail(null)
      await session.set('a', 2)
    })
    expect(await stored()).toEqual({ a: 2 })
  })

  test('made while a failing one creates the session create it themselves, with its cookie', async () => {
    const { store: failing, fail } = faulty(memory)
    const { store, hold } = gated(failing)
    browser = new Browser(new Sessions({}, store))
    const { session, cookies, end } = await browser.open()
    const gate = hold('create')
    const first = session.set('a', 1)
    await gate.reached
    const second = session.set('b', 2)
    fail('create', 'before', 1)
    gate.open()
    await expect(first).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    await second
    expect(cookies()).toHaveLength(1)
    end()
    expect(await stored()).toEqual({ b: 2 })
  })

  test('that remove while the first write is on its way do remove', async () => {
    const { store, hold } = gated(memory)
    browser = new Browser(new Sessions({}, store))
    const { session, end } = await browser.open()
    const gate = hold('create')
    const first = session.set({ a: 1, b: 2, c: 3 })
    await gate.reached
    const removing = [session.delete('a'), session.set('b', undefined), session.take('c')]
    gate.open()
    await Promise.all([first, ...removing])
    expect(await removing[2]).toBe(3)
    end()
    expect(await stored()).toEqual({})
  })

  test('after the response has begun are refused before the store is asked', async () => {
    const { store, calls } = recorded(memory)
    const { session, response } = await new Browser(new Sessions({}, store)).open()
    response.flushHeaders()
    await expect(session.set('a', 1)).rejects.toMatchObject({ code: 'ERR_HEADERS_SENT' })
    expect([calls, session.getAll()]).toEqual([[], {}])
  })

  test('that nobody awaits are stored, though the response begins in the same tick', async () => {
    const { session, response, end } = await browser.open()
    void session.set('a', 1)
    response.flushHeaders()
    await session.commit()
    end()
    expect(await stored()).toEqual({ a: 1 })
  })
})
