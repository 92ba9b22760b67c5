import { beforeEach, describe, expect, test } from 'vitest'
import type { SessionOptions } from '../../src/core/options.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { manualClock, type ManualClock } from '../../src/testing/manual-clock.ts'
import { Browser } from '../support/browser.ts'
import { recorded, type Verb } from '../support/pausing-store.ts'

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

describe('the size limit', () => {
  test('refuses what does not fit, naming the key, and leaves the old data', async () => {
    const { browser, calls } = begin({ maxBytes: 1000 })
    await browser.visit((session) => session.set({ a: 'x', cart: 'old' }))
    await browser.visit(async (session) => {
      calls.length = 0
      const refused = {
        code: 'ERR_RECORD_TOO_LARGE',
        status: 413,
        message: expect.stringContaining('"cart"') as string,
      }
      const big = 'é'.repeat(600)
      await expect(session.set('cart', big)).rejects.toMatchObject(refused)
      await expect(session.set({ b: 1, cart: big })).rejects.toMatchObject(refused)
      await expect(session.update('cart', () => big)).rejects.toMatchObject(refused)
      await expect(session.login('ann', { data: { cart: big } })).rejects.toMatchObject(refused)
      await expect(session.namespace('n').set('cart', big)).rejects.toMatchObject({ code: refused.code })
      await expect(session.flash('note', big)).rejects.toMatchObject({ code: refused.code })
      expect(calls).toEqual([])
      expect(session.getAll()).toEqual({ a: 'x', cart: 'old' })
    })
    await browser.visit((session) =>
      expect([session.userId, session.getAll()]).toEqual([null, { a: 'x', cart: 'old' }]),
    )
  })

  test('counts all that a session holds, not one write', async () => {
    const { browser } = begin({ maxBytes: 1000 })
    await browser.visit(async (session) => {
      await session.set('a', 'x'.repeat(600))
      await expect(session.set('b', 'x'.repeat(600))).rejects.toMatchObject({ code: 'ERR_RECORD_TOO_LARGE' })
      await expect(
        Promise.all([session.delete('a'), session.set('b', 'x'.repeat(600))]),
      ).resolves.toBeDefined()
    })
  })

  test('holds for counters of many names too', async () => {
    const { browser } = begin({ maxBytes: 1000 })
    await browser.visit(async (session) => {
      const steps = Array.from({ length: 200 }, (_, i) => session.increment(`counter-${i}`))
      const results = await Promise.allSettled(steps)
      expect(results.some(({ status }) => status === 'rejected')).toBe(true)
      expect(JSON.stringify(session.getAll()).length).toBeLessThan(2000)
    })
  })
})
