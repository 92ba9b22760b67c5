/** Why a browser is signed out, when the store itself has forgotten its session. */

import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { identify } from '../../src/core/record/token.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { Browser } from '../support/browser.ts'
import { recorded } from '../support/pausing-store.ts'

const client = createClient({ url: inject('redisUrl') })
const { store, calls } = recorded(redisStore(client, { prefix: 'ended' }))
const sessions = new Sessions({}, store)

beforeAll(async () => void (await client.connect()))
afterAll(() => client.close())

/** What Redis does when the idle time is over. */
async function expire(browser: Browser): Promise<void> {
  const { key } = await identify(browser.token)
  expect(await client.del(`ended:{${key}}`)).toBe(1)
}

const ended = (browser: Browser) => browser.visit((session) => session.ended)

describe('on Redis, which forgets what has expired', () => {
  test('who was signed in learns that it was too long ago', async () => {
    const browser = new Browser(sessions)
    await browser.visit((session) => session.login('ann'))
    await expire(browser)
    expect(await ended(browser)).toBe('idle')
    expect(await ended(browser)).toBe('idle')
    expect(await sessions.list('ann')).toEqual([])
    expect(await ended(browser)).toBe('idle')
  })

  test('who was signed out learns nothing else, and who never signed in nothing at all', async () => {
    const browser = new Browser(sessions)
    await browser.visit((session) => session.login('cid'))
    const { header } = browser
    const { key } = await identify(browser.token)
    await browser.visit((session) => session.logout())
    expect((await browser.open(header)).session.ended).toBe('logout')
    await client.del(`ended:{${key}}`)
    expect((await browser.open(header)).session.ended).toBeNull()

    await browser.visit((session) => session.set('cart', 1))
    await expire(browser)
    expect(await ended(browser)).toBeNull()
  })

  test('the reason costs no second question', async () => {
    const browser = new Browser(sessions)
    await browser.visit((session) => session.login('dan'))
    calls.length = 0
    await browser.open()
    expect(calls).toEqual(['load'])
    await expire(browser)
    await browser.open()
    expect(calls).toEqual(['load', 'load'])
  })
})

test('a store that remembers for minutes is outlived by the list: idle all day, absolute a while', async () => {
  const clock = manualClock(1_700_000_000_000)
  const browser = new Browser(
    new Sessions({ idle: '1h', absolute: '2d', persist: false }, memoryStore({ now: clock.now })),
  )
  await browser.visit((session) => session.login('eve'))
  clock.advance(86_400_000)
  expect(await ended(browser)).toBe('idle')
  clock.advance(86_400_000 + 299_999)
  expect(await ended(browser)).toBe('absolute')
  clock.advance(1)
  expect(await ended(browser)).toBeNull()
})
