/**
 * A deployment that raises the version of the data, and its rollback: servers of both releases,
 * each with a connection of its own, on one store.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { z } from 'zod'
import type { PlainData } from '../../src/core/data.ts'
import type { SessionEvent } from '../../src/core/events.ts'
import type { SessionOptions } from '../../src/core/options.ts'
import type { Session } from '../../src/core/session/session.ts'
import { Sessions } from '../../src/core/sessions.ts'
import type { Store } from '../../src/core/store.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import { Browser } from '../support/browser.ts'
import { delayed } from '../support/pausing-store.ts'
import { seeded } from '../support/seeded.ts'

const ROUNDS = 200
const folder = mkdtempSync(join(tmpdir(), 'sojourn-rollback-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Keys that both releases write hold another type in each, so that any mix-up is found. */
const Old = z.strictObject({ count: z.number().default(0), lang: z.string().optional() })
const New = z.strictObject({
  count: z.strictObject({ total: z.number() }).optional(),
  locale: z.string().optional(),
  notes: z.array(z.string()).optional(),
})
const before: SessionOptions<z.output<typeof Old>> = { schema: Old }
const after: SessionOptions<z.output<typeof New>> = {
  schema: New,
  version: 2,
  migrate: {
    async 1({ count, lang }: PlainData) {
      await new Promise((resolve) => setImmediate(resolve))
      return { count: { total: count ?? 0 }, locale: `${String(lang)}-XX` }
    },
  },
}

const backends: Record<string, () => [Store, Store]> = {
  sqlite() {
    const file = join(folder, 'sessions.db')
    return [sqliteStore({ file, durability: 'process' }), sqliteStore({ file, durability: 'process' })]
  },
  redis() {
    const url = inject('redisUrl')
    const options = { prefix: `rollback-${crypto.randomUUID()}` }
    return [redisStore(() => createClient({ url }), options), redisStore(() => new Redis(url), options)]
  },
}

