import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { StandardSchema } from '../../src/core/schema/schema.ts'
import { identify } from '../../src/core/record/token.ts'
import { useMemory } from '../support/opened.ts'

const opened = useMemory()
const { begin } = opened

const themes = ['light', 'dark'] as const

/** A default, a conversion, a clean-up with a limit, something nested, something rich. */
const schemas = {
  zod: z.object({
    theme: z.enum(themes).default('light'),
    visits: z.coerce.number().int().optional(),
    name: z.string().trim().max(10).optional(),
    address: z.object({ city: z.string().min(1), zip: z.string().optional() }).optional(),
    tags: z.array(z.string()).optional(),
    seen: z.date().optional(),
  }),
  valibot: v.object({
    theme: v.optional(v.picklist(themes), 'light'),
    visits: v.optional(v.pipe(v.union([v.string(), v.number()]), v.transform(Number), v.integer())),
    name: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(10))),
    address: v.optional(v.object({ city: v.pipe(v.string(), v.minLength(1)), zip: v.optional(v.string()) })),
    tags: v.optional(v.array(v.string())),
    seen: v.optional(v.date()),
  }),
  arktype: type({
    '+': 'delete',
    theme: "'light' | 'dark' = 'light'",
    'visits?': 'string.integer.parse | number.integer',
    'name?': 'string.trim |> string <= 10',
    'address?': { city: 'string >= 1', 'zip?': 'string' },
    'tags?': 'string[]',
    'seen?': 'Date',
  }),
}

/** What comes out of each. */
interface Shaped {
  theme: 'light' | 'dark'
  visits?: number | undefined
  name?: string | undefined
  address?: { city: string; zip?: string | undefined } | undefined
  tags?: string[] | undefined
  seen?: Date | undefined
}

/** The same with a check that takes its time, where the library can do that: arktype cannot. */
const slowSchemas = {
  zod: z.object({
    name: z
      .string()
      .refine((text) => Promise.resolve(text !== 'root'), 'taken')
      .optional(),
  }),
  valibot: v.objectAsync({
    name: v.optionalAsync(
      v.pipeAsync(
        v.string(),
        v.checkAsync((text) => Promise.resolve(text !== 'root'), 'taken'),
      ),
    ),
  }),
}

/** Schemas that do not accept what they give out. */
const oneWaySchemas = {
  zod: z.object({ n: z.string().transform(Number).optional() }),
  valibot: v.object({ n: v.optional(v.pipe(v.string(), v.transform(Number))) }),
  arktype: type({ 'n?': 'string.integer.parse' }),
}

/** Schemas that give out something else each time. */
const growingSchemas = {
  zod: z.object({
    n: z
      .string()
      .transform((text) => `${text}!`)
      .optional(),
  }),
  valibot: v.object({
    n: v.optional(
      v.pipe(
        v.string(),
        v.transform((text) => `${text}!`),
      ),
    ),
  }),
  arktype: type({ 'n?': type('string').pipe((text) => `${text}!`) }),
}

