// The assertions here are the errors that TypeScript must report.
/* oxlint-disable vitest/expect-expect */

import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { createSessions, type CookieChannel, type Migrations, type PlainData } from '../../src/index.ts'
import { createSessions as createNextSessions } from '../../src/next.ts'
import { memoryStore } from '../../src/stores/memory.ts'

const store = memoryStore()
const channel: CookieChannel = { header: '', send: () => () => {} }

const zod = z.object({
  theme: z.enum(['light', 'dark']).default('light'),
  visits: z.coerce.number().optional(),
  address: z.object({ city: z.string() }).optional(),
  tags: z.array(z.string()).optional(),
})
const valibot = v.object({
  theme: v.optional(v.picklist(['light', 'dark']), 'light'),
  visits: v.optional(v.pipe(v.union([v.string(), v.number()]), v.transform(Number))),
  address: v.optional(v.object({ city: v.string() })),
  tags: v.optional(v.array(v.string())),
})
const arktype = type({
  theme: "'light' | 'dark' = 'light'",
  'visits?': 'string.integer.parse | number',
  'address?': { city: 'string' },
  'tags?': 'string[]',
})

const open = {
  zod: () => createSessions({ store, schema: zod }).open(channel),
  valibot: () => createSessions({ store, schema: valibot }).open(channel),
  arktype: () => createSessions({ store, schema: arktype }).open(channel),
}

describe('a session takes its types from a schema: what comes out of it', () => {
  test('of zod', async () => {
    const session = await open.zod()
    expectTypeOf(session.get('theme')).toEqualTypeOf<'light' | 'dark'>()
    expectTypeOf(session.get('visits')).toEqualTypeOf<number | undefined>()
    expectTypeOf(session.get('address')).toEqualTypeOf<{ city: string } | undefined>()
    expectTypeOf(session.increment('visits')).toEqualTypeOf<Promise<number>>()
    void session.append('tags', 'a')
    // @ts-expect-error not a theme
    void session.set('theme', 'pink')
    // @ts-expect-error what goes in is what comes out
    void session.set('visits', '5')
    // @ts-expect-error unknown key
    void session.set('thme', 'dark')
    // @ts-expect-error no number
    void session.increment('theme')
  })

  test('of valibot', async () => {
    const session = await open.valibot()
    expectTypeOf(session.get('theme')).toEqualTypeOf<'light' | 'dark'>()
    expectTypeOf(session.get('visits')).toEqualTypeOf<number | undefined>()
    expectTypeOf(session.get('address')).toEqualTypeOf<{ city: string } | undefined>()
    expectTypeOf(session.increment('visits')).toEqualTypeOf<Promise<number>>()
    void session.append('tags', 'a')
    // @ts-expect-error not a theme
    void session.set('theme', 'pink')
    // @ts-expect-error what goes in is what comes out
    void session.set('visits', '5')
    // @ts-expect-error unknown key
    void session.set('thme', 'dark')
    // @ts-expect-error no number
    void session.increment('theme')
  })

  test('of arktype', async () => {
    const session = await open.arktype()
    expectTypeOf(session.get('theme')).toEqualTypeOf<'light' | 'dark'>()
    expectTypeOf(session.get('visits')).toEqualTypeOf<number | undefined>()
    expectTypeOf(session.get('address')).toEqualTypeOf<{ city: string } | undefined>()
    expectTypeOf(session.increment('visits')).toEqualTypeOf<Promise<number>>()
    void session.append('tags', 'a')
    // @ts-expect-error not a theme
    void session.set('theme', 'pink')
    // @ts-expect-error what goes in is what comes out
    void session.set('visits', '5')
    // @ts-expect-error unknown key
    void session.set('thme', 'dark')
    // @ts-expect-error no number
    void session.increment('theme')
  })

  test('in sojourn/next, of each', () => {
    type Theme = Promise<'light' | 'dark'>
    const next = {
      zod: () => createNextSessions({ store, schema: zod }).get('theme'),
      valibot: () => createNextSessions({ store, schema: valibot }).get('theme'),
      arktype: () => createNextSessions({ store, schema: arktype }).get('theme'),
    }
    expectTypeOf(next.zod).returns.toEqualTypeOf<Theme>()
    expectTypeOf(next.valibot).returns.toEqualTypeOf<Theme>()
    expectTypeOf(next.arktype).returns.toEqualTypeOf<Theme>()
  })
})

describe('migrate', () => {
  test('takes steps by version, each from data to data, at once or later', () => {
    const steps = {
      1: (data: PlainData) => ({ ...data, theme: data['colour'] }),
      2: async ({ theme }: PlainData) => Promise.resolve({ theme }),
    }
    expectTypeOf(steps).toExtend<Migrations>()
    void (() => createSessions({ store, schema: zod, version: 3, migrate: steps }))
    void (() =>
      createSessions({
        store,
        version: 2,
        migrate: {
          1(data) {
            expectTypeOf(data).toEqualTypeOf<PlainData>()
            expectTypeOf(data['any']).toEqualTypeOf<unknown>()
            return data
          },
        },
      }))
  })

  test('takes nothing else', () => {
    // @ts-expect-error one function for all
    void (() => createSessions({ store, version: 2, migrate: (data: PlainData) => data }))
    // @ts-expect-error no version
    void (() => createSessions({ store, version: 2, migrate: { latest: (data: PlainData) => data } }))
    // @ts-expect-error forgets its result
    void (() => createSessions({ store, version: 2, migrate: { 1: () => {} } }))
    // @ts-expect-error gives no data
    void (() => createSessions({ store, version: 2, migrate: { 1: () => 'data' } }))
  })
})
