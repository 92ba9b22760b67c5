/** No text of an error holds a value, acts on a terminal, or grows with what came from outside. */

import { inspect } from 'node:util'
import { type } from 'arktype'
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { storeError, type SessionError } from '../../src/core/errors.ts'
import { Sessions } from '../../src/core/sessions.ts'
import type { StandardSchema } from '../../src/core/schema/schema.ts'
import {
  createSessions,
  isSessionError,
  type Session,
  type SessionOptions,
  type Store,
} from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { anyText } from '../support/any-text.ts'
import { Browser } from '../support/browser.ts'

const LONGEST = 1100
const UNSEEN = /\p{Cc}|\p{Cs}|[\u2028-\u202e\u2066-\u2069\ufeff]/u

/** Texts as an attacker sends them. */
const hostile = fc.oneof(
  anyText({ minLength: 1, maxLength: 200 }),
  fc.constantFrom(
    'a\r\nSet-Cookie: sid=1',
    '\u001b[2J\u001b]0;owned\u0007',
    '\u009b31m',
    'x\u2028y\u2029z',
    '\u202Egnp.exe',
    '\ud800',
    '__proto__',
    'constructor',
    '`${x}`',
    '"quoted"',
    'x'.repeat(100_000),
    '\u0000'.repeat(5000),
    '👩‍👩‍👧'.repeat(500),
  ),
)

async function failureOf(work: () => unknown): Promise<SessionError | null> {
  try {
    await work()
    return null
  } catch (error) {
    if (!isSessionError(error)) throw error
    return error
  }
}

function assertHarmless(error: SessionError | null): void {
  if (error === null) return
  for (const text of [error.message, String((error.cause as Error | undefined)?.message ?? '')]) {
    expect(text.length).toBeLessThan(LONGEST)
    expect(text).not.toMatch(UNSEEN)
  }
}

/** Opens a session that is stored. */
async function stored(options: SessionOptions = {}): Promise<Session> {
  const browser = new Browser(new Sessions(options, memoryStore()))
  const { session } = await browser.open()
  await session.start()
  return session
}

type Way = (session: Session, text: string) => unknown

const WITH_NAMES: [string, Way][] = [
  ['a function under a key', (session, text) => session.set(text, () => 1)],
  ['a class instance inside a value', (session, text) => session.set('a', { [text]: new (class A {})() })],
  ['a long name', (session, text) => session.set(text.repeat(Math.ceil(5000 / text.length)), 1)],
  ['a large value', (session, text) => session.set(text, 'x'.repeat(70_000))],
  [
    'increment of text',
    async (session, text) => {
      await session.set(text, 'x').catch(() => {})
      await session.increment(text)
    },
  ],
  [
    'append to text',
    async (session, text) => {
      await session.set(text, 'x').catch(() => {})
      await session.append(text, 1)
    },
  ],
  ['assigning', (session, text) => Object.assign(session, { [text]: 1 })],
  ['assigning to a namespace', (session, text) => Object.assign(session.namespace(text), { [text]: 1 })],
  ['deleting', (session, text) => Reflect.deleteProperty(session, text)],
  ['a symbol', (session, text) => Object.assign(session, { [Symbol(text)]: 1 })],
  ['a reason', (session, text) => session.destroy(text as 'logout')],
  ['a user id', (session, text) => session.login(text.repeat(Math.ceil(2000 / text.length)))],
  ['a lifetime', (session, text) => session.login('ann', { idle: text as '1h' })],
  ['a lifetime as an object', (session, text) => session.rotate({ after: { [text]: text } as never })],
  ['a freshness', (session, text) => session.requireFresh(text as '1h')],
]

