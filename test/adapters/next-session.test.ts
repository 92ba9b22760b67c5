/**
 * What an application that uses next-session 4.0.5 relies on: each test runs against that package
 * and against ours. Where ours differs on purpose: next-session-quirks.test.ts.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { cookieOf, serve, type Answer, type Place } from '../support/http-visit.ts'
import { NotingStore, ours, theirs, type Options } from '../support/next-sessions.ts'
import type { Session } from '../../src/next-session/types.ts'

type Handler = (session: Session, req: IncomingMessage, res: ServerResponse) => unknown

const ATTRIBUTES = { httpOnly: true, path: '/', secure: false }
const YEAR_1970 = 'Expires=Thu, 01 Jan 1970 00:00:00 GMT'

const places: Place[] = []
afterEach(async () => {
  for (const place of places.splice(0)) await place.close()
})

describe.each([theirs, ours])('$name', ({ nextSession, symbols: { isNew, isTouched, isDestroyed } }) => {
  /** Serves one handler with sessions of these options. */
  async function app(options: Options, handler: Handler): Promise<Place> {
    const getSession = nextSession(options)
    const place = await serve(async (req, res) => {
      await handler(await getSession(req, res), req, res)
    })
    places.push(place)
    return place
  }

  async function visit(options: Options, handler: Handler, cookie?: string): Promise<Answer> {
    return (await app(options, handler)).visit(cookie)
  }

  /** A store that holds one session, `foo`. */
  function storeWith(data: object, lifetime: object = {}): NotingStore {
    const store = new NotingStore()
    store.kept.set('foo', JSON.stringify({ ...data, cookie: { ...ATTRIBUTES, ...lifetime } }))
    return store
  }

  test('a new session holds the cookie and a flag, and is on the request', async () => {
    const answer = await visit({}, (session, req, res) => {
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
    const place = await serve(async (req, res) => {
      const asked = Object.assign(req, { session: mine })
      res.end(String((await getSession(asked, res)) === mine))
    })
    places.push(place)
    expect((await place.visit('sid=foo')).body).toBe('true')
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
    const answer = await visit({ store }, (_, __, res) => res.end('hello'))
    expect(answer).toMatchObject({ status: 200, cookies: [], body: 'hello' })
    expect(store.calls).toEqual([])
  })

  test.each([true, false])(
    'stores what was assigned and finds it again (autoCommit %s)',
    async (autoCommit) => {
      const store = new NotingStore()
      const place = await app({ store, autoCommit }, async (session, _, res) => {
        session['views'] = (session['views'] ?? 0) + 1
        if (!autoCommit) await session.commit()
        res.end(`${session.id} ${session['views']}`)
      })
      const first = await place.visit()
      const id = first.body.split(' ')[0] as string
      expect(first.cookies).toEqual([`sid=${id}; Path=/; HttpOnly`])
      expect(store.read(id)).toEqual({ cookie: ATTRIBUTES, views: 1 })
      const second = await place.visit(`sid=${id}`)
      expect(second.body).toBe(`${id} 2`)
      expect(store.read(id)).toEqual({ cookie: ATTRIBUTES, views: 2 })
      expect(second.cookies).toEqual(autoCommit ? [] : [`sid=${id}; Path=/; HttpOnly`])
      expect(store.calls).toEqual([`set ${id}`, `get ${id}`, `set ${id}`])
    },
  )

  test('the default store remembers within the process', async () => {
    const place = await app({}, (session, _, res) => {
      session['views'] = (session['views'] ?? 0) + 1
      res.end(String(session['views']))
    })
    const first = await place.visit()
    expect((await place.visit(cookieOf(first))).body).toBe('2')
  })

  test('maxAge counts in seconds, and is sent and stored as a date', async () => {
    const store = new NotingStore()
    const before = Date.now()
    const answer = await visit({ store, cookie: { maxAge: 10 } }, (session, _, res) => {
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

  test('the cookie has the attributes and the name of the options', async () => {
    const cookie = {
      secure: true,
      httpOnly: false,
      path: '/shop',
      domain: 'shop.example',
      sameSite: 'lax' as const,
    }
    const answer = await visit({ name: 'seat', genid: () => 'a b', cookie }, (session, _, res) => {
      session['foo'] = 'bar'
      res.end()
    })
    expect(answer.cookies).toEqual(['seat=a%20b; Domain=shop.example; Path=/shop; Secure; SameSite=Lax'])
  })

  test.each([true, false])(
    'destroy ends the session and clears the cookie (autoCommit %s)',
    async (autoCommit) => {
      const store = storeWith({ foo: 'bar' })
      const answer = await visit(
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

  test('without touchAfter, no request extends a session', async () => {
    const expires = new Date(Date.now() + 1000).toISOString()
    const store = storeWith({ foo: 'bar' }, { maxAge: 5, expires })
    const answer = await visit(
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
    const answer = await visit(
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
    const answer = await visit(
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
    const answer = await visit(
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

  test('a second end changes nothing', async () => {
    const answer = await visit({}, (session, _, res) => {
      session['foo'] = 'bar'
      res.end('Hello, world!')
      res.end()
    })
    expect(answer).toMatchObject({ status: 200, body: 'Hello, world!', isWhole: true })
    expect(answer.cookies).toHaveLength(1)
  })

  test('encode and decode change the cookie and not the id in the store', async () => {
    const store = new NotingStore()
    const options: Options = {
      store,
      encode: (id) => `sig.${id}`,
      decode: (text) => (text.startsWith('sig.') ? text.slice(4) : null),
    }
    const place = await app(options, (session, _, res) => {
      const body = String(session['foo'])
      session['foo'] = 'bar'
      res.end(body)
    })
    const first = await place.visit()
    const [id] = store.kept.keys()
    expect(cookieOf(first)).toBe(`sid=sig.${id}`)
    expect((await place.visit(`sid=sig.${id}`)).body).toBe('bar')
    expect((await place.visit(`sid=${id}`)).body).toBe('undefined')
  })

  test('an error of decode reaches the caller', async () => {
    function decode(): never {
      throw new RangeError('not signed')
    }
    const request = { headers: { cookie: 'sid=foo' } } as IncomingMessage
    await expect(nextSession({ decode })(request, {} as ServerResponse)).rejects.toThrow('not signed')
  })

  test('the cookie goes with writeHead and a redirect', async () => {
    const answer = await visit({}, (session, _, res) => {
      session['foo'] = 'bar'
      const wrote = res.writeHead(302, { Location: '/login' })
      if (wrote === res) res.end()
    })
    expect(answer).toMatchObject({ status: 302, headers: { location: '/login' } })
    expect(answer.cookies).toHaveLength(1)
  })

  test('cookies of the application stay beside ours', async () => {
    const answer = await visit({ genid: () => 'x' }, (session, _, res) => {
      res.setHeader('set-cookie', ['a=1', 'b=2'])
      session['foo'] = 'bar'
      res.end()
    })
    expect(answer.cookies).toEqual(['a=1', 'b=2', 'sid=x; Path=/; HttpOnly'])
  })

  test('an id that the store does not know is not adopted', async () => {
    const store = new NotingStore()
    const answer = await visit(
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
    const answer = await visit(
      { store },
      (session, _, res) => res.end(session['foo']),
      'a=1; sid="foo"; sid=other',
    )
    expect(answer.body).toBe('bar')
  })

  test('a text for expires becomes a date, and the id and the methods are not data', async () => {
    const store = storeWith({ foo: 'bar' }, { maxAge: 5, expires: new Date(Date.now() + 4000).toISOString() })
    const answer = await visit(
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

  test('the answer waits until the session is stored', async () => {
    const gate = Promise.withResolvers<void>()
    let isStored = false
    const store = new NotingStore()
    store.set = async () => {
      await gate.promise
      isStored = true
    }
    const place = await app({ store }, (session, _, res) => {
      session['foo'] = 'bar'
      res.end('done')
      setTimeout(gate.resolve, 50)
    })
    const answer = await place.visit()
    expect({ isStored, body: answer.body }).toEqual({ isStored: true, body: 'done' })
  })

  test('the change of a property inside an object is stored', async () => {
    const store = storeWith({ cart: { items: ['tea'] } })
    await visit(
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
