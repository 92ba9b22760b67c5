import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { anyText } from '../support/any-text.ts'
import { Browser } from '../support/browser.ts'
import { memoryEngine, redisEngine, sqliteEngine, type Engine } from '../support/engines.ts'
import { ENCRYPTED } from '../support/stranger.ts'

const NASTY = [
  '', '__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', 'valueOf', 'toJSON', 'then', 'length', 'destroy', 'touch', 'cookie', 'id', 'userId',
  ':', '{}', '{', '}', '*', '[a]', '?', '\\', '/', '//', 'a/b', '%', '%002f', '%version', '%flash/a', '@', '!', '@@', '\0', 'a\0b', '\r\n', ' ', "'; DROP TABLE sessions; --",
  '\ud800', '\udfff', '\ufeff', '\u2028', '\uffff', '😀', 'é', 'e\u0301', '0', '-1', 'null', 'undefined', 'x'.repeat(1000),
] // prettier-ignore
const names = fc.oneof(fc.constantFrom(...NASTY), anyText({ maxLength: 8 }))

const engines: [string, () => Promise<Engine>][] = [
  ['memory', async () => memoryEngine()],
  ['SQLite', sqliteEngine],
  ['Redis by node-redis', () => redisEngine('node-redis 6')],
  ['Redis by ioredis', () => redisEngine('ioredis 6')],
]

describe.each(engines)('%s keeps data under any name', (_, open) => {
  let engine: Engine
  beforeAll(async () => void (engine = await open()))
  afterAll(() => engine.close())

  test.each([
    ['plain', {}],
    ['encrypted', ENCRYPTED],
  ] as const)(
    '%s',
    async (__, options) => {
      const entries = fc.uniqueArray(fc.tuple(names, names), {
        maxLength: 40,
        selector: (pair) => JSON.stringify(pair),
      })
      const all = NASTY.map((name, i): [string, string] => [NASTY[(i * 7) % NASTY.length]!, name])
      const property = fc.asyncProperty(entries, async (pairs) => {
        const browser = new Browser(new Sessions(options, engine.store))
        await browser.visit((session) =>
          Promise.all(pairs.map(([space, key], i) => session.namespace(space).set(key, i))),
        )
        await browser.visit((session) => session.login('ann'))
        await browser.visit(async (session) => {
          for (const [space, own] of Map.groupBy(pairs.entries(), ([, [name]]) => name)) {
            const expected = new Map(own.map(([i, [, key]]) => [key, i] as const))
            expect(new Map(Object.entries(session.namespace(space).getAll()))).toEqual(expected)
          }
          for (const [i, [space, key]] of pairs.entries()) {
            expect(session.namespace(space).get(key)).toBe(i)
            expect(await session.namespace(space).increment(key, 100)).toBe(i + 100)
            expect(await session.namespace(space).take(key)).toBe(i + 100)
          }
          expect([session.userId, session.getAll()]).toEqual(['ann', {}])
          await session.logout()
        })
        expect(browser.token).toBe('')
      })
      await fc.assert(property, {
        numRuns: 15,
        examples: [[NASTY.map((name) => ['', name])], [NASTY.map((name) => [name, ''])], [all]],
      })
      expect(Object.keys(Object.prototype)).toEqual([])
    },
    60_000,
  )
})
