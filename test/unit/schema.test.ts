import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { PlainData } from '../../src/core/data.ts'
import { useMemory } from '../support/opened.ts'

const opened = useMemory()
const { begin } = opened

const Cart = z.object({
  theme: z.enum(['light', 'dark']).default('light'),
  visits: z.number().int().default(5),
  name: z.string().max(10).optional(),
  tags: z.array(z.string()).optional(),
})

describe('a schema', () => {
  test('supplies defaults, which are not stored and cost nothing', async () => {
    const browser = begin({ schema: Cart })
    await browser.visit((session, { cookies }) => {
      const both = { theme: 'light', visits: 5 }
      expect([session.get('theme'), session.has('theme'), session.getAll()]).toEqual(['light', true, both])
      expect([opened.calls, cookies()]).toEqual([[], []])
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

test('a default that cannot be stored is a mistake that shows at once', async () => {
  const schema = z.object({ now: z.custom<() => number>().default(() => Date.now) })
  await expect(begin({ schema }).open()).rejects.toMatchObject({ code: 'ERR_VALUE_UNSUPPORTED' })
})

describe('stored data', () => {
  async function stored(values: Record<string, unknown>): Promise<string> {
    const browser = begin()
    await browser.visit((session) => session.login('ann', { data: values }))
    opened.events.length = 0
    return browser.token
  }

  test('that only has more keys is shown without them, and they are not removed', async () => {
    const schema = Cart.extend({ prefs: z.object({ size: z.number() }).optional() })
    const more = { theme: 'dark', ofTheNextRelease: 1, prefs: { size: 1, font: 'serif' } }
    const token = await stored(more)
    await begin({ schema }, token).visit(async (session) => {
      expect(session.getAll()).toEqual({ theme: 'dark', visits: 5, prefs: { size: 1 } })
      await session.set('name', 'ann')
    })
    expect(opened.events).toEqual([])
    expect(await begin({}, token).visit((session) => session.getAll())).toEqual({ ...more, name: 'ann' })
  })

  test('that the schema converts is read, computed with, counted and taken as converted', async () => {
    const schema = z.object({
      a: z.coerce.number(),
      b: z.coerce.number(),
      c: z.coerce.number(),
      d: z.string(),
    })
    const token = await stored({ a: '1', b: '2', c: '3', d: 'x' })
    const browser = begin({ schema: schema.partial() }, token)
    await browser.visit(async (session) => {
      expect(session.getAll()).toEqual({ a: 1, b: 2, c: 3, d: 'x' })
      const seen: unknown[] = []
      await session.update('a', (a) => {
        seen.push(a)
        return (a ?? 0) + 10
      })
      expect(seen).toEqual([1])
      expect(await Promise.all([session.increment('b'), session.increment('b')])).toEqual([3, 4])
      expect(await session.take('c')).toBe(3)
    })
    expect(await begin({}, token).visit((session) => session.getAll())).toEqual({ a: 11, b: 4, d: 'x' })
    const { session } = await browser.open()
    await begin<PlainData>({}, token).visit((other) => other.set('a', '20'))
    expect(await session.update('a', (a) => (a ?? 0) + 1)).toBe(21)
  })
})
