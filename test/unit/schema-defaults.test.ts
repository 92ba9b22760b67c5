import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { StandardSchema } from '../../src/core/schema/schema.ts'
import { useMemory } from '../support/opened.ts'

const { begin } = useMemory()

interface Shaped {
  theme: string
  count: number
  tags: string[]
}

/** Every key may be missing. */
const schemas = {
  zod: z.object({
    theme: z.string().default('light'),
    count: z.coerce.number().default(3),
    tags: z.array(z.string()).prefault([]),
    name: z.string().optional(),
  }),
  valibot: v.object({
    theme: v.optional(v.string(), 'light'),
    count: v.optional(v.number(), 3),
    tags: v.nullish(v.array(v.string()), []),
    name: v.optional(v.string()),
  }),
  arktype: type({
    '+': 'delete',
    theme: "string = 'light'",
    count: 'number = 3',
    tags: type('string[]').default(() => []),
    'name?': 'string',
  }),
}

/** The same, and a key that a new session does not have. */
const demanding = {
  zod: schemas.zod.extend({ email: z.string() }).refine(() => true),
  valibot: v.pipe(
    v.object({ ...schemas.valibot.entries, email: v.string() }),
    v.check(() => true),
  ),
  arktype: schemas.arktype.merge({ email: 'string' }),
}

describe.each(Object.keys(schemas) as (keyof typeof schemas)[])(
  'the defaults of a schema of %s',
  (library) => {
    const schema: StandardSchema<Shaped> = schemas[library]
    const all = { theme: 'light', count: 3, tags: [] }

    test('are there in a new session, which stores none of them', async () => {
      await begin({ schema }).visit((session) => {
        expect([session.get('theme'), session.has('theme'), session.getAll()]).toEqual(['light', true, all])
        expect([session.id, session.data]).toEqual([null, all])
      })
    })

    test('are there in a session that was stored without them', async () => {
      const browser = begin()
      await browser.visit((session) => session.set('name', 'ann'))
      const known = begin({ schema }, browser.token)
      expect(await known.visit((session) => session.getAll())).toEqual({ ...all, name: 'ann' })
      await known.visit((session) => session.increment('count'))
      const stored = begin({}, browser.token)
      expect(await stored.visit((session) => session.getAll())).toEqual({ count: 4, name: 'ann' })
    })

    test('are there again once a value is gone, in the same request', async () => {
      const browser = begin({ schema })
      await browser.visit((session) => session.set({ theme: 'dark', count: 5 }))
      await browser.visit(async (session) => {
        expect([await session.take('theme'), session.get('theme')]).toEqual(['dark', 'light'])
        await session.login('ann', { keep: false })
        expect(session.getAll()).toEqual(all)
        await session.set('theme', 'dark')
      })
      await browser.visit(async (session) => {
        await session.logout()
        expect([session.get('theme'), session.getAll()]).toEqual(['light', all])
        await session.increment('count')
        expect(session.getAll()).toEqual({ ...all, count: 4 })
      })
    })

    test('are what update begins with, and what it leaves', async () => {
      await begin({ schema }).visit(async (session) => {
        expect(await session.update('theme', (theme) => `${theme}er`)).toBe('lighter')
        expect(await session.update('theme', () => undefined)).toBe('light')
      })
    })

    test('are there without the keys that a schema demands', async () => {
      const browser = begin<Shaped & { email: string }>({ schema: demanding[library] })
      await browser.visit(async (session) => {
        expect([session.getAll(), session.get('email')]).toEqual([all, undefined])
        await expect(session.set('theme', 'dark')).rejects.toMatchObject({ code: 'ERR_VALUE_INVALID' })
        expect(session.getAll()).toEqual(all)
        await session.set({ theme: 'dark', email: 'ann@example.org' })
      })
      await browser.visit(async (session) => {
        expect(session.getAll()).toEqual({ ...all, theme: 'dark', email: 'ann@example.org' })
        await session.logout()
        expect(session.getAll()).toEqual(all)
      })
    })

    test('are there for data that a schema refuses', async () => {
      const browser = begin()
      await browser.visit((session) => session.set({ theme: 'dark', more: 1 }))
      const known = begin<Shaped & { email: string }>({ schema: demanding[library] }, browser.token)
      expect(await known.visit((session) => session.getAll())).toEqual(all)
    })
  },
)

test('each session has a default of its own where a function makes it', async () => {
  let made = 0
  const schema = z.object({ seed: z.number().default(() => ++made), email: z.string() })
  const first = await begin({ schema }).visit((session) => session.get('seed'))
  const second = await begin({ schema }).visit((session) => session.get('seed'))
  expect([typeof first, second === first]).toEqual(['number', false])
})

test('a library that shows no fields supplies nothing to a session without a key that it demands', async () => {
  const { validate } = demanding.zod['~standard']
  const schema: StandardSchema<Shaped> = { '~standard': { version: 1, vendor: 'other', validate } as never }
  const browser = begin({ schema })
  await browser.visit(async (session) => {
    expect(session.getAll()).toEqual({})
    await session.set({ email: 'ann@example.org' } as object)
  })
  await browser.visit((session) => expect(session.get('theme')).toBe('light'))
})
