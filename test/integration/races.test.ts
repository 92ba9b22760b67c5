/**
 * Two servers, each with a connection of its own, and one browser whose requests meet: a
 * thousand random interleavings of each race, on every store.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { isSessionError } from '../../src/core/errors.ts'
import { Sessions } from '../../src/core/sessions.ts'
import type { Store } from '../../src/core/store.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import { Browser } from '../support/browser.ts'
import { delayed } from '../support/pausing-store.ts'
import { seeded } from '../support/seeded.ts'

const ROUNDS = 1000
const folder = mkdtempSync(join(tmpdir(), 'sojourn-races-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const places: Record<string, () => [Store, Store]> = {
  memory() {
    const store = memoryStore()
    return [store, store]
  },
  sqlite() {
    const file = join(folder, 'sessions.db')
    return [sqliteStore({ file, durability: 'process' }), sqliteStore({ file, durability: 'process' })]
  },
  redis() {
    const url = inject('redisUrl')
    const options = { prefix: `races-${crypto.randomUUID()}` }
    return [redisStore(() => createClient({ url }), options), redisStore(() => new Redis(url), options)]
  },
}

describe.each(Object.keys(places))('on %s', (name) => {
  let stores: [Store, Store]
  beforeAll(() => {
    stores = places[name]!()
  })
  afterAll(async () => {
    for (const store of stores) await store.close?.()
  })

  /** Two servers on the place, whose operations take a random number of turns. */
  function servers(round: number): { one: Sessions; two: Sessions; random: () => number } {
    const random = seeded(round + 1)
    const [one, two] = stores.map((store) => new Sessions({}, delayed(store, random, 4)))
    return { one: one!, two: two!, random }
  }

  /** The same browser, talking to the other server. */
  function also(browser: Browser, sessions: Sessions): Browser {
    const same = new Browser(sessions)
    same.token = browser.token
    return same
  }

  async function userBehind(token: string): Promise<string | null> {
    const browser = new Browser(new Sessions({}, stores[0]))
    browser.token = token
    return browser.visit((session) => session.userId)
  }

  /** Losing the session to the other request is the only failure allowed. */
  async function attempt(work: Promise<unknown>): Promise<boolean> {
    try {
      await work
      return true
    } catch (error) {
      if (isSessionError(error, 'ERR_SESSION_GONE') || isSessionError(error, 'ERR_SESSION_CONFLICT'))
        return false
      throw error
    }
  }

  test('no write brings back who has signed out', { timeout: 120_000 }, async () => {
    const revived: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const { one, two } = servers(round)
      const browser = new Browser(one)
      await browser.visit((session) => session.login('ada'))
      const { token } = browser
      const other = also(browser, two)
      await Promise.all([
        attempt(other.visit((session) => session.set('late', round))),
        attempt(other.visit((session) => session.increment('count'))),
        browser.visit((session) => session.logout()),
      ])
      if ((await userBehind(token)) !== null) revived.push(round)
    }
    expect(revived).toEqual([])
  })

  test(
    'no write brings back a token that was rotated, and none that was acknowledged before is lost',
    { timeout: 120_000 },
    async () => {
      const wrong: number[] = []
      for (let round = 0; round < ROUNDS; round++) {
        const { one, two } = servers(round)
        const browser = new Browser(one)
        await browser.visit((session) => session.login('ada', { data: { before: round } }))
        const old = browser.token
        // Opened before the rotation: a request that comes after it is a stranger's.
        const { session: late } = await also(browser, two).open()
        const write = attempt(late.set('late', round))
        await browser.visit((session) => session.rotate())
        const isStored = await write
        const after = await browser.visit((session) => [session.userId, session.get('before')])
        const found = await browser.visit((session) => session.get('late'))
        const isRight = after[0] === 'ada' && after[1] === round && found === (isStored ? round : undefined)
        if (!isRight || (await userBehind(old)) !== null) wrong.push(round)
      }
      expect(wrong).toEqual([])
    },
  )

  test(
    'nothing that began before survives revokeUser, rotated or written meanwhile',
    { timeout: 120_000 },
    async () => {
      const alive: number[] = []
      for (let round = 0; round < ROUNDS; round++) {
        const { one, two } = servers(round)
        const user = `user ${round}`
        const browser = new Browser(one)
        await browser.visit((session) => session.login(user))
        const other = also(browser, two)
        const tokens = [browser.token]
        await Promise.all([
          attempt(browser.visit((session) => session.rotate())).then(() => tokens.push(browser.token)),
          attempt(other.visit((session) => session.set('late', round))),
          two.revokeUser(user),
        ])
        const users = await Promise.all(tokens.map(userBehind))
        if (users.some((found) => found !== null) || (await one.list(user)).length > 0) alive.push(round)
      }
      expect(alive).toEqual([])
    },
  )
})
