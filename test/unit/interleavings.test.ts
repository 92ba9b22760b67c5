/**
 * Many requests of one browser at once, on a store whose operations take a random number of
 * turns. Each run is decided by its seed alone.
 */

import { describe, expect, test } from 'vitest'
import { isSessionError } from '../../src/core/errors.ts'
import type { Session } from '../../src/core/session/session.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { Browser } from '../support/browser.ts'
import { delayed } from '../support/pausing-store.ts'
import { seeded } from '../support/seeded.ts'

interface Data {
  counter?: number
  total?: number
  list?: string[]
  [key: `own-${string}`]: string
}

/** What the store acknowledged. */
interface Acknowledged {
  own: Map<string, string>
  counter: number
  total: number
  items: string[]
  taken: string[]
}

const SEEDS = Array.from({ length: 60 }, (_, seed) => seed + 1)

function begin(
  seed: number,
  more: { resend?: boolean } = {},
): { browser: Browser<Data>; random: () => number } {
  const random = seeded(seed)
  const browser = new Browser<Data>(new Sessions<Data>({}, delayed(memoryStore(), random)), more)
  return { browser, random }
}

async function turns(random: () => number): Promise<void> {
  for (let left = Math.floor(random() * 12); left > 0; left--)
    await new Promise((resolve) => setImmediate(resolve))
}

/** Runs a write; tells whether it was acknowledged. Losing the session is the only failure allowed. */
async function acknowledged(write: Promise<unknown>): Promise<boolean> {
  try {
    await write
    return true
  } catch (error) {
    if (isSessionError(error, 'ERR_SESSION_GONE') || isSessionError(error, 'ERR_SESSION_CONFLICT'))
      return false
    throw error
  }
}

async function writeSome(
  session: Session<Data>,
  name: string,
  random: () => number,
  done: Acknowledged,
): Promise<void> {
  for (let step = 0; step < 4; step++) {
    const key = `own-${name}-${step % 2}` as const
    const value = `${name}.${step}`
    const kind = Math.floor(random() * 5)
    let write: Promise<unknown>
    if (kind === 0) write = session.set(key, value)
    else if (kind === 1) write = session.increment('counter')
    else if (kind === 2) write = session.update('total', (total = 0) => total + 1)
    else if (kind === 3) write = session.append('list', value)
    else write = session.delete(key)
    if (await acknowledged(write)) {
      if (kind === 0) done.own.set(key, value)
      if (kind === 1) done.counter++
      if (kind === 2) done.total++
      if (kind === 3) done.items.push(value)
      if (kind === 4) done.own.delete(key)
    }
    if (random() < 0.5) await turns(random)
  }
}

function nothing(): Acknowledged {
  return { own: new Map(), counter: 0, total: 0, items: [], taken: [] }
}

