import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Sessions, settingsOf } from '../../src/core/sessions.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { memoryEngine, redisEngine, sqliteEngine, type Engine, type Raw } from '../support/engines.ts'
import {
  DATA,
  ENCRYPTED,
  FIELDS,
  flip,
  flipped,
  forAll,
  GOOD,
  holding,
  planted,
} from '../support/stranger.ts'

const engines: [string, () => Promise<Engine>][] = [
  ['memory', async () => memoryEngine()],
  ['SQLite', sqliteEngine],
  ['Redis', () => redisEngine('node-redis 6')],
]
const { sealer } = settingsOf(new Sessions(ENCRYPTED, memoryStore()))

describe.each(engines)('%s', (_, open) => {
  let engine: Engine
  beforeAll(async () => void (engine = await open()))
  afterAll(() => engine.close())

  test('of a meta with one bit flipped nothing is believed that has not its form, and everybody gets on', async () => {
    const alive: string[] = []
    await forAll(flipped(GOOD), async (bytes) => {
      const { browser, events, token, id } = await planted(engine, { meta: bytes, fields: FIELDS })
      await browser.visit((session) => {
        const isTold = events.some(({ type }) => type === 'unreadable')
        const isAlive = session.id !== null
        const outcomes = [
          [true, false, null],
          [false, true, null],
          [false, false, 'absolute'],
        ]
        expect([isTold, isAlive, session.ended]).toBeOneOf(outcomes)
        if (isAlive) alive.push(Buffer.from(bytes).toString())
        const seen = isAlive ? [null, {}] : [session.userId, session.getAll()]
        expect(seen).toEqual([null, {}])
        // Whatever it says of itself, it ends when the store says.
        expect(session.expiresAt ?? 0).toBeLessThanOrEqual(Date.now() + 3_601_000)
      })
      await browser.visit((session) => session.logout())
      expect(browser.token).toBe('')
      browser.token = token
      await browser.visit((session) => session.login(id))
      expect(await browser.visit((session) => session.userId)).toBe(id)
    })
    // A digit became another digit, or a letter of the user another letter: only encryption can tell.
    for (const text of alive) {
      const { v, app, userId } = JSON.parse(text) as Record<string, unknown>
      expect([v, app]).toEqual([1, 'sojourn'])
      expect(['string', 'undefined']).toContain(typeof userId)
    }
  })

  test('a field with one bit flipped is another value or none, and the others stay', async () => {
    const variants = [...FIELDS].flatMap(([name, text]) =>
      flipped(text).map((bytes) => [name, bytes] as const),
    )
    expect(variants.length).toBeGreaterThan(400)
    await forAll(variants, async ([name, bytes]) => {
      const fields = new Map<string, string | Uint8Array>([...FIELDS, [name, bytes]])
      const { browser, events } = await planted(engine, { meta: GOOD, fields })
      await browser.visit((session) => {
        const { [name]: bad, ...others } = session.getAll()
        expect(session.userId).toBe('ann')
        expect({ ...others, [name]: 0 }).toEqual({ ...DATA, [name]: 0 })
        expect(events.length).toBe(bad === undefined ? 1 : 0)
      })
    })
  })

  test('with encryption, a record with one bit flipped in its meta or a field is no session', async () => {
    const whole = await holding(engine, async (key) => engine.plant(key, await sealed(key)), ENCRYPTED)
    expect(await whole.browser.visit((session) => [session.userId, session.getAll()])).toEqual(['ann', DATA])
    const { meta, fields } = await sealed('of the same length')
    const bits = [8 * String(meta).length, 8 * String(fields.get('card')).length] as const
    expect(bits[0] + bits[1]).toBeGreaterThan(2000)
    await forAll([...Array(bits[0] + bits[1]).keys()], async (bit) => {
      const held = await holding(
        engine,
        async (key) => {
          const raw = await sealed(key)
          if (bit < bits[0]) return engine.plant(key, { ...raw, meta: flip(String(raw.meta), bit) })
          const card = flip(String(raw.fields.get('card')), bit - bits[0])
          return engine.plant(key, { ...raw, fields: new Map([...raw.fields, ['card', card]]) })
        },
        ENCRYPTED,
      )
      await held.browser.visit((session) =>
        expect([bit, session.userId, session.getAll()]).toEqual([bit, null, {}]),
      )
      expect(held.events).toEqual([{ type: 'unreadable', id: held.id, what: 'record' }])
    })
  })
})

/** The good record as a store gets to keep it with encryption. */
async function sealed(key: string): Promise<Raw> {
  const record = sealer!.forRecord(key)
  const fields = [...FIELDS].map(async ([name, text]) => [name, await record.seal(name, text)] as const)
  return { meta: await record.seal(null, GOOD), fields: new Map(await Promise.all(fields)) }
}
