/** A sign-in costs the same, whatever the account did before. */

import { describe, expect, test } from 'vitest'

import { Sessions } from '../../src/core/sessions.ts'
import { MOST_SESSIONS } from '../../src/core/users/session-lists.ts'
import { useFixture } from '../stores/redis/fixture.ts'
import { Browser } from '../support/browser.ts'

const fixture = useFixture()
const HOUR = 3_600_000

/** What the server sends and how many commands it runs while `work` runs. */
async function costOf(work: () => Promise<unknown>): Promise<{ bytes: number; commands: number }> {
  const before = await stats()
  await work()
  const after = await stats()
  return { bytes: after.bytes - before.bytes, commands: after.commands - before.commands }
}

async function stats(): Promise<{ bytes: number; commands: number }> {
  const info = await fixture.redis.info('stats')
  const number = (name: string): number => Number(new RegExp(`${name}:(\\d+)`).exec(info)?.[1])
  return { bytes: number('total_net_output_bytes'), commands: number('total_commands_processed') }
}

/** The only list of a user there is; those of single sessions have longer names. */
async function listOfUser(): Promise<string> {
  const [list] = (await fixture.redis.keys('sojourn:list:*')).filter((key) => /\{.{11}\}$/.test(key))
  return list!
}

/** An account that signed in so many times: a login monitor. */
async function withHistory(sessions: Sessions, count: number): Promise<void> {
  await new Browser(sessions).visit((session) => session.login('ann'))
  const list = await listOfUser()
  const now = Date.now()
  for (let from = 0; from < count; from += 1000) {
    const members: (number | string)[] = []
    for (let i = from; i < Math.min(count, from + 1000); i++)
      for (const part of ['0', '1', '2', '3']) members.push((now + HOUR + i) * 2048, `${part}${i}`)
    await fixture.redis.zadd(list, ...members)
  }
}

describe('on Redis', () => {
  test('a sign-in after 43,200 others costs what the first one does, but for what it ends', async () => {
    const sessions = new Sessions({}, await fixture.open('ioredis 6'))
    const signIn = (): Promise<unknown> => new Browser(sessions).visit((session) => session.login('ann'))
    await signIn()
    const one = await costOf(signIn)
    await withHistory(sessions, 43_200)
    for (let i = 0; i < 3; i++) {
      const many = await costOf(signIn)
      // Each ends 64 of those beyond the limit: their names, and what is left of their records.
      expect(many.bytes - one.bytes).toBeLessThan(64 * 1024)
      expect(many.commands - one.commands).toBeLessThan(64 * 32)
    }
  })

  test('below the limit of a list it costs the same to the byte', async () => {
    const sessions = new Sessions({}, await fixture.open('ioredis 6'))
    const signIn = (): Promise<unknown> => new Browser(sessions).visit((session) => session.login('ann'))
    await signIn()
    const one = await costOf(signIn)
    await withHistory(sessions, MOST_SESSIONS - 10)
    const many = await costOf(signIn)
    expect(many.commands).toBe(one.commands)
    expect(many.bytes - one.bytes).toBeLessThan(200)
  })

  test('an invented cookie costs one packet, and so does the reason why a session has ended', async () => {
    const sessions = new Sessions({}, await fixture.open('ioredis 6'))
    const browser = new Browser(sessions)
    await browser.visit((session) => session.login('ann'))
    await fixture.redis.del(...(await fixture.redis.keys('sojourn:{*}')))
    const names = ['A', 'E'].map((end) => `sid=${'x'.repeat(42)}${end}`)
    for (const header of [...names, browser.header]) {
      expect(await fixture.packetsOf(() => browser.open(header))).toBe(1)
    }
    expect((await browser.open()).session.ended).toBe('idle')
  })

  test('a list never holds more than its limit, but for those that come at once', async () => {
    const sessions = new Sessions({}, await fixture.open('ioredis 6'))
    await withHistory(sessions, MOST_SESSIONS + 200)
    for (let i = 0; i < 8; i++) await new Browser(sessions).visit((session) => session.login('ann'))
    expect((await fixture.redis.zcard(await listOfUser())) / 4).toBeLessThanOrEqual(MOST_SESSIONS)
  })
})
