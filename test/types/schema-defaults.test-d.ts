// The assertions here are the errors that TypeScript must report.
/* oxlint-disable vitest/expect-expect */

import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { createSessions as createExpressSessions } from '../../src/express.ts'
import { createSessions as createFastifySessions } from '../../src/fastify.ts'
import { createSessions as createFetchSessions } from '../../src/fetch.ts'
import { createSessions as createHonoSessions, type SessionVariables } from '../../src/hono.ts'
import { createSessions, type CookieChannel, type DataOf, type Session } from '../../src/index.ts'
import { createSessions as createNextSessions } from '../../src/next.ts'
import { createSessions as createNodeSessions } from '../../src/node.ts'

const channel: CookieChannel = { header: '', send: () => () => {} }

const zod = z.object({
  theme: z.string().default('light'),
  count: z.coerce.number().default(0),
  tags: z.array(z.string()).prefault([]),
  maybe: z.string().optional().default('x').optional(),
  email: z.string(),
  name: z.string().optional(),
  nick: z.string().nullable(),
  either: z.union([z.string(), z.undefined()]),
  any: z.unknown(),
  forced: z.coerce.string(),
})
const valibot = v.object({
  theme: v.optional(v.string(), 'light'),
  count: v.optional(v.number(), 0),
  tags: v.nullish(v.array(v.string()), []),
  maybe: v.optional(v.optional(v.string())),
  email: v.string(),
  name: v.optional(v.string()),
  nick: v.nullable(v.string()),
  either: v.union([v.string(), v.undefined()]),
  any: v.unknown(),
  forced: v.pipe(v.unknown(), v.transform(String)),
})
const arktype = type({
  theme: "string = 'light'",
  count: 'number = 0',
  tags: type('string[]').default(() => []),
  'maybe?': 'string',
  email: 'string',
  'name?': 'string',
  nick: 'string | null',
  either: 'string | undefined',
  any: 'unknown',
  forced: type('unknown').pipe((value) => String(value)),
})

const open = {
  zod: () => createSessions({ schema: zod }).open(channel),
  valibot: () => createSessions({ schema: valibot }).open(channel),
  arktype: () => createSessions({ schema: arktype }).open(channel),
}

describe('a session always has what its schema supplies, and perhaps nothing else', () => {
  test('by zod', () => {
    const session = {} as Awaited<ReturnType<typeof open.zod>>
    expectTypeOf(session.get('theme')).toEqualTypeOf<string>()
    expectTypeOf(session.get('count')).toEqualTypeOf<number>()
    expectTypeOf(session.get('tags')).toEqualTypeOf<string[]>()
    expectTypeOf(session.get('maybe')).toEqualTypeOf<string | undefined>()
    expectTypeOf(session.get('email')).toEqualTypeOf<string | undefined>()
    expectTypeOf(session.get('name')).toEqualTypeOf<string | undefined>()
    expectTypeOf(session.get('nick')).toEqualTypeOf<string | null | undefined>()
    expectTypeOf(session.get('either')).toEqualTypeOf<string | undefined>()
    expectTypeOf(session.get('any')).toEqualTypeOf<unknown>()
    expectTypeOf(session.get('forced')).toEqualTypeOf<string | undefined>()
  })

  test('by valibot', () => {
    const session = {} as Awaited<ReturnType<typeof open.valibot>>
    expectTypeOf(session.get('theme')).toEqualTypeOf<string>()
    expectTypeOf(session.get('count')).toEqualTypeOf<number>()
    expectTypeOf(session.get('tags')).toEqualTypeOf<string[]>()
    expectTypeOf(session.get('maybe')).toEqualTypeOf<string | undefined>()
    expectTypeOf(session.get('email')).toEqualTypeOf<string | undefined>()
    expectTypeOf(session.get('name')).toEqualTypeOf<string | undefined>()
    expectTypeOf(session.get('nick')).toEqualTypeOf<string | null | undefined>()
    expectTypeOf(session.get('either')).toEqualTypeOf<string | undefined>()
    expectTypeOf(session.get('any')).toEqualTypeOf<unknown>()
    expectTypeOf(session.get('forced')).toEqualTypeOf<string | undefined>()
  })

  test('by arktype', () => {
    const session = {} as Awaited<ReturnType<typeof open.arktype>>
    expectTypeOf(session.get('theme')).toEqualTypeOf<string>()
    expectTypeOf(session.get('count')).toEqualTypeOf<number>()
    expectTypeOf(session.get('tags')).toEqualTypeOf<string[]>()
    expectTypeOf(session.get('maybe')).toEqualTypeOf<string | undefined>()
    expectTypeOf(session.get('email')).toEqualTypeOf<string | undefined>()
    expectTypeOf(session.get('name')).toEqualTypeOf<string | undefined>()
    expectTypeOf(session.get('nick')).toEqualTypeOf<string | null | undefined>()
    expectTypeOf(session.get('either')).toEqualTypeOf<string | undefined>()
    expectTypeOf(session.get('any')).toEqualTypeOf<unknown>()
    expectTypeOf(session.get('forced')).toEqualTypeOf<string | undefined>()
  })
})

