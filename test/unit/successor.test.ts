import { beforeEach, describe, expect, test } from 'vitest'
import type { SessionEvent } from '../../src/core/events.ts'
import type { Session } from '../../src/core/session/session.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { identify } from '../../src/core/record/token.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { Browser } from '../support/browser.ts'
import { interfered, recorded } from '../support/pausing-store.ts'
import { seeded } from '../support/seeded.ts'

let clock: ReturnType<typeof manualClock>
let events: SessionEvent[]
let browser: Browser
beforeEach(async () => {
  clock = manualClock(1_700_000_000_000)
  events = []
  const store = memoryStore({ now: clock.now })
  browser = new Browser(new Sessions({ onEvent: (event) => events.push(event) }, store))
  await browser.visit((session) => session.login('ann', { data: { cart: 1 } }))
})

const withToken = (token: string) => browser.open(`sid=${token}`)
const reuses = () => events.filter((event) => event.type === 'reuse')
const renew = (session: Session<Record<string, unknown>>) => session.rotate({ grace: '30s' })

/** Renews, with an answer that the browser never gets. Gives the old and the new token. */
async function renewUnseen(): Promise<[string, string]> {
  const { session, cookies } = await browser.open()
  await renew(session)
  return [browser.token, /^sid=([^;]+)/.exec(cookies()[0] ?? '')?.[1] ?? '']
}

