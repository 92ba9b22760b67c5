import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Session } from '../../src/core/session/session.ts'
import { pack } from '../../src/stores/sqlite/packed-record.ts'
import {
  redisEngine,
  sqliteEngine,
  type Engine,
  type RedisEngine,
  type SqliteEngine,
} from '../support/engines.ts'
import {
  expectStranger,
  FIELDS,
  flipped,
  forAll,
  GOOD,
  holding,
  INVALID_UTF8,
  planted,
} from '../support/stranger.ts'

const HOUR = 3_600_000
/** A rotation ends what lies there, as every end of a session does. */
const LOST = ['set', 'increment', 'update', 'take']
  .map((name) => `${name}: ERR_SESSION_GONE, kept`)
  .concat('rotate: ERR_SESSION_GONE, changed')
const PACKED = pack(GOOD, FIELDS)

describe('in a file of SQLite', () => {
  let engine: SqliteEngine
  beforeAll(async () => void (engine = await sqliteEngine()))
  afterAll(() => engine.close())

  const rows: [string, Parameters<SqliteEngine['write']>[1]][] = [
    ['an empty text', { record: '' }],
    ['a text of another program', { record: '{"cookie":{}}' }],
    ['a number', { record: 42 }],
    ['a BLOB', { record: Buffer.from(PACKED) }],
    ['a BLOB that is no text', { record: INVALID_UTF8 }],
    ['a name whose length is negative', { record: PACKED.replace('0004card', ' 004card') }],
    ['a value whose length is negative', { record: PACKED.replace('0005$4111', '/zzz$4111') }],
    ['lengths that lead back to the beginning', { record: `0000${'-'.repeat(4)}0008` }],
    ['more behind its end', { record: `${PACKED}x` }],
    ['a deadline that is a text', { record: PACKED, ends_at: 'never' }],
    ['a deadline that is a BLOB', { record: PACKED, ends_at: INVALID_UTF8 }],
    ['a deadline beyond all clocks', { record: PACKED, ends_at: 2n ** 62n }],
    ['an endless deadline', { record: PACKED, ends_at: Infinity }],
  ]
  test.each(rows)('a row with %s is no session, is told, and stays', async (_, columns) => {
    const held = await holding(engine, (key) => engine.write(key, columns))
    await expectStranger(held)
    expect(await engine.look(held.key)).toEqual(held.before)
  })

  test('a record cut anywhere is no session, is told, and stays', async () => {
    const cuts = Array.from({ length: PACKED.length - 1 }, (_, i) => PACKED.slice(0, i + 1))
    // Where a field ends, nothing tells that others followed.
    const whole = new Set([...FIELDS].map((__, i, all) => pack(GOOD, new Map(all.slice(0, i)))))
    const damaged = cuts.filter((cut) => !whole.has(cut))
    expect(damaged.length).toBe(cuts.length - FIELDS.size)
    await forAll(damaged, async (record) =>
      expectStranger(await holding(engine, (key) => engine.write(key, { record }))),
    )
  })

  test('a row with one bit flipped anywhere is a session or none, and keeps nobody out', async () => {
    let strangers = 0
    await forAll(flipped(PACKED), async (bytes) => {
      const record = Buffer.from(bytes).toString()
      const { browser, events, token, id } = await holding(engine, (key) => engine.write(key, { record }))
      await browser.visit((session) => {
        const isStranger = session.id === null
        if (isStranger) strangers++
        const isTold = events.some((event) => event.type === 'unreadable' && event.what === 'record')
        expect(isTold || session.ended === 'absolute').toBe(isStranger)
        expect(Object.keys(session.getAll()).length).toBeLessThanOrEqual(isStranger ? 0 : FIELDS.size)
      })
      await browser.visit((session) => session.logout())
      expect(browser.token).toBe('')
      browser.token = token
      await browser.visit((session) => session.login(id))
      expect(await browser.visit((session) => session.userId)).toBe(id)
    })
    expect(strangers).toBeGreaterThan(500)
  })

  test('a record that is damaged under the hands of a request is not written over', async () => {
    expect(await writesAfter(engine, (key) => engine.write(key, { record: Buffer.from(PACKED) }))).toEqual(
      LOST,
    )
  })

  test('a list of devices with damaged entries names the others, and lets its user sign in', async () => {
    const { browser } = await holding(engine, () => {})
    await browser.visit((session) => session.login('eve'))
    engine.damageEntries()
    await browser.visit((session) => session.login('eve'))
    expect(await browser.visit((session) => session.userId)).toBe('eve')
  })
})

