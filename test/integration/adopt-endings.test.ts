/** An old cookie opens nothing once the session that it became has ended, however long it lives itself. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import expressSession, { MemoryStore, type SessionData } from 'express-session'
import { createClient } from 'redis'
import sessionFileStore from 'session-file-store'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import type { SessionEvent } from '../../src/core/events.ts'
import type { SessionOptions } from '../../src/core/options.ts'
import { Sessions } from '../../src/core/sessions.ts'
import type { Store } from '../../src/core/store.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import type { Subject } from '../adapters/subject.ts'
import { expressSubjects } from '../adapters/subjects/express.ts'
import { CookieJar } from '../support/cookie-jar.ts'
import { connect } from '../support/old-libraries.ts'

const [express] = expressSubjects as [Subject]
const HOUR = 3_600_000
const DAY = 24 * HOUR

interface Backend {
  store: Store
  /** Lets time pass for the store. */
  advance: (ms: number) => Promise<void>
}

const backends: Record<string, () => Promise<Backend>> = {
  async memory() {
    const clock = manualClock()
    return { store: memoryStore({ now: clock.now }), advance: async (ms) => clock.advance(ms) }
  },
  async sqlite() {
    const clock = manualClock()
    const folder = mkdtempSync(join(tmpdir(), 'sojourn-adopt-'))
    const store = sqliteStore({ file: join(folder, 'sessions.db'), now: clock.now })
    onTestFinished(async () => {
      await store.close?.()
      rmSync(folder, { recursive: true })
    })
    return { store, advance: async (ms) => clock.advance(ms) }
  },
  async redis() {
    const client = await createClient({ url: inject('redisUrl') }).connect()
    const prefix = `ending-${crypto.randomUUID()}`
    onTestFinished(async () => {
      await client.del(await client.keys(`${prefix}*`))
      await client.close()
    })
    return {
      store: redisStore(client, { prefix }),
      // Time passes faster for what has a deadline.
      async advance(ms) {
        for (const key of await client.keys(`${prefix}*`)) {
          const left = await client.pTTL(key)
          if (left >= 0) await client.pExpire(key, left - ms)
        }
      },
    }
  },
}

type Visit = (path: string) => Promise<string>

/** What ends the new session, and how long it could have lived. */
const endings: Record<
  string,
  (visit: Visit, sessions: Sessions, advance: Backend['advance']) => Promise<unknown>
> = {
  'a sign-out': (visit) => visit('/logout'),
  'a revocation': async (_visit, sessions) => {
    for (const { id } of await sessions.list('ann')) await sessions.revoke(id)
  },
  'a revocation of all': (_visit, sessions) => sessions.revokeUser('ann'),
  'another sign-in': (visit) => visit('/login?user=bob'),
  'a rotation': (visit) => visit('/rotate'),
  'the idle timeout': (_visit, _sessions, advance) => advance(2.1 * HOUR),
  'the absolute lifetime': async (visit, _sessions, advance) => {
    for (let hour = 0; hour < 8.1; hour++) {
      await advance(HOUR)
      await visit('/read')
    }
  },
}

