/**
 * Stores of next-session that fail in every way: the process lives, every response ends, and none
 * says 200 for what was not stored.
 */

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SessionStore } from '../../src/next-session.ts'
import { expressSession, promisifyStore } from '../../src/next-session/compat.ts'
import type { SessionData } from '../../src/next-session/types.ts'
import {
  ACTIONS,
  breaking,
  captureWarnings,
  carefulApp,
  FAULTS,
  type StoreVerb,
} from '../support/failing-next-session.ts'
import { cookieOf } from '../support/http-visit.ts'

let warnings: ReturnType<typeof captureWarnings>
beforeEach(() => {
  warnings = captureWarnings()
})
afterEach(() => warnings.restore())

describe.each(Object.keys(FAULTS))('a store that %s', (fault) => {
  test.each(Object.keys(ACTIONS) as StoreVerb[])(
    '%s: 503 without a cookie, and all is well again after',
    async (verb) => {
      const { store, state } = breaking(verb, FAULTS[fault] as () => unknown)
      const site = await carefulApp({ store }, ACTIONS[verb])
      const failed = await site.visit('sid=foo')
      expect(failed).toMatchObject({ status: 503, cookies: [], isWhole: true })
      expect(failed.body).not.toContain('fine')
      expect(store.read('foo')?.['user']).toBe('ann')
      state.isBroken = false
      expect(await site.visit('sid=foo')).toMatchObject({ status: 200, body: 'fine' })
    },
  )

  test('a redirect and a streamed response do not begin either', async () => {
    const { store } = breaking('set', FAULTS[fault] as () => unknown)
    const site = await carefulApp({ store }, (session, _, res) => {
      session['user'] = 'bob'
      res.writeHead(302, { Location: '/home', 'Content-Length': '4' })
      res.write('ab')
      res.end('cd')
    })
    const answer = await site.visit('sid=foo')
    expect(answer).toMatchObject({ status: 503, cookies: [], isWhole: true })
    expect(answer.headers['location']).toBeUndefined()
  })

  test('a response that has begun is cut short', async () => {
    const { store } = breaking('set', FAULTS[fault] as () => unknown)
    const site = await carefulApp({ store }, async (session, _, res) => {
      await new Promise((resolve) => res.write('begun', resolve))
      session['user'] = 'bob'
      res.end('and done')
    })
    expect(await site.visit('sid=foo')).toMatchObject({ status: 200, isWhole: false })
  })

  test('commit and destroy reject where they are awaited, and harm nobody where they are not', async () => {
    const { store } = breaking('set', FAULTS[fault] as () => unknown)
    const site = await carefulApp({ store, autoCommit: false }, async (session, req, res) => {
      session['user'] = 'bob'
      if (req.url === '/forgotten') void session.commit()
      else await session.commit()
      res.end('fine')
    })
    const code = fault === 'never answers' ? 'ERR_STORE_TIMEOUT' : 'ERR_STORE_UNAVAILABLE'
    expect(await site.visit('sid=foo')).toMatchObject({ status: 503, body: code, cookies: [] })
    expect(await site.visit('sid=foo', '/forgotten')).toMatchObject({ status: 200, body: 'fine' })
  })

  test('a logout that nobody awaits is told in the response', async () => {
    const { store } = breaking('destroy', FAULTS[fault] as () => unknown)
    const site = await carefulApp({ store }, (session, _, res) => {
      void session.destroy()
      res.end('signed out')
    })
    expect(await site.visit('sid=foo')).toMatchObject({ status: 503, cookies: [] })
  })
})

test('only the first answer counts of a store that answers twice', async () => {
  class Twice extends expressSession.MemoryStore {
    override set(sid: string, session: SessionData, callback?: (error?: unknown) => void): void {
      super.set(sid, session, () => {
        callback?.()
        callback?.(new Error('again'))
      })
    }
    override get(sid: string, callback: (error: unknown, session?: unknown) => void): void {
      super.get(sid, (error, session) => {
        callback(error, session)
        callback(new Error('again'))
      })
    }
  }
  const site = await carefulApp({ store: promisifyStore(new Twice()) }, (session, _, res) => {
    session['views'] = (session['views'] ?? 0) + 1
    res.end(String(session['views']))
  })
  const first = await site.visit()
  expect((await site.visit(cookieOf(first))).body).toBe('2')
})

test('an answer after the deadline changes nothing and harms nobody', async () => {
  const gate = Promise.withResolvers<void>()
  const { store } = breaking('set', () => gate.promise.then(() => Promise.reject(new Error('late'))))
  const site = await carefulApp({ store }, ACTIONS.set)
  expect(await site.visit('sid=foo')).toMatchObject({ status: 503 })
  gate.resolve()
  expect(await site.visit('sid=foo')).toMatchObject({ status: 503 })
})

test.each([null, undefined, '', 42, 'text', [], {}, { cookie: null }, { user: 'ann' }])(
  'what is no session (%j) is none',
  async (found) => {
    const store = { get: async () => found, set: async () => {}, destroy: async () => {} }
    const site = await carefulApp(
      { store: store as unknown as SessionStore, genid: () => 'new' },
      (session, _, res) => res.end(`${session.id} ${Object.keys(session).join()}`),
    )
    expect(await site.visit('sid=foo')).toMatchObject({ status: 200, body: 'new cookie' })
  },
)

test('values that cannot be written are an error of the application, and not of the store', async () => {
  const site = await carefulApp({}, (session, _, res) => {
    session['big'] = 1n
    res.end('fine')
  })
  expect(await site.visit()).toMatchObject({ status: 500, cookies: [] })
  expect(warnings.messages.join()).toContain('ERR_VALUE_UNSUPPORTED')
})