describe.each(Object.keys(schemas) as (keyof typeof schemas)[])('a schema of %s', (library) => {
  const schema: StandardSchema<Shaped> = schemas[library]
  const DAY = new Date('2026-11-05T10:00:00Z')

  const VALID: [string, Partial<Shaped>, Partial<Shaped>][] = [
    ['a value', { theme: 'dark' }, { theme: 'dark' }],
    ['nothing, for the default', { theme: undefined as never }, { theme: 'light' }],
    ['what it converts', { visits: '5' as never }, { theme: 'light', visits: 5 }],
    ['what it converts to', { visits: 5 }, { theme: 'light', visits: 5 }],
    ['what it cleans up', { name: '  ann ' }, { theme: 'light', name: 'ann' }],
    ['something nested', { address: { city: 'Bonn' } }, { theme: 'light', address: { city: 'Bonn' } }],
    [
      'something nested with all its parts',
      { address: { city: 'Bonn', zip: '53111' } },
      { theme: 'light', address: { city: 'Bonn', zip: '53111' } },
    ],
    ['a list', { tags: ['a', 'b'] }, { theme: 'light', tags: ['a', 'b'] }],
    ['a date', { seen: DAY }, { theme: 'light', seen: DAY }],
    ['several', { theme: 'dark', visits: 0, name: 'ann' }, { theme: 'dark', visits: 0, name: 'ann' }],
  ]
  test.each(VALID)('takes %s, and reads the same again', async (_, values, expected) => {
    const browser = begin({ schema })
    await browser.visit(async (session) => {
      await session.set(values)
      expect(session.getAll()).toEqual(expected)
    })
    expect(await browser.visit((session) => session.getAll())).toEqual(expected)
    await browser.visit((session) => session.login('ann', { data: values }))
    expect(await browser.visit((session) => session.getAll())).toEqual(expected)
  })

  const INVALID: [string, object, string][] = [
    ['another value than those listed', { theme: 'pink' }, '"theme"'],
    ['null', { theme: null }, '"theme"'],
    ['what it cannot convert', { visits: 'five' }, '"visits"'],
    ['half a number', { visits: 1.5 }, '"visits"'],
    ['what is too long', { name: 'a name of many letters' }, '"name"'],
    ['something nested that is wrong', { address: { city: '' } }, '"address.city"'],
    ['something nested that is not there', { address: {} }, '"address.city"'],
    ['a wrong item of a list', { tags: ['a', 1] }, '"tags.1"'],
    ['text in place of a date', { seen: '2026-11-05' }, '"seen"'],
    ['an unknown key', { thme: 'dark' }, '"thme"'],
    ['one wrong value among others', { name: 'bob', theme: 'pink' }, '"theme"'],
  ]
  test.each(INVALID)('refuses %s, naming it, and stores nothing', async (_, values, named) => {
    const browser = begin({ schema })
    await browser.visit((session) => session.set('visits', 1))
    await browser.visit(async (session) => {
      const refused = {
        code: 'ERR_VALUE_INVALID',
        status: 422,
        message: expect.stringContaining(named) as string,
      }
      await expect(session.set(values)).rejects.toMatchObject(refused)
      await expect(session.login('ann', { data: values })).rejects.toMatchObject(refused)
      expect(session.getAll()).toEqual({ theme: 'light', visits: 1 })
    })
    expect(await browser.visit((session) => [session.userId, session.getAll()])).toEqual([
      null,
      { theme: 'light', visits: 1 },
    ])
  })

  test('lets an optional key be deleted, and the default come back', async () => {
    const browser = begin({ schema })
    await browser.visit((session) => session.set({ theme: 'dark', name: 'ann', tags: ['a'] }))
    await browser.visit((session) => session.delete('name', 'theme'))
    await browser.visit((session) => session.set('tags', undefined))
    expect(await browser.visit((session) => session.getAll())).toEqual({ theme: 'light' })
  })

  test('counts, appends and computes', async () => {
    const browser = begin({ schema })
    await browser.visit(async (session) => {
      await Promise.all([session.increment('visits', 2), session.increment('visits')])
      await session.append('tags', 'a', 'b')
      await session.update('name', (name) => ` ${name ?? 'ann'} `)
      await expect(session.append('tags', 1 as never)).rejects.toMatchObject({ code: 'ERR_VALUE_INVALID' })
    })
    const all = { theme: 'light', visits: 3, tags: ['a', 'b'], name: 'ann' }
    expect(await browser.visit((session) => session.getAll())).toEqual(all)
  })

  test('that does not accept what it gives out is found out by the first write', async () => {
    for (const wrong of [oneWaySchemas[library], growingSchemas[library]]) {
      const browser = begin<{ n?: unknown }>({ schema: wrong })
      await browser.visit(async (session) => {
        await expect(session.set('n', '5')).rejects.toMatchObject({
          code: 'ERR_VALUE_INVALID',
          message: expect.stringMatching(/"n" .*accept its own output/) as string,
        })
        expect([session.id, session.getAll()]).toEqual([null, {}])
      })
    }
  })

  test('shows what is stored beside a damaged value', async () => {
    const browser = begin({ schema })
    await browser.visit((session) => session.set({ theme: 'dark', name: 'ann' }))
    const lifetime = { idle: 60_000, absoluteAt: opened.clock.now() + 60_000 }
    const { key } = await identify(browser.token)
    opened.memory.update(key, { set: new Map([['name', '~damaged']]) }, lifetime)
    await browser.visit(async (session) => {
      expect(session.getAll()).toEqual({ theme: 'dark' })
      await session.set('name', 'bob')
    })
    expect(await browser.visit((session) => session.getAll())).toEqual({ theme: 'dark', name: 'bob' })
  })

  test('reads what another release stored', async () => {
    const browser = begin()
    await browser.visit((session) => session.set({ visits: '5', name: ' ann ', more: 1 }))
    await begin({ schema }, browser.token).visit(async (session) => {
      expect(session.getAll()).toEqual({ theme: 'light', visits: 5, name: 'ann' })
      expect(await session.increment('visits')).toBe(6)
    })
  })
})

test.each(Object.entries(slowSchemas))('a schema of %s may take its time', async (_, schema) => {
  const browser = begin<{ name?: string | undefined }>({ schema })
  await browser.visit((session) => session.set('name', 'ann'))
  await browser.visit(async (session) => {
    expect(session.get('name')).toBe('ann')
    await expect(session.set('name', 'root')).rejects.toMatchObject({
      code: 'ERR_VALUE_INVALID',
      message: expect.stringContaining('"name": taken') as string,
    })
    expect(await session.update('name', (name) => `${name}e`)).toBe('anne')
  })
})