describe.each(['node-redis 6', 'ioredis 6'] as const)('in Redis, by %s', (kind) => {
  let engine: RedisEngine
  beforeAll(async () => void (engine = await redisEngine(kind)))
  afterAll(() => engine.close())

  const foreign: [string, (engine: RedisEngine, key: string) => Promise<unknown>][] = [
    ['a text', ({ redis }, key) => redis.set(key, 'theirs')],
    [
      'a session of connect-redis',
      ({ redis }, key) => redis.set(key, '{"cookie":{},"user":"root"}', 'PX', HOUR),
    ],
    ['binary garbage', ({ redis }, key) => redis.set(key, Buffer.from(INVALID_UTF8))],
    ['a list', ({ redis }, key) => redis.rpush(key, GOOD)],
    ['a set', ({ redis }, key) => redis.sadd(key, GOOD)],
    ['a sorted set', ({ redis }, key) => redis.zadd(key, 1, GOOD)],
    ['a stream', ({ redis }, key) => redis.xadd(key, '*', '@', GOOD)],
    ['a session without a deadline', ({ redis }, key) => redis.hset(key, '@', GOOD)],
  ]
  test.each(foreign)('%s is no session, is told, and stays', async (_, write) => {
    const held = await holding(engine, (key) => write(engine, engine.nameOf(key)))
    await expectStranger(held)
    expect(await engine.look(held.key)).toEqual(held.before)
  })

  test('a hash without the sign of life is no session, and stays', async () => {
    const held = await holding(engine, (key) =>
      engine.redis.hset(engine.nameOf(key), 'card', '$4111', 'userId', 'root'),
    )
    await expectStranger(held, false)
    expect(await engine.look(held.key)).toEqual(held.before)
  })

  test('what is no session keeps nobody out who reads at the same time', async () => {
    const good = await holding(engine, (key) => engine.plant(key, { meta: GOOD, fields: FIELDS }))
    const bad = await holding(engine, (key) => engine.redis.set(engine.nameOf(key), 'theirs'))
    const users = await Promise.all(
      [good, bad, good, bad, good].map(({ browser }) => browser.visit((session) => session.userId)),
    )
    expect(users).toEqual(['ann', null, 'ann', null, 'ann'])
  })

  test('a record that is replaced under the hands of a request is not written over', async () => {
    expect(await writesAfter(engine, (key) => engine.redis.set(engine.nameOf(key), 'theirs'))).toEqual(LOST)
  })
})

const WRITES: Record<string, (session: Session) => Promise<unknown>> = {
  set: (session) => session.set('card', '5'),
  increment: (session) => session.increment('count'),
  update: (session) => session.update('count', () => 1),
  take: (session) => session.take('card'),
  rotate: (session) => session.rotate(),
}

/** A request reads a good record; then it is replaced; then the request writes. Answers how that ended. */
async function writesAfter(engine: Engine, replace: (key: string) => unknown): Promise<string[]> {
  const outcomes: string[] = []
  for (const [name, write] of Object.entries(WRITES)) {
    const { browser, key } = await planted(engine, { meta: GOOD, fields: FIELDS })
    await browser.visit(async (session) => {
      await replace(key)
      const before = await engine.look(key)
      const code = await write(session).then(
        () => 'ok',
        (error: { code?: string }) => error.code,
      )
      const isKept = isDeepStrictEqual(await engine.look(key), before)
      outcomes.push(`${name}: ${code}, ${isKept ? 'kept' : 'changed'}`)
    })
  }
  return outcomes
}