test('what the schema supplies is in all values, in updates, and may be deleted', () => {
  const session = {} as Awaited<ReturnType<typeof open.zod>>
  expectTypeOf(session.getAll().theme).toEqualTypeOf<string>()
  expectTypeOf(session.getAll().email).toEqualTypeOf<string | undefined>()
  expectTypeOf(session.data.theme).toEqualTypeOf<string>()
  const updated = session.update('count', (count) => {
    expectTypeOf(count).toEqualTypeOf<number>()
    return Math.random() > 0.5 ? count + 1 : undefined
  })
  expectTypeOf(updated).toEqualTypeOf<Promise<number>>()
  // A default is not stored, so there is nothing to take.
  expectTypeOf(session.take('theme')).toEqualTypeOf<Promise<string | undefined>>()
  void session.set({ theme: 'dark' })
  void session.set({ email: 'ann@example.org' })
  void session.delete('theme')
  void session.increment('count')
  void session.append('tags', 'a')
  void session.login('ann', { data: { email: 'ann@example.org' } })
  // @ts-expect-error unknown key
  session.get('thme')
  // @ts-expect-error no text
  void session.set('theme', 1)
})

test('keys that are not listed are not supplied', () => {
  const loose = () =>
    createSessions({ schema: z.looseObject({ theme: z.string().default('light') }) }).open(channel)
  const record = () => createSessions({ schema: z.record(z.string(), z.number()) }).open(channel)
  expectTypeOf<Awaited<ReturnType<typeof record>>>().toEqualTypeOf<Session<Record<string, number>>>()
  expectTypeOf(({} as Awaited<ReturnType<typeof record>>).get('x')).toEqualTypeOf<number | undefined>()
  expectTypeOf(({} as Awaited<ReturnType<typeof loose>>).get('x')).toEqualTypeOf<unknown>()
})

test('data that is named with the schema counts as named', () => {
  const schema = z.object({ theme: z.string().default('light') })
  const plain = () => createSessions<{ theme: string }>({ schema }).open(channel)
  expectTypeOf(({} as Awaited<ReturnType<typeof plain>>).get('theme')).toEqualTypeOf<string | undefined>()
  // @ts-expect-error not what the schema gives out
  void (() => createSessions<{ theme: number }>({ schema }))
})

test('DataOf names the type of the data, and its sessions are sessions of the values alone', () => {
  type Data = DataOf<typeof zod>
  const session = {} as Session<Data>
  expectTypeOf(session).toEqualTypeOf<Awaited<ReturnType<typeof open.zod>>>()
  const take = (plain: Session<z.infer<typeof zod>>): string | undefined => plain.get('theme')
  take(session)
  // @ts-expect-error no schema
  expectTypeOf<DataOf<{ theme: string }>>().toBeUnknown()
})

test('every adapter knows what its schema supplies', () => {
  const schema = z.object({ theme: z.string().default('light'), name: z.string().optional() })
  const of = {
    next: () => createNextSessions({ schema }).getSession(),
    pages: () => createNextSessions({ schema }).getSession({} as never, {} as never),
    signedIn: () => createNextSessions({ schema }).requireSession(),
    node: () => createNodeSessions({ schema }).getSession({} as never, {} as never),
    express: () => createExpressSessions({ schema }).getSession({} as never, {} as never),
    fastify: () => createFastifySessions({ schema }).getSession({} as never, {} as never),
    fastifySignedIn: () => createFastifySessions({ schema }).requireSession({} as never, {} as never),
    hono: () => createHonoSessions({ schema }).getSession({} as never),
    detached: () => createFetchSessions({ schema }).detached({} as never),
  }
  const session = {} as Awaited<ReturnType<(typeof of)[keyof typeof of]>>
  expectTypeOf(session.get('theme')).toEqualTypeOf<string>()
  expectTypeOf(session.get('name')).toEqualTypeOf<string | undefined>()
  createFetchSessions({ schema }).handler(async (_request, { requireSession }) => {
    expectTypeOf((await requireSession()).get('theme')).toEqualTypeOf<string>()
    return new Response()
  })
  type Variables = SessionVariables<DataOf<typeof schema>>
  expectTypeOf(({} as Variables).session.get('theme')).toEqualTypeOf<string>()
  const { get, getAll } = createNextSessions({ schema })
  expectTypeOf(get('theme')).toEqualTypeOf<Promise<string>>()
  expectTypeOf(get('name')).toEqualTypeOf<Promise<string | undefined | null>>()
  expectTypeOf(getAll().then((all) => all?.theme)).toEqualTypeOf<Promise<string | undefined>>()
})
