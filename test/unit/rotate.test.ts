import { beforeEach, describe, expect, test } from 'vitest'
import type { SessionEvent } from '../../src/core/events.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { identify } from '../../src/core/record/token.ts'
import { memoryStore, type MemoryStore } from '../../src/stores/memory.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { Browser } from '../support/browser.ts'

let memory: MemoryStore
let browser: Browser
beforeEach(() => {
  memory = memoryStore()
  browser = new Browser(new Sessions({}, memory))
})

const withToken = async (token: string) => (await browser.open(token === '' ? '' : `sid=${token}`)).session
const look = (): Promise<unknown[]> => browser.visit((session) => [session.userId, session.getAll()])

describe('rotate', () => {
  test('gives a new token, keeps data, user and absolute lifetime, and kills the old token', async () => {
    const clock = manualClock(1_700_000_000_000)
    browser = new Browser(new Sessions({ absolute: '10d' }, memoryStore({ now: clock.now })))
    await browser.visit((session) => session.login('ann', { data: { a: 1 } }))
    const old = browser.token
    for (let day = 1; day <= 9; day++) {
      clock.advance(86_400_000 - 30_000)
      await browser.visit(async (session, { cookies }) => {
        expect(session.userId).toBe('ann')
        await session.rotate()
        expect(session.createdAt).toBe(1_700_000_000_000)
        const maxAge = Number(/Max-Age=(\d+)/.exec(cookies()[0] ?? '')?.[1])
        expect(Math.floor(maxAge / 86_400)).toBe(10 - day)
      })
      expect((await withToken(old)).userId).toBeNull()
    }
    expect(await look()).toEqual(['ann', { a: 1 }])
    clock.advance(86_400_000)
    expect(await look()).toEqual([null, {}])
  })

  test('takes a new idle timeout, though less than that is left of the absolute lifetime', async () => {
    const clock = manualClock(1_700_000_000_000)
    browser = new Browser(new Sessions({ idle: '20d' }, memoryStore({ now: clock.now })))
    await browser.visit((session) => session.set('a', 1))
    clock.advance(19 * 86_400_000)
    await browser.visit((session) => session.touch())
    clock.advance(10 * 86_400_000)
    await browser.visit((session) => session.rotate({ idle: '2d' }))
    await browser.visit((session) => expect(session.expiresAt).toBe(clock.now() + 86_400_000))
    await browser.visit(async (session) => {
      await expect(session.rotate({ idle: '60d' })).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
      await session.rotate({ absolute: '3d', persist: false })
    })
    await browser.visit((session) => expect(session.expiresAt).toBe(clock.now() + 2 * 86_400_000))
  })

  test('does so at once, also on a server whose clock is behind the one that began the session', async () => {
    const clock = manualClock(1_700_000_000_000)
    browser = new Browser(new Sessions({}, memoryStore({ now: clock.now })))
    await browser.visit((session) => session.login('ann'))
    const old = browser.token
    clock.advance(-20)
    await browser.visit((session) => session.rotate())
    expect(browser.token).not.toBe(old)
    expect((await withToken(old)).userId).toBeNull()
  })

  test('of a session that has ended meanwhile revives nothing', async () => {
    await browser.visit((session) => session.set('a', 1))
    const slow = await browser.open()
    await browser.visit((session) => session.logout())
    await expect(slow.session.rotate()).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
    expect(slow.cookies()).toEqual([])
    await expect(slow.session.set('a', 2)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
  })

  test('tells of both ids', async () => {
    const events: SessionEvent[] = []
    browser = new Browser(new Sessions({ onEvent: (event) => events.push(event) }, memory))
    await browser.visit((session) => session.set('a', 1))
    const before = (await identify(browser.token)).id
    await browser.visit((session) => session.rotate())
    const { id } = await identify(browser.token)
    expect(events).toContainEqual({ type: 'rotated', id, previousId: before })
  })
})
