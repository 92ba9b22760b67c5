/**
 * What of sessions that an application which uses next-session 4.0.5 relies on: each test runs against that package
 * and against ours. Where ours differs on purpose: next-session-quirks.test.ts.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { Session } from '../../src/next-session/types.ts'
import { cookieOf } from '../support/http-visit.ts'
import { NotingStore, ours, theirs } from '../support/next-sessions.ts'
import { serveHere, sessionApp, storeWith, visitOnce } from '../support/session-app.ts'

const ATTRIBUTES = { httpOnly: true, path: '/', secure: false }
const YEAR_1970 = 'Expires=Thu, 01 Jan 1970 00:00:00 GMT'

describe.each([theirs, ours])('$name', ({ nextSession, symbols: { isNew, isDestroyed } }) => {
  test('a new session holds the cookie and a flag, and is on the request', async () => {
    const answer = await visitOnce(nextSession, {}, (session, req, res) => {
      const symbols = Object.getOwnPropertySymbols(session)
      res.end(
        JSON.stringify({
          session,
          isSame: (req as { session?: unknown }).session === session,
          isNew: session[isNew],
          flags: symbols.length,
          undefined: Object.keys(session.cookie).filter(
            (key) => session.cookie[key as keyof typeof session.cookie] === undefined,
          ),
        }),
      )
    })
    expect(JSON.parse(answer.body)).toEqual({
      session: { cookie: ATTRIBUTES },
      isSame: true,
      isNew: true,
      flags: 1,
      undefined: expect.arrayContaining(['domain', 'sameSite']),
    })
  })

  test('gives back what is on the request already, and asks no store', async () => {
    const store = new NotingStore()
    const mine = {} as Session
    const getSession = nextSession({ store })
    const site = await serveHere(async (req, res) => {
      const asked = Object.assign(req, { session: mine })
      res.end(String((await getSession(asked, res)) === mine))
    })
    expect((await site.visit('sid=foo')).body).toBe('true')
    expect(store.calls).toEqual([])
  })

  test('is content with bare objects for request and response', async () => {
    const session = await nextSession({ cookie: { httpOnly: false } })(
      {} as IncomingMessage,
      {} as ServerResponse,
    )
    expect(session.cookie.httpOnly).toBe(false)
  })

  test('a visit that stores nothing leaves neither cookie nor record', async () => {
    const store = new NotingStore()
    const answer = await visitOnce(nextSession, { store }, (_, __, res) => res.end('hello'))
    expect(answer).toMatchObject({ status: 200, cookies: [], body: 'hello' })
    expect(store.calls).toEqual([])
  })

  test.each([true, false])(
    'stores what was assigned and finds it again (autoCommit %s)',
    async (autoCommit) => {
      const store = new NotingStore()
      const site = await sessionApp(nextSession, { store, autoCommit }, async (session, _, res) => {
        session['views'] = (session['views'] ?? 0) + 1
        if (!autoCommit) await session.commit()
        res.end(`${session.id} ${session['views']}`)
      })
      const first = await site.visit()
      const id = first.body.split(' ')[0] as string
      expect(first.cookies).toEqual([`sid=${id}; Path=/; HttpOnly`])
      expect(store.read(id)).toEqual({ cookie: ATTRIBUTES, views: 1 })
      const second = await site.visit(`sid=${id}`)
      expect(second.body).toBe(`${id} 2`)
      expect(store.read(id)).toEqual({ cookie: ATTRIBUTES, views: 2 })
      expect(second.cookies).toEqual(autoCommit ? [] : [`sid=${id}; Path=/; HttpOnly`])
      expect(store.calls).toEqual([`set ${id}`, `get ${id}`, `set ${id}`])
    },
  )

  test('the default store remembers within the process', async () => {
    const site = await sessionApp(nextSession, {}, (session, _, res) => {
      session['views'] = (session['views'] ?? 0) + 1
      res.end(String(session['views']))
    })
    const first = await site.visit()
    expect((await site.visit(cookieOf(first))).body).toBe('2')
  })

  test.each([true, false])(
    'destroy ends the session and clears the cookie (autoCommit %s)',
    async (autoCommit) => {
      const store = storeWith({ foo: 'bar' })
      const answer = await visitOnce(
        nextSession,
        { store, autoCommit },
        async (session, req, res) => {
          session['foo'] = 'quz'
          await session.destroy()
          res.end(`${'session' in req} ${session[isDestroyed]}`)
        },
        'sid=foo',
      )
      expect(answer.body).toBe('false true')
      expect(answer.cookies).toEqual([`sid=foo; Path=/; ${YEAR_1970}; HttpOnly`])
      expect(store.calls).toEqual(['get foo', 'destroy foo'])
    },
  )

  test('without autoCommit, writeHead and end stay as they are', async () => {
    const res = { writeHead() {}, end() {} }
    const before = { ...res }
    await nextSession({ autoCommit: false })({ headers: {} } as IncomingMessage, res as never)
    expect(res).toEqual(before)
  })

  test('with it, they answer at once', async () => {
    const res = { writeHead: () => res, end: () => undefined }
    await nextSession()({ headers: {} } as IncomingMessage, res as never)
    expect(res.writeHead()).toBe(res)
    expect(res.end()).toBeUndefined()
  })

  test('a second end changes nothing', async () => {
    const answer = await visitOnce(nextSession, {}, (session, _, res) => {
      session['foo'] = 'bar'
      res.end('Hello, world!')
      res.end()
    })
    expect(answer).toMatchObject({ status: 200, body: 'Hello, world!', isWhole: true })
    expect(answer.cookies).toHaveLength(1)
  })

  test('the answer waits until the session is stored', async () => {
    const gate = Promise.withResolvers<void>()
    let isStored = false
    const store = new NotingStore()
    store.set = async () => {
      await gate.promise
      isStored = true
    }
    const site = await sessionApp(nextSession, { store }, (session, _, res) => {
      session['foo'] = 'bar'
      res.end('done')
      setTimeout(gate.resolve, 50)
    })
    const answer = await site.visit()
    expect({ isStored, body: answer.body }).toEqual({ isStored: true, body: 'done' })
  })

  test('the change of a property inside an object is stored', async () => {
    const store = storeWith({ cart: { items: ['tea'] } })
    await visitOnce(
      nextSession,
      { store },
      (session, _, res) => {
        session['cart'].items.push('milk')
        res.end()
      },
      'sid=foo',
    )
    expect(store.read('foo')).toMatchObject({ cart: { items: ['tea', 'milk'] } })
  })
})
