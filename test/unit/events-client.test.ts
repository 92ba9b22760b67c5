import { describe, expect, test } from 'vitest'
import { clientSession, type ClientSession } from '../../src/core/live/client-session.ts'
import type { Session } from '../../src/core/session/session.ts'
import { identify } from '../../src/core/record/token.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import type { Browser } from '../support/browser.ts'
import { useMemory } from '../support/opened.ts'

const opened = useMemory()

/** What a browser is told of its session. */
function view(session: Session): Promise<ClientSession> {
  return clientSession(session)
}

/** How many seconds are left. */
function left({ expiresAt, at }: ClientSession): number {
  expect((expiresAt ?? 0) % 1000).toBe(0)
  return Math.ceil(((expiresAt ?? 0) - at) / 1000)
}

test('a browser is told nothing of the data by default, nor who the user is', async () => {
  const browser = opened.begin()
  await browser.visit((session) => session.login('ada@example.com', { data: { card: '4242' } }))
  const told = await browser.visit(view)
  expect(told).toEqual({
    tag: expect.stringMatching(/^[\w-]{16}$/),
    data: null,
    expiresAt: expect.any(Number),
    at: expect.any(Number),
    ended: null,
  })
})

test('a browser is told what toClient selects, as JSON has it', async () => {
  const browser = opened.begin()
  const day = new Date(0)
  await browser.visit((session) => session.set({ name: 'Ada', day, card: '4242' }))
  const { data } = await browser.visit((session) =>
    clientSession(session, async () => ({
      name: session.get('name'),
      day: session.get('day'),
      none: undefined,
    })),
  )
  expect(data).toEqual({ name: 'Ada', day: day.toISOString() })
  expect(Object.keys(data ?? {})).toEqual(['name', 'day'])
})

test('toClient cannot give the session itself away', async () => {
  const browser = opened.begin()
  await browser.visit((session) => session.set({ card: '4242' }))
  const told = await browser.visit((session) => clientSession(session, () => ({ session })))
  expect(told.data).toEqual({ session: { id: expect.stringMatching(/^[\w-]{16}$/) } })
})

test('toClient that selects nothing gives null', async () => {
  const told = await opened.begin().visit((session) => clientSession(session, () => undefined))
  expect(told.data).toBe(null)
})

test('a visitor who stored nothing has no tag and no deadline, and costs no store call', async () => {
  const told = await opened.begin().visit(view)
  expect(told).toMatchObject({ tag: null, expiresAt: null, ended: null })
  expect(opened.calls).toEqual([])
})

test('a guest has a deadline but no tag', async () => {
  const browser = opened.begin()
  await browser.visit((session) => session.set({ cart: [1] }))
  const told = await browser.visit(view)
  expect(told.tag).toBe(null)
  expect(left(told)).toBe(86_400)
})

test('the deadline is told on the clock of the server, though the store has another', async () => {
  const clock = manualClock(1_000_000_000_000)
  const store = memoryStore({ now: clock.now })
  const browser = opened.begin({ idle: '1h' }, '', store)
  await browser.visit((session) => session.login('ada'))
  clock.advance(20_000)
  const told = await browser.visit(view)
  expect(Math.abs(told.at - Date.now())).toBeLessThan(10_000)
  expect(left(told)).toBe(3580)
})

describe('the tag', () => {
  async function tagAfter(
    browser: Browser,
    work: (session: Session) => Promise<unknown> = async () => {},
  ): Promise<string | null> {
    const here = await browser.visit(async (session) => {
      await work(session)
      return view(session)
    })
    const next = await browser.visit(view)
    expect(next.tag).toBe(here.tag)
    return next.tag
  }

  test('is no token and no key', async () => {
    const browser = opened.begin()
    const tag = (await tagAfter(browser, (session) => session.login('ada'))) ?? ''
    const { key } = await identify(browser.token)
    expect(tag.length).toBe(16)
    expect(browser.token).not.toContain(tag)
    expect(key).not.toContain(tag)
  })

  test('stays through rotations, with and without grace, and when the same person signs in again', async () => {
    const browser = opened.begin()
    const tag = await tagAfter(browser, (session) => session.login('ada'))
    const id = await browser.visit((session) => session.id)
    expect(await tagAfter(browser, (session) => session.rotate())).toBe(tag)
    expect(await tagAfter(browser, (session) => session.rotate({ grace: '30s' }))).toBe(tag)
    expect(await tagAfter(browser, (session) => session.login('ada'))).toBe(tag)
    expect(await browser.visit((session) => session.id)).not.toBe(id)
  })

  test('stays for a request that still brings the old token', async () => {
    const browser = opened.begin()
    const tag = await tagAfter(browser, (session) => session.login('ada'))
    const { token } = browser
    await browser.visit((session) => session.rotate({ grace: '30s' }))
    expect(await tagAfter(opened.begin({}, token))).toBe(tag)
  })

  test('is another one for another person, and after signing out and in again', async () => {
    const browser = opened.begin()
    const first = await tagAfter(browser, (session) => session.login('ada'))
    const second = await tagAfter(browser, (session) => session.login('bob'))
    await tagAfter(browser, (session) => session.rotate())
    const third = await tagAfter(browser, (session) => session.login('ada'))
    expect(await tagAfter(browser, (session) => session.logout())).toBe(null)
    const fourth = await tagAfter(browser, (session) => session.login('ada'))
    expect(new Set([first, second, third, fourth, null]).size).toBe(5)
  })

  test('is another one on another device', async () => {
    const one = await tagAfter(opened.begin(), (session) => session.login('ada'))
    const other = await tagAfter(opened.begin(), (session) => session.login('ada'))
    expect(one).not.toBe(other)
  })

  test('is gone with the session, and the reason is told', async () => {
    const browser = opened.begin()
    const other = opened.begin({}, '')
    await browser.visit((session) => session.login('ada'))
    other.token = browser.token
    await other.visit((session) => session.destroy('revoked'))
    expect(await browser.visit(view)).toMatchObject({ tag: null, expiresAt: null, ended: 'revoked' })
  })
})