describe('requests at once', () => {
  test.each(SEEDS)('lose no acknowledged write (seed %i)', async (seed) => {
    const { browser, random } = begin(seed)
    await browser.visit((session) => session.start())
    const done = nothing()
    const visits = await Promise.all(Array.from({ length: 6 }, () => browser.open()))
    await Promise.all(
      visits.map(async ({ session }, i) => {
        await turns(random)
        // Two writers on one handle, as in a page and its action.
        await Promise.all([
          writeSome(session, `${i}a`, random, done),
          writeSome(session, `${i}b`, random, done),
        ])
      }),
    )
    const { session } = await browser.open()
    for (const [key, value] of done.own) expect(session.get(key as 'own-x')).toBe(value)
    const own = Object.keys(session.getAll()).filter((key) => key.startsWith('own-'))
    expect(own.sort()).toEqual([...done.own.keys()].sort())
    expect([session.get('counter') ?? 0, session.get('total') ?? 0]).toEqual([done.counter, done.total])
    expect([...(session.get('list') ?? [])].sort()).toEqual(done.items.sort())
  })

  test.each(SEEDS)('revive nothing after an acknowledged logout (seed %i)', async (seed) => {
    const { browser, random } = begin(seed)
    await browser.visit((session) => session.login('ann', { data: { total: 1 } }))
    const { token } = browser
    const visits = await Promise.all(Array.from({ length: 6 }, () => browser.open()))
    const leaver = Math.floor(random() * visits.length)
    const afterwards: unknown[] = []
    const late: boolean[] = []
    let hasLeft = false
    await Promise.all(
      visits.map(async ({ session }, i) => {
        await turns(random)
        if (i === leaver) {
          await session.logout()
          hasLeft = true
          const seen = (await browser.open(`sid=${token}`)).session
          afterwards.push(seen.userId, ...Object.values(seen.getAll()))
        } else {
          await writeSome(session, `${i}`, random, nothing())
          if (hasLeft) late.push(await acknowledged(session.increment('counter')))
        }
      }),
    )
    expect(afterwards).toEqual([null])
    expect(late).not.toContain(true)
    const { session } = await browser.open(`sid=${token}`)
    expect([session.id, session.userId, session.getAll()]).toEqual([null, null, {}])
    for (const visit of visits) visit.end()
    expect(browser.token).toBe('')
  })

  test.each(SEEDS)(
    'kill the old token at login and keep what was acknowledged before (seed %i)',
    async (seed) => {
      const { browser, random } = begin(seed, { resend: seed % 2 === 0 })
      await browser.visit((session) => session.start())
      const old = browser.token
      const done = nothing()
      const [arriving, ...others] = await Promise.all(Array.from({ length: 5 }, () => browser.open()))
      const late: boolean[] = []
      let isAcknowledged = false
      await Promise.all([
        turns(random).then(async () => {
          await arriving?.session.login('ann')
          isAcknowledged = true
        }),
        ...others.map(async ({ session }, i) => {
          await turns(random)
          await writeSome(session, `${i}`, random, done)
          if (isAcknowledged) late.push(await acknowledged(session.set('own-late', 'x')))
        }),
        // On the very handle that signs in.
        turns(random).then(() => writeSome(arriving!.session, 'own', random, done)),
      ])
      expect(late).not.toContain(true)
      expect((await browser.open(`sid=${old}`)).session.id).toBeNull()
      arriving?.end()
      const { session } = await browser.open()
      expect(session.userId).toBe('ann')
      for (const [key, value] of done.own) expect(session.get(key as 'own-x')).toBe(value)
      expect([session.get('counter') ?? 0, session.get('total') ?? 0]).toEqual([done.counter, done.total])
      expect([...(session.get('list') ?? [])].sort()).toEqual(done.items.sort())
    },
  )

  test.each(SEEDS)('never say logged out while a rotated session lives on (seed %i)', async (seed) => {
    const { browser, random } = begin(seed)
    await browser.visit((session) => session.login('ann'))
    const [rotating, leaving] = [await browser.open(), await browser.open()]
    const [hasRotated, hasLeft] = await Promise.all([
      turns(random).then(() => acknowledged(rotating.session.rotate())),
      turns(random).then(() => acknowledged(leaving.session.logout())),
    ])
    expect(hasRotated).not.toBe(hasLeft)
    rotating.end()
    const { session } = await browser.open()
    expect(session.userId).toBe(hasLeft ? null : 'ann')
  })

  test.each(SEEDS)(
    'of an anonymous visitor: what one handle wrote is there with its cookie (seed %i)',
    async (seed) => {
      const { browser, random } = begin(seed, { resend: seed % 2 === 0 })
      const visit = await browser.open()
      const done = nothing()
      const writers = ['a', 'b', 'c'].map(async (name) => {
        await turns(random)
        await writeSome(visit.session, name, random, done)
      })
      await Promise.all(writers)
      visit.end()
      const { session } = await browser.open()
      for (const [key, value] of done.own) expect(session.get(key as 'own-x')).toBe(value)
      expect([session.get('counter') ?? 0, session.get('total') ?? 0]).toEqual([done.counter, done.total])
      expect([...(session.get('list') ?? [])].sort()).toEqual(done.items.sort())
    },
  )
})
