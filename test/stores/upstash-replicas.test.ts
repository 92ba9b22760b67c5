import { expect, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { upstashStore, type UpstashStoreOptions } from '../../src/stores/upstash.ts'
import { Browser } from '../support/browser.ts'
import { useUpstash } from './upstash/fixture.ts'

const PAIRS = 100

const fixture = useUpstash()

/** An instance of the application, with a store object of its own. */
function instance(options: UpstashStoreOptions): Sessions {
  const { url, token } = fixture.upstash
  return new Sessions({}, upstashStore({ url, token }, { prefix: fixture.prefix, ...options }))
}

/** How often an instance does not see what another one has done just before. */
async function staleReads(options: UpstashStoreOptions): Promise<number> {
  const here = instance(options)
  let stale = 0
  fixture.upstash.lag()
  for (let i = 0; i < PAIRS; i++) {
    // One that has written lately carries a token that lets it see more.
    const there = instance(options)
    const visitor = new Browser(here)
    await visitor.visit((session) => session.login(`user ${i}`))
    const elsewhere = new Browser(there)
    elsewhere.token = visitor.token
    if ((await elsewhere.visit((session) => session.userId)) !== `user ${i}`) stale++
    if ((await there.list(`user ${i}`)).length !== 1) stale++
    await visitor.visit((session) => session.logout())
    if ((await elsewhere.visit((session) => session.userId)) !== null) stale++
  }
  await fixture.upstash.catchUp()
  return stale
}

test('pages read from the primary see what another instance did, where replicas lag', async () => {
  expect(await staleReads({ readFrom: 'primary' })).toBe(0)
  expect(await staleReads({})).toBeGreaterThanOrEqual(PAIRS)
})

test('that takes one request, too', async () => {
  const sessions = instance({ readFrom: 'primary' })
  const visitor = new Browser(sessions)
  await visitor.visit((session) => session.set('a', 1))
  expect(await fixture.requestsOf(() => visitor.visit((session) => session.get('a')))).toBe(1)
  expect(fixture.upstash.requests.at(-1)?.commands.map(([name]) => name)).toEqual(['del', 'pttl', 'hgetall'])
})

test('refuses to read from elsewhere', () => {
  expect(() => upstashStore({}, { readFrom: 'replica' as never })).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_INVALID', message: expect.stringContaining("'primary'") }),
  )
})