describe.each(Object.keys(backends))('on %s', (name) => {
  let stores: [Store, Store]
  let events: SessionEvent[]
  beforeAll(() => {
    stores = backends[name]!()
  })
  beforeEach(() => {
    events = []
  })
  afterAll(async () => {
    for (const store of stores) await store.close?.()
  })

  /** A server of a release, in front of the browser with this token. */
  function server<Data extends object>(
    options: SessionOptions<Data>,
    token = '',
    store = stores[options === (before as object) ? 0 : 1],
  ): Browser<Data> {
    const browser = new Browser(new Sessions({ ...options, onEvent: (event) => events.push(event) }, store))
    browser.token = token
    return browser
  }
  const show = <Data extends object>(options: SessionOptions<Data>, token: string): Promise<unknown> =>
    server(options, token).visit((session) => [session.userId, session.getAll()])
  const types = (): string[] => events.map(({ type }) => type)

  test('a release that is rolled back and comes again finds all it wrote, and nobody is signed out', async () => {
    const first = server(before)
    await first.visit((session) => session.login('ada', { data: { count: 3, lang: 'de' } }))
    const { token } = first
    await server(after, token).visit((session) => session.set({ notes: ['a'], count: { total: 4 } }))

    expect(await show(before, token)).toEqual(['ada', { count: 3, lang: 'de' }])
    await server(before, token).visit((session) => session.set({ count: 100, lang: 'fr' }))
    expect(await show(before, token)).toEqual(['ada', { count: 100, lang: 'fr' }])

    const all = { count: { total: 4 }, locale: 'de-XX', notes: ['a'] }
    expect(await show(after, token)).toEqual(['ada', all])
    await server(after, token).visit((session) => session.append('notes', 'b'))
    expect(await show(after, token)).toEqual(['ada', { ...all, notes: ['a', 'b'] }])
    expect(types()).toEqual(['created'])
  })

  test('a session that began with the new release is left alone by the old one', async () => {
    const newer = server(after)
    await newer.visit((session) => session.login('ada', { data: { count: { total: 4 }, notes: ['a'] } }))
    expect(await show(before, newer.token)).toEqual(['ada', { count: 0 }])
    expect(types()).toEqual(['created', 'unreadable'])
    const older = server(before, newer.token)
    await older.visit((session) => session.increment('count', 7))
    await older.visit((session) => session.rotate())
    await older.visit((session) => session.set('lang', 'fr'))
    expect(await show(before, older.token)).toEqual(['ada', { count: 7, lang: 'fr' }])
    expect(await show(after, older.token)).toEqual(['ada', { count: { total: 4 }, notes: ['a'] }])
  })

  test('an error in a step destroys nothing, and its correction brings all back', async () => {
    const first = server(before)
    await first.visit((session) => session.login('ada', { data: { count: 3, lang: 'de' } }))
    const { token } = first
    const broken: typeof after = {
      ...after,
      migrate: {
        1: () => {
          throw new Error('a mistake')
        },
      },
    }
    await server(broken, token).visit(async (session) => {
      expect([session.userId, session.getAll()]).toEqual(['ada', {}])
      await session.set('notes', ['a'])
    })
    expect(await show(broken, token)).toEqual(['ada', { notes: ['a'] }])
    expect(types()).toEqual(['created', 'unreadable', 'unreadable'])
    expect(await show(before, token)).toEqual(['ada', { count: 3, lang: 'de' }])
    const all = { count: { total: 3 }, locale: 'de-XX', notes: ['a'] }
    expect(await show(after, token)).toEqual(['ada', all])
  })

  test('many requests that migrate at once lose nothing of each other', async () => {
    for (let round = 0; round < 20; round++) {
      const slow = stores.map((store) => delayed(store, seeded(round + 1), 12))
      const first = server(before)
      await first.visit((session) => session.set({ count: 5, lang: 'de' }))
      const notes = Array.from({ length: 10 }, (_, i) => `${i}`)
      await Promise.all(
        notes.map((note, i) =>
          server(after, first.token, slow[i % 2]).visit(async (session) => {
            await session.append('notes', note)
            await session.update('count', (count) => ({ total: (count?.total ?? 0) + 1 }))
          }),
        ),
      )
      const [, data] = (await show(after, first.token)) as [null, z.output<typeof New>]
      expect({ ...data, notes: data.notes?.toSorted() }).toEqual({
        count: { total: 15 },
        locale: 'de-XX',
        notes,
      })
    }
  })

  test(
    'both releases side by side lose nothing that they wrote, in any order',
    { timeout: 120_000 },
    async () => {
      const wrong: [number, ...unknown[]][] = []
      for (let round = 0; round < ROUNDS; round++) {
        const random = seeded(round + 1)
        const [one, two] = stores.map((store) => delayed(store, random, 4)) as [Store, Store]
        const begun = round % 2 === 0 ? server(before, '', one) : server(after, '', two)
        await begun.visit((session) => session.login('ada'))
        let { token } = begun
        const expected = { old: 0, new: [] as string[] }

        const byOld = async (session: Session<z.output<typeof Old>>): Promise<void> => {
          expected.old++
          if (random() < 0.5) await session.increment('count')
          else await session.update('count', (count = 0) => count + 1)
          if (random() < 0.5) await session.set('lang', 'fr')
        }
        const byNew = async (session: Session<z.output<typeof New>>): Promise<void> => {
          const note = `${expected.new.length}`
          expected.new.push(note)
          await session.append('notes', note)
          if (random() < 0.5) await session.set('locale', 'it')
        }
        for (let step = 0; step < 4; step++) {
          await Promise.all(
            Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
              random() < 0.5
                ? server(before, token, one).visit(byOld)
                : server(after, token, two).visit(byNew),
            ),
          )
          if (random() < 0.7) continue
          const next = random() < 0.5 ? server(before, token, one) : server(after, token, two)
          await (next as Browser).visit((session) => session.rotate())
          token = next.token
        }

        const older = (await show(before, token)) as [string, z.output<typeof Old>]
        const newer = (await show(after, token)) as [string, z.output<typeof New>]
        const isRight =
          older[0] === 'ada' &&
          newer[0] === 'ada' &&
          older[1].count === expected.old &&
          (newer[1].notes ?? []).toSorted().join() === expected.new.toSorted().join()
        if (!isRight) wrong.push([round, expected, older, newer])
      }
      expect(wrong).toEqual([])
    },
  )
})