describe('what is in place of a name does no harm in the text', () => {
  test.each(WITH_NAMES)('%s', async (_, way) => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) =>
        assertHarmless(await failureOf(async () => way(await stored(), text))),
      ),
      { numRuns: 25 },
    )
  })

  const make = (options: object): unknown => createSessions({ store: memoryStore(), ...options })
  const OPTIONS: [string, (text: string) => unknown][] = [
    ['an option', (text) => make({ [text]: 1 })],
    ['an option of the cookie', (text) => make({ cookie: { [text]: 1 } })],
    ['the name of the cookie', (text) => make({ cookie: { name: text } })],
    ['the path of the cookie', (text) => make({ cookie: { path: text } })],
    ['the domain of the cookie', (text) => make({ cookie: { domain: text } })],
    ['an origin', (text) => make({ origins: [text] })],
    ['a duration', (text) => make({ idle: text })],
    ['a step', (text) => make({ version: 2, migrate: { [text]: () => ({}) } })],
    ['an option of encryption', (text) => make({ encryption: { [text]: 1 } })],
    ['a key of encryption', (text) => make({ encryption: { keys: [text] } })],
    ['a secret', (text) => make({ secret: text })],
  ]
  test.each(OPTIONS)('%s', async (_, way) => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => assertHarmless(await failureOf(() => way(text)))),
      { numRuns: 40 },
    )
  })

  test('the name of a store, and the class, code and text of what its driver threw', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const cause = Object.assign(new Error(text), { name: text, code: text })
        const error = storeError('ERR_STORE_UNAVAILABLE', text, cause)
        assertHarmless(error)
        expect((error.cause as Error).name.length).toBeLessThan(100)
      }),
    )
  })

  test('a store without lists', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (name) => {
        const store = Object.assign(Object.create(memoryStore()) as Store, { name, index: undefined })
        const sessions = createSessions({ store: store as Store })
        assertHarmless(await failureOf(() => sessions.list('ann')))
      }),
      { numRuns: 30 },
    )
  })
})

const says = (value: unknown): string => `no: ${String(value)}`

/** Each refuses every text under `card`, and has a word about it that holds the text, if it can. */
const SCHEMAS: [string, StandardSchema][] = [
  [
    'zod',
    z.looseObject({
      card: z
        .string()
        .refine(() => false, { error: (issue) => says(issue.input) })
        .optional(),
    }),
  ],
  ['zod, of a list', z.object({ card: z.enum(['a-very-unlikely-value']).optional() })],
  ['zod, strict', z.strictObject({})],
  [
    'valibot',
    v.looseObject({
      card: v.optional(
        v.pipe(
          v.string(),
          v.check(
            () => false,
            (issue) => says(issue.input),
          ),
        ),
      ),
    }),
  ],
  ['valibot, of a list', v.object({ card: v.optional(v.picklist(['a-very-unlikely-value'])) })],
  ['arktype', type({ 'card?': "'a-very-unlikely-value'" }) as unknown as StandardSchema],
  ['arktype, of numbers', type({ 'card?': 'string.integer.parse' }) as unknown as StandardSchema],
]

test('the words of a schema are told where they hold no value', async () => {
  const session = await stored({
    schema: z.looseObject({ name: z.string().refine((name) => name !== 'root', 'taken') }),
  })
  const error = await failureOf(() => session.set('name', 'root'))
  expect(error?.message).toBe('The schema refused "name": taken. Nothing was stored.')
})

describe('a schema that refuses a value tells the key and not the value', () => {
  test.each(SCHEMAS)('%s', async (_, schema) => {
    const session = await stored({ schema } as SessionOptions)
    const card = fc.string({ minLength: 8, maxLength: 40 }).filter((text) => !/^[\s\d-]*$/.test(text))
    await fc.assert(
      fc.asyncProperty(card, hostile, async (secret, text) => {
        for (const value of [secret, secret + text, { deep: secret }]) {
          const error = await failureOf(() => session.set('card', value))
          expect(error?.code).toBe('ERR_VALUE_INVALID')
          assertHarmless(error)
          expect(inspect(error, { depth: 9, showHidden: true }).split('\n    at ')[0]).not.toContain(secret)
        }
        assertHarmless(await failureOf(() => session.set(text, secret)))
      }),
      { numRuns: 60 },
    )
  })
})