describe('rotate with a grace', () => {
  test('gives a new token under which data, user and beginning stay', async () => {
    const old = browser.token
    clock.advance(1000)
    await browser.visit(async (session) => {
      await renew(session)
      expect([session.userId, session.getAll()]).toEqual(['ann', { cart: 1 }])
    })
    expect(browser.token).not.toBe(old)
    await browser.visit((session) => {
      expect([session.userId, session.getAll()]).toEqual(['ann', { cart: 1 }])
      expect(session.createdAt).toBe(1_700_000_000_000)
    })
  })

  test('leaves the old token good for reading and writing until the new one is seen', async () => {
    const [old, fresh] = await renewUnseen()
    const { session, cookies } = await withToken(old)
    expect([session.userId, session.get('cart')]).toEqual(['ann', 1])
    await session.set('cart', 2)
    expect(cookies()).toEqual([])
    expect(reuses()).toEqual([])
    const next = await withToken(fresh)
    expect([next.session.id, next.session.getAll()]).toEqual([session.id, { cart: 2 }])
    const late = await withToken(old)
    expect([late.session.userId, late.session.ended]).toEqual([null, 'rotated'])
    expect(reuses()).toEqual([{ type: 'reuse', id: (await identify(old)).id }])
    expect((await withToken(fresh)).session.userId).toBe('ann')
  })

  test('never sends the old token again, not even where every write sends the cookie', async () => {
    const store = memoryStore()
    const action = new Browser(new Sessions({}, store), { resend: true })
    await action.visit((session) => session.login('ann'))
    const old = action.header
    const { session } = await action.open()
    await renew(session)
    const late = await action.open(old)
    await late.session.set('cart', 2)
    expect(late.cookies()).toEqual([])
  })

  test('ends the old token after its time, though the new one was never seen', async () => {
    const [old, fresh] = await renewUnseen()
    clock.advance(29_999)
    expect((await withToken(old)).session.userId).toBe('ann')
    clock.advance(1)
    expect((await withToken(old)).session.userId).toBeNull()
    expect(reuses()).toHaveLength(1)
    expect((await withToken(fresh)).session.userId).toBe('ann')
  })

  test('takes a shorter time, and refuses one over 30 seconds', async () => {
    const { session } = await browser.open()
    await expect(session.rotate({ grace: '31s' })).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
    await session.rotate({ grace: '5s' })
    clock.advance(5000)
    expect((await browser.open()).session.userId).toBeNull()
  })

  test('renews no token that is younger than `after`', async () => {
    const old = browser.token
    clock.advance(14 * 60_000)
    await browser.visit((session) => session.rotate({ after: '15m', grace: '30s' }))
    expect(browser.token).toBe(old)
    clock.advance(60_000)
    await browser.visit((session) => session.rotate({ after: '15m', grace: '30s' }))
    const second = browser.token
    expect(second).not.toBe(old)
    clock.advance(14 * 60_000)
    await browser.visit((session) => session.rotate({ after: '15m', grace: '30s' }))
    expect(browser.token).toBe(second)
  })

  test('without it, and at login, the old token is dead at once, and its use is an event', async () => {
    for (const work of [
      (session: Session<Record<string, unknown>>) => session.rotate(),
      (session: Session<Record<string, unknown>>) => session.login('ann'),
    ]) {
      events = []
      const old = browser.token
      await browser.visit(work)
      expect((await withToken(old)).session.userId).toBeNull()
      expect(reuses()).toEqual([{ type: 'reuse', id: (await identify(old)).id }])
    }
  })

  test('a sign-in after it ends all earlier tokens', async () => {
    const [old] = await renewUnseen()
    const { session } = await withToken(old)
    await session.login('ann')
    expect((await withToken(old)).session.userId).toBeNull()
    expect(reuses()).toHaveLength(1)
  })

  test('renewed again by the old token, since the answer was lost, leads from the old to the newest', async () => {
    const [old, lost] = await renewUnseen()
    clock.advance(3000)
    await browser.visit(renew)
    expect(browser.token).toBe(old)
    clock.advance(3000)
    await browser.visit(renew)
    expect([old, lost]).not.toContain(browser.token)
    for (const token of [old, lost]) expect((await withToken(token)).session.userId).toBe('ann')
    expect((await browser.open()).session.userId).toBe('ann')
    for (const token of [old, lost]) expect((await withToken(token)).session.userId).toBeNull()
  })

  test('of a request under way, writes fail and never reach the new session', async () => {
    const slow = await browser.open()
    await browser.visit(renew)
    await expect(slow.session.set('cart', 99)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
    expect(slow.cookies()).toEqual([])
    expect((await browser.open()).session.get('cart')).toBe(1)
  })

  test('of a request under way, logout ends the session all the same', async () => {
    const slow = await browser.open()
    const [old, fresh] = await renewUnseen()
    await slow.session.logout()
    expect(slow.cookies()).toEqual(['sid=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax'])
    for (const token of [old, fresh]) {
      const { session } = await withToken(token)
      expect([session.userId, session.ended]).toEqual([null, 'logout'])
    }
    expect(reuses()).toEqual([])
  })

  test('of a session that was ended meanwhile revives nothing', async () => {
    const slow = await browser.open()
    await browser.visit((session) => session.logout())
    await expect(renew(slow.session)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
    expect(slow.cookies()).toEqual([])
    expect(await browser.visit((session) => session.userId)).toBeNull()
  })

  test('by a request that came before it was over is refused after it is over', async () => {
    const slow = await browser.open()
    await browser.visit(renew)
    await browser.visit((session) => session.userId)
    await expect(renew(slow.session)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
    expect(slow.cookies()).toEqual([])
  })

  test('costs the store two calls once, when the new token is first seen', async () => {
    const { store, calls } = recorded(memoryStore())
    const own = new Browser(new Sessions({}, store))
    const callsOfVisit = async (): Promise<unknown[]> => {
      calls.length = 0
      await own.visit((session) => session.userId)
      return calls.filter((verb) => verb !== 'remove')
    }
    await own.visit((session) => session.login('bob'))
    await own.visit(renew)
    expect(await callsOfVisit()).toEqual(['load', 'destroy', 'update'])
    expect(await callsOfVisit()).toEqual(['load'])
    const { session, end } = await own.open()
    await renew(session)
    await session.rotate()
    end()
    expect(await callsOfVisit()).toEqual(['load'])
  })

  test('no token and no pointer is a key that opens anything', async () => {
    const [old, fresh] = await renewUnseen()
    for (const token of [old, fresh]) {
      const { key } = await identify(token)
      expect((await withToken(key)).session.userId).toBeNull()
    }
  })

  test('a store failure while the new token is first seen does not fail the request', async () => {
    let failing = false
    const store = interfered(memoryStore(), {
      before(verb) {
        if (failing && verb !== 'load') throw new Error('down')
      },
    })
    const own = new Browser(new Sessions({}, store))
    await own.visit((session) => session.login('bob'))
    await own.visit(renew)
    failing = true
    expect(await own.visit((session) => session.userId)).toBe('bob')
  })
})

describe('twenty requests that renew at once', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'leave one session, and none is signed out (seed %i)',
    async (seed) => {
      const next = seeded(seed)
      const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, next() * 4))
      const slow = new Browser(new Sessions({}, interfered(memoryStore(), { before: pause, after: pause })))
      await slow.visit((session) => session.login('ann', { data: { n: 0 } }))
      const old = slow.token
      const visits = await Promise.all(
        Array.from({ length: 20 }, async () => {
          const visit = await slow.open(`sid=${old}`)
          expect(visit.session.userId).toBe('ann')
          await renew(visit.session)
          await visit.session.increment('n')
          return visit
        }),
      )
      const fresh = visits.flatMap(({ cookies }) => cookies())
      expect(fresh.length).toBeGreaterThanOrEqual(1)
      const living = await Promise.all(
        fresh.map(async (line) => (await slow.open(line.split(';')[0])).session),
      )
      const alive = living.filter((session) => session.userId === 'ann')
      expect(new Set(alive.map((session) => session.id)).size).toBe(1)
      expect(alive[0]?.get('n')).toBe(20)
    },
  )
})
