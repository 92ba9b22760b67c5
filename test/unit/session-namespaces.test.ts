import { beforeEach, describe, expect, test } from 'vitest'
import type { SessionEvent } from '../../src/core/events.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { identify } from '../../src/core/record/token.ts'
import { memoryStore, type MemoryStore } from '../../src/stores/memory.ts'
import { Browser } from '../support/browser.ts'

let memory: MemoryStore
let browser: Browser
beforeEach(() => {
  memory = memoryStore()
  browser = new Browser(new Sessions({}, memory))
})

const stored = async (): Promise<Record<string, unknown>> => browser.visit((session) => session.getAll())

describe('undefined', () => {
  test('are cleared one at a time', async () => {
    await browser.visit(async (session) => {
      await session.set('kept', 1)
      await session.namespace('cart').set({ tea: 2, rice: 3 })
    })
    await browser.visit((session) => session.namespace('cart').clear())
    await browser.visit((session) => {
      expect(session.namespace('cart').getAll()).toEqual({})
      expect(session.getAll()).toEqual({ kept: 1 })
    })
  })

  test('deletes, alone and among others', async () => {
    await browser.visit((session) => session.set({ a: 1, b: 2, c: 3 }))
    await browser.visit((session) => session.set('a', undefined))
    await browser.visit((session) => session.set({ b: undefined, d: 4 }))
    expect(await stored()).toEqual({ c: 3, d: 4 })
  })

  test('inside a value stays', async () => {
    await browser.visit((session) => session.set('a', { x: undefined }))
    expect(Object.keys((await stored())['a'] as object)).toEqual(['x'])
  })
})

describe('reads', () => {
  test('give copies: changing what was read changes nothing', async () => {
    await browser.visit((session) => session.set('cart', { items: [1] }))
    await browser.visit(async (session) => {
      const all = session.getAll() as { cart: { items: number[] }; extra?: number }
      all.cart.items.push(2)
      all.extra = 1
      ;(session.get('cart') as { items: number[] }).items.push(3)
      expect(session.getAll()).toEqual({ cart: { items: [1] } })
      expect(session.has('extra')).toBe(false)
    })
  })

  test('of a value that was changed after it was set give what was set', async () => {
    const cart = { items: [1] }
    await browser.visit(async (session) => {
      const write = session.set('cart', cart)
      cart.items.push(2)
      await write
    })
    expect(await stored()).toEqual({ cart: { items: [1] } })
  })

  test('of a damaged field give undefined and an event, and leave the rest readable', async () => {
    const events: SessionEvent[] = []
    browser = new Browser(new Sessions({ onEvent: (event) => events.push(event) }, memory))
    await browser.visit((session) => session.set({ a: 1, b: 2 }))
    const { key, id } = await identify(browser.token)
    memory.update(
      key,
      { set: new Map([['a', ':{broken']]) },
      { idle: 60_000, absoluteAt: Date.now() + 60_000 },
    )
    await browser.visit((session) => {
      expect(session.get('a')).toBeUndefined()
      expect(session.get('b')).toBe(2)
    })
    expect(events).toContainEqual({ type: 'unreadable', id, what: 'field' })
  })
})

describe('namespaces', () => {
  const nasty = [
    'cart',
    'a/b',
    '%',
    '__proto__',
    'constructor',
    'destroy',
    'then',
    'toJSON',
    '@',
    '!',
    '\0',
    '\ud800',
    ' ',
  ]

  test('of nasty names and keys keep apart, and reach neither methods nor prototypes', async () => {
    await browser.visit(async (session) => {
      for (const name of ['', ...nasty]) {
        const values = Object.fromEntries(nasty.map((key) => [key, `${name} ${key}`]))
        await session.namespace(name).set(values)
      }
    })
    await browser.visit(async (session) => {
      for (const name of ['', ...nasty]) {
        const space = session.namespace(name)
        expect(Object.keys(space.getAll()).sort()).toEqual([...nasty].sort())
        for (const key of nasty) expect(space.get(key)).toBe(`${name} ${key}`)
        expect(Object.getPrototypeOf(space.getAll())).toBe(Object.prototype)
      }
      expect(typeof session.destroy).toBe('function')
      expect(JSON.stringify(session)).toBe(JSON.stringify({ id: session.id }))
      await session.logout()
    })
    expect(browser.token).toBe('')
  })

  test('remove, count and take for themselves alone', async () => {
    await browser.visit(async (session) => {
      const [a, b] = [session.namespace('a'), session.namespace('b')]
      await Promise.all([session.set('n', 1), a.set('n', 10), b.set('n', 100)])
      await Promise.all([session.delete('n'), a.increment('n'), b.update('n', (n) => Number(n) * 2)])
      expect(await b.take('n')).toBe(200)
    })
    await browser.visit((session) => {
      expect([session.getAll(), session.namespace('a').getAll(), session.namespace('b').getAll()]).toEqual([
        {},
        { n: 11 },
        {},
      ])
    })
  })

  test('the default one is the session itself', async () => {
    const { session } = await browser.open()
    expect(session.namespace('')).toBe(session)
  })
})
