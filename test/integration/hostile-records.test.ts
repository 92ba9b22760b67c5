import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryEngine, redisEngine, sqliteEngine, type Engine } from '../support/engines.ts'
import {
  DATA,
  ENCRYPTED,
  expectStranger,
  FIELDS,
  forAll,
  GOOD,
  INVALID_UTF8,
  planted,
} from '../support/stranger.ts'

const good = JSON.parse(GOOD) as Record<string, unknown>

/** Meta that nobody may take for a session of this application. */
const METAS: [string, string | Uint8Array][] = [
  ['an empty one', ''],
  ['no JSON', 'garbage'],
  ['binary garbage', INVALID_UTF8],
  ['valid meta with binary garbage behind', Buffer.concat([Buffer.from(GOOD), INVALID_UTF8])],
  ['NUL', '\0'],
  ['a mebibyte of garbage', 'x'.repeat(2 ** 20)],
  ['a mebibyte of lists', '['.repeat(2 ** 20)],
  ['null', 'null'],
  ['a number', '42'],
  ['a text', '"ann"'],
  ['a list', '[]'],
  ['an empty object', '{}'],
  [
    'a session of express-session',
    '{"cookie":{"originalMaxAge":900000,"path":"/"},"passport":{"user":"root"}}',
  ],
  ['what was encrypted', 'e1.cjtUQ3_P.KQbK60728kDEwRq8fFTs629-zyPh53KwSBFD2l2RYt0ucq7ml65eV-i84UI'],
  ['a future format', JSON.stringify({ ...good, v: 2, more: {} })],
  ['the format as text', JSON.stringify({ ...good, v: '1' })],
  ['another application', JSON.stringify({ ...good, app: 'other' })],
  ['no application', JSON.stringify({ ...good, app: undefined })],
  ['a user without a sign-in', JSON.stringify({ ...good, authenticatedAt: undefined })],
  ['a user that is an object', JSON.stringify({ ...good, userId: { toString: 'root' } })],
  ['a user from a prototype', GOOD.replace('"userId":"ann"', '"__proto__":{"userId":"root"}')],
  ['an endless life', GOOD.replace(/"absoluteAt":\d+/, '"absoluteAt":1e999')],
  ['a negative idle time', JSON.stringify({ ...good, idle: -1 })],
]

/** One damaged field among good ones: what the store may hold, and what is read of it. */
const VALUES: [string, string | Uint8Array, string | Uint8Array, Record<string, unknown>][] = [
  ['an empty value', 'bad', '', { bad: undefined }],
  ['a value that no encoder writes', 'bad', 'garbage', { bad: undefined }],
  ['cut JSON', 'bad', ':{"a":', { bad: undefined }],
  ['cut rich data', 'bad', '~[["Date"', { bad: undefined }],
  ['rich data of an unknown kind', 'bad', '~[["Root",1],"x"]', { bad: undefined }],
  ['rich data that holds itself without end', 'bad', '~[["Object",0]]', { bad: undefined }],
  [
    'a prototype in JSON',
    'bad',
    ':{"__proto__":{"polluted":1}}',
    { bad: JSON.parse('{"__proto__":{"polluted":1}}') },
  ],
  ['a prototype in rich data', 'bad', '~[{"__proto__":1},{"polluted":2},1]', { bad: undefined }],
  ['binary garbage', 'bad', INVALID_UTF8, { bad: undefined }],
  ['a number beyond all', 'bad', '9'.repeat(400), { bad: undefined }],
  ['a mebibyte of text', 'bad', `$${'x'.repeat(2 ** 20)}`, { bad: 'x'.repeat(2 ** 20) }],
  ['a name __proto__', '__proto__', '42', JSON.parse(`{"__proto__":42}`) as Record<string, unknown>],
  ['a name of a method', 'destroy', '42', { destroy: 42 }],
  ['a name with a broken escape', 'a%zz%', '42', { 'a%zz%': 42 }],
  ['an empty name', '', '42', { '': 42 }],
  ['a name of a message, cut', '%flash/', '42', {}],
  ['a mark of another version of the data', '%v2', 'garbage', {}],
  ['a damaged value of another version', '%v2/card', 'garbage', {}],
  ['a version that is none', '%v0/card', '$other', {}],
  ['a version beyond all numbers', `%v${'9'.repeat(400)}/card`, '$other', {}],
]

const engines: [string, () => Promise<Engine>][] = [
  ['memory', async () => memoryEngine()],
  ['SQLite', sqliteEngine],
  ['Redis by node-redis', () => redisEngine('node-redis 6')],
  ['Redis by ioredis', () => redisEngine('ioredis 6')],
]

describe.each(engines)('%s', (_, open) => {
  let engine: Engine
  beforeAll(async () => void (engine = await open()))
  afterAll(() => engine.close())

  test('a record as it should be is read', async () => {
    const { browser, events } = await planted(engine, { meta: GOOD, fields: FIELDS })
    expect(await browser.visit((session) => [session.userId, session.getAll()])).toEqual(['ann', DATA])
    expect(events).toEqual([])
  })

  test.each(METAS)('a record whose meta is %s is no session, is told, and stays', async (__, bad) => {
    const held = await planted(engine, { meta: bad, fields: FIELDS })
    await expectStranger(held)
    expect(await engine.look(held.key)).toEqual(held.before)
  })

  test.each([['as it should be', GOOD] as const, ...METAS])(
    'where records are encrypted, one whose meta is %s is no session, is told, and stays',
    async (__, bad) => {
      const held = await planted(engine, { meta: bad, fields: FIELDS }, ENCRYPTED)
      await expectStranger(held)
      expect(await engine.look(held.key)).toEqual(held.before)
    },
  )

  test('a record whose meta is cut anywhere is no session, is told, and stays', async () => {
    const cuts = Array.from({ length: GOOD.length - 1 }, (__, i) => GOOD.slice(0, i + 1))
    expect(cuts.length).toBeGreaterThan(100)
    await forAll(cuts, async (cut) => expectStranger(await planted(engine, { meta: cut, fields: FIELDS })))
  })

  test.each(VALUES)('a record with %s is a session without that value', async (__, name, text, read) => {
    const { browser, events, id } = await planted(engine, {
      meta: GOOD,
      fields: new Map<string | Uint8Array, string | Uint8Array>([...FIELDS, [name, text]]),
    })
    await browser.visit((session) => {
      expect(session.userId).toBe('ann')
      expect(session.getAll()).toStrictEqual({ ...DATA, ...read })
      expect(session.get('card')).toBe('4111')
    })
    const isUnread = Object.values(read).includes(undefined)
    expect(events).toEqual(isUnread ? [{ type: 'unreadable', id, what: 'field' }] : [])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    await browser.visit((session) => session.set('card', '4'))
    await browser.visit((session) => session.login('bob'))
    expect(await browser.visit((session) => [session.userId, session.getAll()])).toEqual(['bob', {}])
    await browser.visit((session) => session.logout())
    expect(browser.token).toBe('')
  })
})