describe.each(Object.keys(backends))('on %s', (backend) => {
  describe.each([
    ['kept for ever', true, undefined],
    ['kept for a month', true, 30 * DAY],
    ['removed', false, undefined],
    ['removed, and had a month', false, 30 * DAY],
  ])('an old session that is %s', (_kept, keep, maxAge) => {
    // The tests cannot turn the clock of Redis.
    const testable = Object.keys(endings).filter((name) => backend !== 'redis' || !name.includes('absolute'))
    test.each(testable)('stays closed after %s', async (ending) => {
      const { store, advance } = await (backends[backend] as () => Promise<Backend>)()
      const old = new MemoryStore()
      const before = await connect.start(old)
      const options: SessionOptions = { idle: '2h', absolute: '8h' }
      const after = await express.start({ ...options, store, adopt: connect.adopt(old, { keep }) })
      onTestFinished(async () => {
        await Promise.all([before.close(), after.close()])
      })
      const jar = new CookieJar()
      await jar.text(`${before.url}/login`)
      if (maxAge !== undefined) await prolong(old, maxAge)
      const cookie = jar.header(after.url)
      const restored = keep ? null : await allOf(old)
      expect(await jar.text(`${after.url}/who`)).toBe('ann')
      expect(await jar.text(`${after.url}/who`)).toBe('ann')

      const sessions = new Sessions(options, store)
      await (endings[ending] as (typeof endings)[string])(
        (path) => jar.text(after.url + path),
        sessions,
        advance,
      )
      // By the clock of Redis an old session of a month has not ended then.
      const last = backend === 'redis' && maxAge !== undefined ? 24 * 2 : 24 * 300
      for (const hours of [0, 0.2, 8.1, 24, 24 * 20, last]) {
        await advance(hours * HOUR)
        // An old application that still ran may have written it once more.
        if (restored !== null) await restore(old, restored)
        const replayed = await fetch(`${after.url}/read`, { headers: { cookie } })
        const text = await replayed.text()
        expect(text, `${hours} hours later`).toBe('{}')
      }
    })
  })
})

test('who signs in to the old application after all their sessions were ended is refused there, and loses nothing', async () => {
  const old = new MemoryStore()
  const store = memoryStore()
  const events: SessionEvent[] = []
  const before = await connect.start(old)
  const after = await express.start({
    store,
    onEvent: (event) => events.push(event),
    adopt: connect.adopt(old),
  })
  onTestFinished(async () => {
    await Promise.all([before.close(), after.close()])
  })
  await new Sessions({}, store).revokeUser('ann')
  const jar = new CookieJar()
  await jar.text(`${before.url}/login`)
  for (let request = 0; request < 2; request++) {
    expect(await jar.text(`${after.url}/read`)).toBe('{}')
    expect(await jar.text(`${before.url}/who`)).toBe('ann')
  }
  expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['adoption-refused']))
  await jar.text(`${after.url}/login?user=ann`)
  expect(await jar.text(`${after.url}/who`)).toBe('ann')
})

test('an old session whose file is gone is none, as express-session has it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-adopt-files-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const FileStore = sessionFileStore(expressSession)
  const old = new FileStore({ path: folder, logFn: () => {}, retries: 0, reapInterval: -1, ttl: 3600 })
  const before = await connect.start(old)
  const after = await express.start({ store: memoryStore(), adopt: connect.adopt(old) })
  onTestFinished(async () => {
    await Promise.all([before.close(), after.close()])
  })
  const jar = new CookieJar()
  await jar.text(`${before.url}/login`)
  const cookie = jar.header(after.url)
  for (const file of readdirSync(folder)) rmSync(join(folder, file))
  const answer = await fetch(`${after.url}/read`, { headers: { cookie } })
  expect([answer.status, await answer.text()]).toEqual([200, '{}'])
})

type Stored = Record<string, SessionData>

function allOf(store: MemoryStore): Promise<Stored> {
  return new Promise((resolve) => store.all((_error, all) => resolve((all ?? {}) as Stored)))
}

async function restore(store: MemoryStore, sessions: Stored): Promise<void> {
  for (const [id, session] of Object.entries(sessions))
    await new Promise<void>((resolve) => store.set(id, session, () => resolve()))
}

/** As an application has them whose cookies have a `maxAge`. */
async function prolong(store: MemoryStore, maxAge: number): Promise<void> {
  const cookie = { originalMaxAge: maxAge, expires: new Date(Date.now() + maxAge) } as SessionData['cookie']
  const prolonged = Object.entries(await allOf(store)).map(([id, session]) => [id, { ...session, cookie }])
  await restore(store, Object.fromEntries(prolonged) as Stored)
}
