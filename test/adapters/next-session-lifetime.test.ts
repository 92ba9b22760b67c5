/**
 * What of lifetimes that an application which uses next-session 4.0.5 relies on: each test runs against that package
 * and against ours. Where ours differs on purpose: next-session-quirks.test.ts.
 */

import { describe, expect, test } from 'vitest'
import { NotingStore, ours, theirs } from '../support/next-sessions.ts'
import { storeWith, visitOnce } from '../support/session-app.ts'

const ATTRIBUTES = { httpOnly: true, path: '/', secure: false }

describe.each([theirs, ours])('$name', ({ nextSession, symbols: { isTouched } }) => {
  test('maxAge counts in seconds, and is sent and stored as a date', async () => {
    const store = new NotingStore()
    const before = Date.now()
    const answer = await visitOnce(nextSession, { store, cookie: { maxAge: 10 } }, (session, _, res) => {
      session['foo'] = 'bar'
      const { expires } = session.cookie
      res.end(JSON.stringify({ id: session.id, isDate: expires instanceof Date, at: expires?.getTime() }))
    })
    const { id, isDate, at } = JSON.parse(answer.body) as { id: string; isDate: boolean; at: number }
    expect(isDate).toBe(true)
    expect(at - before).toBeGreaterThanOrEqual(10_000)
    expect(at - Date.now()).toBeLessThanOrEqual(10_000)
    expect(answer.cookies).toEqual([`sid=${id}; Path=/; Expires=${new Date(at).toUTCString()}; HttpOnly`])
    const expires = new Date(at).toISOString()
    expect(store.read(id)).toEqual({ cookie: { ...ATTRIBUTES, maxAge: 10, expires }, foo: 'bar' })
  })

  test('without touchAfter, no request extends a session', async () => {
    const expires = new Date(Date.now() + 1000).toISOString()
    const store = storeWith({ foo: 'bar' }, { maxAge: 5, expires })
    const answer = await visitOnce(
      nextSession,
      { store },
      (session, _, res) => res.end(`${session[isTouched] ?? false} ${session.cookie.expires?.toISOString()}`),
      'sid=foo',
    )
    expect(answer).toMatchObject({ body: `false ${expires}`, cookies: [] })
    expect(store.calls).toEqual(['get foo'])
  })

  test('a session is extended once touchAfter seconds have gone', async () => {
    const old = Date.now() + 2000
    const store = storeWith({ foo: 'bar' }, { maxAge: 5, expires: new Date(old).toISOString() })
    const answer = await visitOnce(
      nextSession,
      { store, touchAfter: 1 },
      (session, _, res) => res.end(`${session[isTouched]} ${session.cookie.expires?.getTime()}`),
      'sid=foo',
    )
    const [flag, at] = answer.body.split(' ')
    expect(flag).toBe('true')
    expect(Number(at)).toBeGreaterThan(old)
    expect(answer.cookies).toEqual([
      `sid=foo; Path=/; Expires=${new Date(Number(at)).toUTCString()}; HttpOnly`,
    ])
    expect(store.calls).toEqual(['get foo', 'touch foo'])
    expect(store.read('foo')?.cookie.expires).toBe(new Date(Number(at)).toISOString())
  })

  test('and not before', async () => {
    const expires = new Date(Date.now() + 2000).toISOString()
    const store = storeWith({ foo: 'bar' }, { maxAge: 5, expires })
    const answer = await visitOnce(
      nextSession,
      { store, touchAfter: 10 },
      (session, _, res) => res.end(session.cookie.expires?.toISOString()),
      'sid=foo',
    )
    expect(answer).toMatchObject({ body: expires, cookies: [] })
    expect(store.calls).toEqual(['get foo'])
  })

  test('a session that was changed and extended is stored once', async () => {
    const expires = new Date(Date.now() + 2000).toISOString()
    const store = storeWith({ foo: 'bar' }, { maxAge: 5, expires })
    const answer = await visitOnce(
      nextSession,
      { store },
      (session, _, res) => {
        session['foo'] = 'quz'
        session.touch()
        res.end()
      },
      'sid=foo',
    )
    expect(answer.cookies).toHaveLength(1)
    expect(store.calls).toEqual(['get foo', 'set foo'])
    expect(store.read('foo')?.cookie.expires).not.toBe(expires)
  })

  test('a text for expires becomes a date, and the id and the methods are not data', async () => {
    const store = storeWith({ foo: 'bar' }, { maxAge: 5, expires: new Date(Date.now() + 4000).toISOString() })
    const answer = await visitOnce(
      nextSession,
      { store },
      (session, _, res) => {
        res.end(
          `${session.cookie.expires instanceof Date} ${session.id} ${Object.keys(session).sort().join()}`,
        )
      },
      'sid=foo',
    )
    expect(answer.body).toBe('true foo cookie,foo')
  })
})
