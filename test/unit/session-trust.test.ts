import { beforeEach, describe, expect, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { identify } from '../../src/core/record/token.ts'
import { memoryStore, type MemoryStore } from '../../src/stores/memory.ts'
import { Browser } from '../support/browser.ts'
import { faulty, recorded } from '../support/pausing-store.ts'

let memory: MemoryStore
let browser: Browser
beforeEach(async () => {
  memory = memoryStore()
  browser = new Browser(new Sessions({}, memory))
  await browser.visit((session) => session.login('ann', { data: { card: '4111' } }))
})

describe('a token that is not ours', () => {
  const unknown = 'A'.repeat(43)

  test('of valid form is never adopted: the first write makes another', async () => {
    const { session, cookies, end } = await browser.open(`sid=${unknown}`)
    expect(session.isNew).toBe(true)
    await session.set('a', 1)
    end()
    expect(cookies()).toHaveLength(1)
    expect(browser.token).not.toBe(unknown)
    expect(memory.load((await identify(unknown)).key)).toBeNull()
  })

  test('of another form costs no store call', async () => {
    const { store, calls } = recorded(memory)
    const visitor = new Browser(new Sessions({}, store))
    for (const value of [
      '',
      'x',
      '..%2Fconfig',
      'admin:SECRET',
      'A'.repeat(42),
      'A'.repeat(44),
      '*',
      '{}',
      '\0'.repeat(43),
    ]) {
      await visitor.open(`sid=${value}`)
    }
    expect(calls).toEqual([])
  })

  test('beside one that lives does no harm: both are asked for, once', async () => {
    const { store, calls } = recorded(memory)
    const types: string[] = []
    const visitor = new Browser(new Sessions({ onEvent: ({ type }) => types.push(type) }, store))
    const { session } = await visitor.open(`sid=${browser.token}; sid=${unknown}`)
    expect([session.userId, calls, types]).toEqual(['ann', ['load', 'load'], []])
  })

  test('that lives beside one that lives makes the request anonymous, with an event', async () => {
    const types: string[] = []
    const eve = new Browser(new Sessions({ onEvent: ({ type }) => types.push(type) }, memory))
    await eve.visit((session) => session.login('eve'))
    types.length = 0
    const { session } = await eve.open(`sid=${browser.token}; sid=${eve.token}`)
    expect([session.userId, session.id, types]).toEqual([null, null, ['ambiguous']])
  })

  test('beside malformed copies does no harm', async () => {
    const { session } = await browser.open(`sid=x; sid=${browser.token}; sid="; sid=${browser.token}`)
    expect(session.userId).toBe('ann')
  })
})

describe('a record that we cannot trust', () => {
  test('is no session, raises an event, stays in place, and does not keep anybody from signing in', async () => {
    const events: unknown[] = []
    browser = new Browser(new Sessions({ onEvent: (event) => events.push(event) }, memory))
    for (const meta of ['', '{', '{"v":2}', '{"v":1,"app":"other"}', 'null']) {
      const token = 'B'.repeat(42) + meta.length.toString(36)
      const { key, id } = await identify(token)
      memory.create(
        key,
        { meta, fields: new Map([['a', '1']]) },
        { idle: 60_000, absoluteAt: Date.now() + 60_000 },
      )
      browser.token = token
      events.length = 0
      await browser.visit((session) => {
        expect([session.id, session.userId, session.getAll()]).toEqual([null, null, {}])
        expect(events).toEqual([{ type: 'unreadable', id, what: 'record' }])
      })
      expect(memory.load(key)).toMatchObject({ meta })
      await browser.visit((session) => session.login('ann'))
      expect(await browser.visit((session) => session.userId)).toBe('ann')
      await browser.visit((session) => session.logout())
      expect(browser.token).toBe('')
    }
  })

  test('of another application in the same store is not ours', async () => {
    const other = new Browser(new Sessions({ app: 'other' }, memory))
    other.token = browser.token
    expect(await other.visit((session) => session.userId)).toBeNull()
    expect(await browser.visit((session) => session.userId)).toBe('ann')
  })
})

test('a store that fails is an error and never an anonymous visitor', async () => {
  const { store, fail } = faulty(memory)
  const visitor = new Browser(new Sessions({}, store))
  fail('load')
  await expect(visitor.open(`sid=${browser.token}`)).rejects.toMatchObject({
    code: 'ERR_STORE_UNAVAILABLE',
    status: 503,
  })
  await expect(visitor.open('')).resolves.toBeDefined()
})

test('a reason that is none of ours is not told', async () => {
  const memory = memoryStore()
  const browser = new Browser(new Sessions({}, memory))
  await browser.visit((session) => session.set('a', 1))
  memory.load = () => ({ ended: '<script>' as never })
  expect(await browser.visit((session) => session.ended)).toBeNull()
})
