import { beforeEach, describe, expect, test } from 'vitest'
import type { SessionOptions } from '../../src/core/options.ts'
import { decodeMeta, encodeMeta } from '../../src/core/record/meta.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { isAlive } from '../../src/core/store.ts'
import { identify } from '../../src/core/record/token.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { manualClock, type ManualClock } from '../../src/testing/manual-clock.ts'
import { Browser } from '../support/browser.ts'
import { recorded, type Verb } from '../support/pausing-store.ts'

const MINUTE = 60_000
const START = 1_700_000_000_000

let clock: ManualClock
beforeEach(() => {
  clock = manualClock(START)
})

function begin(options: SessionOptions = {}): {
  browser: Browser
  calls: Verb[]
  memory: ReturnType<typeof memoryStore>
} {
  const memory = memoryStore({ now: clock.now })
  const { store, calls } = recorded(memory)
  return {
    browser: new Browser(new Sessions({ idle: '30m', absolute: '8h', ...options }, store)),
    calls,
    memory,
  }
}

const user = (browser: Browser) => browser.visit((session) => session.userId)

describe('the idle timeout', () => {
  test('ends a session that nobody used, and the next request learns why', async () => {
    const { browser } = begin()
    await browser.visit((session) => session.login('ann'))
    clock.advance(30 * MINUTE)
    await browser.visit((session) => {
      expect([session.userId, session.id, session.ended, session.isNew]).toEqual([null, null, 'idle', true])
    })
  })

  test('is moved by reads alone, without a cookie, until the absolute deadline', async () => {
    const { browser } = begin()
    await browser.visit((session) => session.login('ann'))
    for (let at = 0; at < 19; at++) {
      clock.advance(25 * MINUTE)
      await browser.visit((session, { cookies }) => {
        expect(session.userId).toBe('ann')
        expect(cookies()).toEqual([])
      })
    }
    clock.advance(5 * MINUTE)
    await browser.visit((session) => expect([session.userId, session.ended]).toEqual([null, 'absolute']))
  })

  test('is moved by a write too', async () => {
    const { browser } = begin()
    await browser.visit((session) => session.login('ann'))
    const { session } = await browser.open()
    clock.advance(20 * MINUTE)
    await session.set('a', 1)
    clock.advance(20 * MINUTE)
    expect(await user(browser)).toBe('ann')
  })

  test('is moved at once by touch()', async () => {
    const { browser, calls } = begin()
    await browser.visit((session) => session.login('ann'))
    await browser.visit((session) => session.touch())
    expect(calls.at(-1)).toBe('touch')
  })
})

describe('reading a session', () => {
  test('touches it at most once a minute, or a tenth of a short idle timeout', async () => {
    for (const [idle, interval] of [
      ['30m', MINUTE],
      ['100s', 10_000],
    ] as const) {
      const { browser, calls } = begin({ idle })
      await browser.visit((session) => session.login('ann'))
      calls.length = 0
      for (let at = 0; at < 10; at++) await user(browser)
      clock.advance(interval)
      for (let at = 0; at < 10; at++) await user(browser)
      expect(calls).toEqual(Array.from({ length: 20 }, () => 'load'))
      clock.advance(1)
      for (let at = 0; at < 10; at++) await user(browser)
      expect(calls.filter((verb) => verb === 'touch')).toHaveLength(1)
    }
  })

  test('leaves the touch to the adapter where it can defer', async () => {
    const { browser: first, calls } = begin()
    await first.visit((session) => session.login('ann'))
    const deferred: (() => Promise<void>)[] = []
    const sessions = new Sessions({}, recorded(memoryStore({ now: clock.now })).store)
    const browser = new Browser(sessions, { defer: (work) => void deferred.push(work) })
    await browser.visit((session) => session.set('a', 1))
    clock.advance(2 * MINUTE)
    await user(browser)
    expect(deferred).toHaveLength(1)
    await deferred[0]?.()
    await user(browser)
    expect(deferred).toHaveLength(1)
    expect(calls).not.toContain('touch')
  })
})

describe('the absolute lifetime', () => {
  test('holds though the store was told otherwise', async () => {
    const { browser, memory } = begin()
    await browser.visit((session) => session.login('ann'))
    const { key } = await identify(browser.token)
    memory.touch(key, { idle: 1e9, absoluteAt: START + 1e9 })
    clock.advance(8 * 60 * MINUTE)
    await browser.visit((session) => expect([session.userId, session.ended]).toEqual([null, 'absolute']))
  })

  test('is what the cookie lives, capped at 400 days', async () => {
    const ages: [SessionOptions, string][] = [
      [{}, 'Max-Age=28800'],
      [{ absolute: '800d', idle: '1h' }, 'Max-Age=34560000'],
    ]
    for (const [options, age] of ages) {
      const { browser } = begin(options)
      await browser.visit(async (session, { cookies }) => {
        await session.set('a', 1)
        expect(cookies()[0]).toContain(age)
      })
    }
  })
})

describe('one session', () => {
  test('may live differently from the others', async () => {
    const { browser } = begin()
    await browser.visit(async (session, { cookies }) => {
      await session.login('ann', { idle: '7d', absolute: '30d', persist: false })
      expect(cookies()[0]).not.toContain('Max-Age')
      expect(session.expiresAt).toBe(START + 7 * 24 * 60 * MINUTE)
    })
    clock.advance(6 * 24 * 60 * MINUTE)
    await browser.visit(async (session) => {
      expect(session.userId).toBe('ann')
      await session.set('a', 1)
      expect(session.expiresAt).toBeGreaterThanOrEqual(clock.now() + 7 * 24 * 60 * MINUTE)
    })
    await browser.visit(async (session, { cookies }) => {
      await session.rotate()
      expect(cookies()[0]).not.toContain('Max-Age')
    })
  })

  test('tells when it began and when it ends, on the clock of the store', async () => {
    const { browser } = begin()
    await browser.visit(async (session) => {
      await session.set('a', 1)
      expect([session.createdAt, session.expiresAt]).toEqual([START, START + 30 * MINUTE])
    })
    clock.advance(10 * MINUTE)
    await browser.visit((session) => expect(session.createdAt).toBe(START))
    await browser.visit((session) => expect(session.expiresAt).toBe(START + 40 * MINUTE))
  })

  test('keeps its own idle timeout in the record', async () => {
    const { browser, memory } = begin({ app: 'shop' })
    await browser.visit((session) => session.login('ann', { idle: '5m' }))
    const record = memory.load((await identify(browser.token)).key)
    const meta = isAlive(record) ? record.meta : ''
    expect(decodeMeta(meta, 'shop')).toMatchObject({
      idle: 5 * MINUTE,
      userId: 'ann',
      absoluteAt: START + 480 * MINUTE,
    })
    expect(encodeMeta(decodeMeta(meta, 'shop') ?? ({} as never), 'shop')).toBe(meta)
  })
})
