/** A deployment with shorter lifetimes, while sessions of the one before live. */

import { expect, test } from 'vitest'
import type { SessionOptions } from '../../src/core/options.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { identify } from '../../src/core/record/token.ts'
import { memoryStore, type MemoryStore } from '../../src/stores/memory.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { Browser } from '../support/browser.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

interface Deployments {
  clock: ReturnType<typeof manualClock>
  memory: MemoryStore
  browser: Browser
  /** Another release, and the same visitor as its browser. */
  deploy: (options: SessionOptions) => { sessions: Sessions; after: Browser }
}

function deployments(options: SessionOptions): Deployments {
  const clock = manualClock(1_700_000_000_000)
  const memory = memoryStore({ now: clock.now })
  const browser = new Browser(new Sessions(options, memory))
  const deploy: Deployments['deploy'] = (later) => {
    const sessions = new Sessions(later, memory)
    return { sessions, after: Object.assign(new Browser(sessions), { token: browser.token }) }
  }
  return { clock, memory, browser, deploy }
}

const who = (browser: Browser): Promise<unknown> => browser.visit((session) => session.userId)

test('a shorter idle timeout counts from the next use of a session', async () => {
  const { clock, browser, deploy } = deployments({ idle: '24h' })
  await browser.visit((session) => session.login('ann'))
  clock.advance(20 * HOUR)
  const { sessions, after } = deploy({ idle: '15m' })
  const [listed] = await sessions.list('ann')
  expect(listed).toMatchObject({ createdAt: 1_700_000_000_000 })
  expect(await who(after)).toBe('ann')
  await after.visit((session) => expect(session.expiresAt).toBe(clock.now() + 15 * MINUTE))
  expect(await sessions.list('ann')).toMatchObject([{ lastSeenAt: clock.now() }])
  clock.advance(14 * MINUTE)
  expect(await who(after)).toBe('ann')
  clock.advance(15 * MINUTE)
  await after.visit((session) => {
    expect(session.userId).toBeNull()
    expect(session.ended).toBe('idle')
  })
})

test('a shorter lifetime shows in the first request that comes under it', async () => {
  const { clock, browser, deploy } = deployments({ idle: '24h' })
  await browser.visit((session) => session.login('ann'))
  const { sessions } = deploy({ absolute: '1h' })
  // The deadline moves only after the response.
  const after = Object.assign(new Browser(sessions, { defer: () => {} }), { token: browser.token })
  await after.visit((session) => expect(session.expiresAt).toBe(clock.now() + HOUR))
})

test('a shorter absolute lifetime ends what is older, and takes it out of the store', async () => {
  const { clock, memory, browser, deploy } = deployments({ idle: '30d' })
  await browser.visit((session) => session.login('ann', { data: { a: 1 } }))
  clock.advance(2 * DAY)
  const { sessions, after } = deploy({ absolute: '1d' })
  expect(await sessions.list('ann')).toEqual([])
  const { key } = await identify(browser.token)
  await after.visit((session) => {
    expect([session.userId, session.getAll()]).toEqual([null, {}])
    expect(session.ended).toBe('absolute')
  })
  expect(memory.load(key)).toEqual({ ended: 'absolute' })
})

test('what is younger ends with the shorter absolute lifetime, also after a rotation', async () => {
  const { clock, browser, deploy } = deployments({ absolute: '30d' })
  await browser.visit((session) => session.login('ann'))
  clock.advance(12 * HOUR)
  const { after } = deploy({ absolute: '1d' })
  await after.visit((session) => session.rotate())
  expect(await who(after)).toBe('ann')
  clock.advance(12 * HOUR)
  expect(await who(after)).toBeNull()
})

test.each([
  ['login', true],
  ['rotate', false],
] as const)('what %s chose for one session stays', async (_, atLogin) => {
  const { clock, browser, deploy } = deployments({ idle: '1h', absolute: '1d' })
  const chosen = { idle: '20d', absolute: '60d' } as const
  await browser.visit((session) => session.login('ann', atLogin ? chosen : {}))
  if (!atLogin) await browser.visit((session) => session.rotate(chosen))
  await browser.visit((session) => session.rotate())
  const { after } = deploy({ idle: '15m', absolute: '12h' })
  for (let i = 0; i < 3; i++) {
    clock.advance(19 * DAY)
    expect(await who(after)).toBe('ann')
  }
  clock.advance(4 * DAY)
  expect(await who(after)).toBeNull()
})

test('a longer lifetime is for sessions that begin', async () => {
  const { clock, browser, deploy } = deployments({ idle: '15m' })
  await browser.visit((session) => session.login('ann'))
  const { after } = deploy({ idle: '24h' })
  expect(await who(after)).toBe('ann')
  clock.advance(15 * MINUTE)
  expect(await who(after)).toBeNull()
})
