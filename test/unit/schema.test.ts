import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { SessionEvent } from '../../src/core/events.ts'
import type { SessionOptions } from '../../src/core/options.ts'
import { Sessions } from '../../src/core/sessions.ts'
import type { Store } from '../../src/core/store.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { Browser } from '../support/browser.ts'
import { recorded } from '../support/pausing-store.ts'

let memory: Store
let events: SessionEvent[]
beforeEach(() => {
  memory = memoryStore()
  events = []
})

function begin<Data extends object>(
  options: SessionOptions<Data>,
  token = '',
  store = memory,
): Browser<Data> {
  const onEvent = (event: SessionEvent): void => void events.push(event)
  const browser = new Browser<Data>(new Sessions<Data>({ onEvent, ...options }, store))
  browser.token = token
  return browser
}

const Cart = z.object({
  theme: z.enum(['light', 'dark']).default('light'),
  visits: z.number().int().default(5),
  name: z.string().max(10).optional(),
  tags: z.array(z.string()).optional(),
})

describe('a schema', () => {
  test('supplies defaults, which are not stored and cost nothing', async () => {
    const { store, calls } = recorded(memory)
    const browser = begin({ schema: Cart }, '', store)
    await browser.visit((session, { cookies }) => {
      const both = { theme: 'light', visits: 5 }
      expect([session.get('theme'), session.has('theme'), session.getAll()]).toEqual(['light', true, both])
      expect([calls, cookies()]).toEqual([[], []])
    })
    await browser.visit((session) => session.set('name', 'ann'))
    const plain = begin({}, browser.token)
    expect(await plain.visit((session) => session.getAll())).toEqual({ name: 'ann' })
    expect(await browser.visit((session) => session.getAll())).toEqual({
      name: 'ann',
      theme: 'light',
      visits: 5,
    })
  })

  test('refuses a write that does not fit, naming the key, and stores nothing', async () => {
    const browser = begin({ schema: Cart })
    await browser.visit((session) => session.set('name', 'ann'))
    await browser.visit(async (session) => {
      const refused = {
        code: 'ERR_VALUE_INVALID',
        status: 422,
        message: expect.stringContaining('"theme"') as string,
      }
      await expect(session.set('theme', 'pink' as 'dark')).rejects.toMatchObject(refused)
      await expect(session.set({ name: 'bob', theme: 'pink' as 'dark' })).rejects.toMatchObject(refused)
      await expect(session.update('theme', () => 'pink' as 'dark')).rejects.toMatchObject(refused)
      await expect(session.login('ann', { data: { theme: 'pink' as 'dark' } })).rejects.toMatchObject(refused)
      expect(session.getAll()).toEqual({ name: 'ann', theme: 'light', visits: 5 })
    })
    expect(await browser.visit((session) => [session.userId, session.get('name')])).toEqual([null, 'ann'])
  })

  test('refuses a key that it does not have instead of dropping it', async () => {
    await begin({ schema: Cart }).visit(async (session) => {
      const typo = session.set('thme' as 'theme', 'dark')
      await expect(typo).rejects.toMatchObject({
        code: 'ERR_VALUE_INVALID',
        message: expect.stringContaining('"thme"') as string,
      })
      await expect(session.delete('constructor' as 'theme')).resolves.toBeUndefined()
    })
  })

  test('may change values on their way in', async () => {
    const browser = begin({ schema: z.object({ name: z.string().trim().optional() }) })
    await browser.visit(async (session) => {
      await session.set('name', ' ann ')
      expect(session.get('name')).toBe('ann')
      expect(await session.update('name', (name) => `${name}! `)).toBe('ann!')
    })
  })

  test('may be asynchronous', async () => {
    const name = z.string().refine(async (text) => Promise.resolve(text !== 'root'))
    const browser = begin({ schema: z.object({ name: name.optional() }) })
    await browser.visit((session) => session.set('name', 'ann'))
    await browser.visit(async (session) => {
      await expect(session.set('name', 'root')).rejects.toMatchObject({ code: 'ERR_VALUE_INVALID' })
      expect(session.get('name')).toBe('ann')
    })
  })

  test('leaves namespaces alone', async () => {
    await begin({ schema: Cart }).visit(async (session) => {
      await session.namespace('any').set('theme', 'pink')
      expect(session.namespace('any').getAll()).toEqual({ theme: 'pink' })
    })
  })

  test('counts from its default, also for many callers at once', async () => {
    const browser = begin({ schema: Cart })
    await browser.visit((session) => session.set('name', 'ann'))
    const visits = await Promise.all(Array.from({ length: 10 }, () => browser.open()))
    const results = await Promise.all(visits.map(({ session }) => session.increment('visits')))
    expect(results.sort((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, i) => 6 + i))
    expect(await begin({ schema: Cart }).visit((session) => session.increment('visits', 2))).toBe(7)
  })

  test('updates and appends from its default', async () => {
    const schema = z.object({ n: z.number().default(5), list: z.array(z.number()).default([1]) })
    await begin({ schema }).visit(async (session) => {
      await session.update('n', (n = 0) => n * 2)
      await session.append('list', 2)
      expect(session.getAll()).toEqual({ n: 10, list: [1, 2] })
    })
  })
})

describe('stored data that does not fit the schema', () => {
  async function stored(values: Record<string, unknown>): Promise<string> {
    const browser = begin({})
    await browser.visit((session) => session.login('ann', { data: values }))
    events.length = 0
    return browser.token
  }

  test('is not shown and raises an event, but the visitor stays signed in', async () => {
    const browser = begin({ schema: Cart }, await stored({ theme: 'pink', name: 'ann' }))
    await browser.visit((session) => {
      expect([session.userId, session.getAll()]).toEqual(['ann', {}])
      expect(events).toEqual([{ type: 'unreadable', id: session.id, what: 'data' }])
    })
  })

  test('is replaced by the next write', async () => {
    const browser = begin({ schema: Cart }, await stored({ theme: 'pink', name: 'ann' }))
    await browser.visit((session) => session.set('visits', 7))
    events.length = 0
    expect(await browser.visit((session) => session.getAll())).toEqual({ theme: 'light', visits: 7 })
    expect(events).toEqual([])
  })

  test('is replaced once: what another request wrote meanwhile stays', async () => {
    const browser = begin({ schema: Cart }, await stored({ theme: 'pink', name: 'ann' }))
    const [first, second] = [await browser.open(), await browser.open()]
    await first.session.set('theme', 'dark')
    await second.session.set('visits', 7)
    expect(await browser.visit((session) => session.getAll())).toEqual({ theme: 'dark', visits: 7 })
  })

  test('locks nobody out though the schema itself throws', async () => {
    const schema = z.object({ theme: z.any().transform((theme: { name: string }) => theme.name.trim()) })
    const browser = begin({ schema }, await stored({ theme: null }))
    await browser.visit(async (session) => {
      expect([session.userId, session.getAll()]).toEqual(['ann', {}])
      await session.logout()
    })
  })

  test('that only has more keys is shown without them, and they are not removed', async () => {
    const token = await stored({ theme: 'dark', ofTheNextRelease: 1 })
    await begin({ schema: Cart }, token).visit(async (session) => {
      expect(session.getAll()).toEqual({ theme: 'dark', visits: 5 })
      await session.set('name', 'ann')
    })
    expect(events).toEqual([])
    expect(
      await begin<Record<string, unknown>>({}, token).visit((session) => session.get('ofTheNextRelease')),
    ).toBe(1)
  })
})
