/**
 * What of cookies that an application which uses next-session 4.0.5 relies on: each test runs against that package
 * and against ours. Where ours differs on purpose: next-session-quirks.test.ts.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { cookieOf } from '../support/http-visit.ts'
import { NotingStore, ours, theirs, type Options } from '../support/next-sessions.ts'
import { sessionApp, storeWith, visitOnce } from '../support/session-app.ts'

describe.each([theirs, ours])('$name', ({ nextSession }) => {
  test('the cookie has the attributes and the name of the options', async () => {
    const cookie = {
      secure: true,
      httpOnly: false,
      path: '/shop',
      domain: 'shop.example',
      sameSite: 'lax' as const,
    }
    const answer = await visitOnce(
      nextSession,
      { name: 'seat', genid: () => 'a b', cookie },
      (session, _, res) => {
        session['foo'] = 'bar'
        res.end()
      },
    )
    expect(answer.cookies).toEqual(['seat=a%20b; Domain=shop.example; Path=/shop; Secure; SameSite=Lax'])
  })

  test('encode and decode change the cookie and not the id in the store', async () => {
    const store = new NotingStore()
    const options: Options = {
      store,
      encode: (id) => `sig.${id}`,
      decode: (text) => (text.startsWith('sig.') ? text.slice(4) : null),
    }
    const site = await sessionApp(nextSession, options, (session, _, res) => {
      const body = String(session['foo'])
      session['foo'] = 'bar'
      res.end(body)
    })
    const first = await site.visit()
    const [id] = store.kept.keys()
    expect(cookieOf(first)).toBe(`sid=sig.${id}`)
    expect((await site.visit(`sid=sig.${id}`)).body).toBe('bar')
    expect((await site.visit(`sid=${id}`)).body).toBe('undefined')
  })

  test('an error of decode reaches the caller', async () => {
    function decode(): never {
      throw new RangeError('not signed')
    }
    const request = { headers: { cookie: 'sid=foo' } } as IncomingMessage
    await expect(nextSession({ decode })(request, {} as ServerResponse)).rejects.toThrow('not signed')
  })

  test('the cookie goes with writeHead and a redirect', async () => {
    const answer = await visitOnce(nextSession, {}, (session, _, res) => {
      session['foo'] = 'bar'
      const wrote = res.writeHead(302, { Location: '/login' })
      if (wrote === res) res.end()
    })
    expect(answer).toMatchObject({ status: 302, headers: { location: '/login' } })
    expect(answer.cookies).toHaveLength(1)
  })

  test('cookies of the application stay beside ours', async () => {
    const answer = await visitOnce(nextSession, { genid: () => 'x' }, (session, _, res) => {
      res.setHeader('set-cookie', ['a=1', 'b=2'])
      session['foo'] = 'bar'
      res.end()
    })
    expect(answer.cookies).toEqual(['a=1', 'b=2', 'sid=x; Path=/; HttpOnly'])
  })

  test('an id that the store does not know is not adopted', async () => {
    const store = new NotingStore()
    const answer = await visitOnce(
      nextSession,
      { store },
      (session, _, res) => {
        session['foo'] = 'bar'
        res.end(session.id)
      },
      'sid=planted',
    )
    expect(answer.body).not.toBe('planted')
    expect([...store.kept.keys()]).toEqual([answer.body])
    expect(answer.body).toMatch(/^[\w-]{21}$/)
  })

  test('of several cookies of the name the first counts, also in quotes', async () => {
    const store = storeWith({ foo: 'bar' })
    const answer = await visitOnce(
      nextSession,
      { store },
      (session, _, res) => res.end(session['foo']),
      'a=1; sid="foo"; sid=other',
    )
    expect(answer.body).toBe('bar')
  })
})
