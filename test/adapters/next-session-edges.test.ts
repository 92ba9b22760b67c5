/**
 * `sojourn/next-session` at its edges: what is held, taken back, kept or said, and when.
 */

import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import nextSession from '../../src/next-session.ts'
import { expressSession, promisifyStore } from '../../src/next-session/compat.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { breaking, captureWarnings } from '../support/failing-next-session.ts'
import { cookieOf } from '../support/http-visit.ts'
import { gated } from '../support/pausing-store.ts'
import { sessionApp, storeWith, visitOnce } from '../support/session-app.ts'

const refuse = (): Promise<never> => Promise.reject(new Error('no'))

let warnings: ReturnType<typeof captureWarnings>
beforeEach(() => {
  warnings = captureWarnings()
})
afterEach(() => {
  warnings.restore()
  vi.unstubAllEnvs()
})

test('a date that is none is left out of the cookie', async () => {
  const answer = await visitOnce(nextSession, { genid: () => 'x' }, (session, _, res) => {
    Object.assign(session.cookie, { expires: new Date(Number.NaN) })
    session['foo'] = 'bar'
    res.end()
  })
  expect(answer.cookies).toEqual(['sid=x; Path=/; HttpOnly'])
})

test('a session that could not be destroyed can still be stored', async () => {
  const { store } = breaking('destroy', refuse)
  const answer = await visitOnce(
    nextSession,
    { store, autoCommit: false },
    async (session, req, res) => {
      await session.destroy().catch(() => {})
      session['user'] = 'bob'
      await session.commit()
      res.end(String('session' in req))
    },
    'sid=foo',
  )
  expect(answer).toMatchObject({ body: 'true', cookies: [expect.not.stringContaining('1970')] })
  expect(store.read('foo')?.['user']).toBe('bob')
})

test('a status that is set after the end is too late', async () => {
  const answer = await visitOnce(nextSession, {}, (session, _, res) => {
    session['foo'] = 'bar'
    res.end('fine')
    res.statusCode = 500
  })
  expect(answer).toMatchObject({ status: 200, body: 'fine' })
})

test('whoever waits to write on comes to an end, stored or not', async () => {
  for (const [store, status] of [
    [storeWith({}), 200],
    [breaking('set', refuse).store, 503],
  ] as const) {
    const ended = Promise.withResolvers<void>()
    const answer = await visitOnce(nextSession, { store }, async (session, _, res) => {
      session['foo'] = 'bar'
      if (!res.write('a')) await once(res, 'drain')
      await new Promise((resolve) => res.write('b', resolve))
      res.end('c', () => ended.resolve())
    })
    await ended.promise
    expect(answer).toMatchObject({ status, isWhole: true })
  }
})

describe('in a store of sojourn', () => {
  test('a session whose last key was deleted stays, for others may be writing into it', async () => {
    const site = await sessionApp(nextSession, { store: memoryStore() }, (session, req, res) => {
      if (req.url === '/delete') delete session['user']
      else session['user'] = 'ann'
      res.end(session.id)
    })
    const first = await site.visit()
    const cookie = cookieOf(first)
    expect((await site.visit(cookie, '/delete')).cookies).toEqual([])
    expect((await site.visit(cookie)).body).toBe(first.body)
  })

  test('a change sends the changed keys alone', async () => {
    const store = memoryStore()
    const changes: unknown[] = []
    const watched = {
      ...nameless(store),
      update: (...args: Parameters<typeof store.update>) => {
        changes.push([...(args[1].set?.keys() ?? [])], args[1].delete)
        return store.update(...args)
      },
    }
    const site = await sessionApp(nextSession, { store: watched }, (session, req, res) => {
      if (req.url === '/change') {
        session['b'] = 3
        delete session['c']
      } else Object.assign(session, { a: 1, b: 2, c: 3 })
      res.end()
    })
    const cookie = cookieOf(await site.visit())
    await site.visit(cookie, '/change')
    await site.visit(cookie, '/change')
    expect(changes).toEqual([['b'], ['c']])
  })

  test('one write carries both a change and a longer life', async () => {
    const options = { store: memoryStore(), cookie: { maxAge: 60 } }
    const site = await sessionApp(nextSession, options, (session, req, res) => {
      session['seen'] = req.url
      if (req.url === '/remember') {
        Object.assign(session.cookie, { maxAge: 3600 })
        session.touch()
      }
      res.end(session.cookie.expires?.toISOString())
    })
    const cookie = cookieOf(await site.visit())
    const remembered = await site.visit(cookie, '/remember')
    expect((await site.visit(cookie)).body).toBe(remembered.body)
  })

  test('a request that meets a logout is no reason to warn', async () => {
    const { store, hold } = gated(memoryStore())
    const site = await sessionApp(nextSession, { store }, async (session, req, res) => {
      if (req.url === '/logout') await session.destroy()
      else session['views'] = (session['views'] ?? 0) + 1
      res.end()
    })
    const cookie = cookieOf(await site.visit())
    const gate = hold('update')
    const late = site.visit(cookie)
    await gate.reached
    await site.visit(cookie, '/logout')
    gate.open()
    expect((await late).status).toBe(401)
    expect(warnings.messages).toEqual([])
  })
})

test.each([
  ['production', undefined, 1],
  ['production', storeWith({}), 0],
  ['development', undefined, 0],
])('in %s, a store that forgets is warned of once, at the first request', async (mode, store, count) => {
  vi.stubEnv('NODE_ENV', mode)
  const site = await sessionApp(nextSession, { store }, (_, __, res) => res.end())
  expect(warnings.messages).toEqual([])
  await site.visit()
  await site.visit()
  expect(warnings.messages).toEqual(
    Array.from({ length: count }, () => expect.stringContaining('sqliteStore()')),
  )
})

test.each([
  [30_000, (left: number) => left > 25_000 && left <= 30_000],
  [-30_000, (left: number) => left === 1],
])('a store for express-session is told what is left of maxAge: %i ms', async (left, isRight) => {
  const inner = new expressSession.MemoryStore()
  const cookie = {
    path: '/',
    httpOnly: true,
    secure: false,
    maxAge: 60,
    expires: new Date(Date.now() + left),
  }
  await promisifyStore(inner).set('foo', { cookie })
  const kept = JSON.parse(inner.store.get('foo') ?? '') as { cookie: Record<string, number> }
  expect(kept.cookie['originalMaxAge']).toBe(60_000)
  expect(kept.cookie['maxAge']).toSatisfy(isRight)
})

/** The verbs of a store, free of its class. */
function nameless(store: ReturnType<typeof memoryStore>) {
  return {
    name: store.name,
    capabilities: store.capabilities,
    now: () => store.now(),
    create: (...args: Parameters<typeof store.create>) => store.create(...args),
    load: (key: string) => store.load(key),
    touch: (...args: Parameters<typeof store.touch>) => store.touch(...args),
    destroy: (...args: Parameters<typeof store.destroy>) => store.destroy(...args),
  }
}
