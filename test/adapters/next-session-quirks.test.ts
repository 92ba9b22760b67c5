/**
 * Where ours differs from next-session 4.0.5 on purpose. Each test asks both: what theirs does is
 * the reason for what ours does.
 */

import { describe, expect, test } from 'vitest'
import type { SessionData } from '../../src/next-session/types.ts'
import { cookieOf } from '../support/http-visit.ts'
import { NotingStore, ours, theirs } from '../support/next-sessions.ts'
import { serveHere, storeWith, visitOnce } from '../support/session-app.ts'

describe.each([
  { subject: theirs, isOurs: false },
  { subject: ours, isOurs: true },
])('$subject.name', ({ subject, isOurs }) => {
  test('commit under autoCommit: one cookie and one write, not two', async () => {
    const store = new NotingStore()
    const answer = await visitOnce(subject.nextSession, { store }, async (session, _, res) => {
      session['foo'] = 'bar'
      await session.commit()
      res.end()
    })
    expect(answer.cookies).toHaveLength(isOurs ? 1 : 2)
    expect(store.calls).toHaveLength(isOurs ? 1 : 2)
  })

  test('commit after destroy brings nothing back', async () => {
    const store = storeWith({ foo: 'bar' })
    const answer = await visitOnce(
      subject.nextSession,
      { store, autoCommit: false },
      async (session, _, res) => {
        await session.destroy()
        await session.commit()
        res.end()
      },
      'sid=foo',
    )
    expect(store.kept.size).toBe(isOurs ? 0 : 1)
    expect(answer.cookies.at(-1)).toContain('Expires=Thu, 01 Jan 1970')
    expect(answer.cookies).toHaveLength(isOurs ? 1 : 2)
  })

  test('a session past its time is not served by a store that does not check', async () => {
    for (const [left, found] of [
      [-1, !isOurs],
      [60_000, true],
    ] as const) {
      const expires = new Date(Date.now() + left).toISOString()
      const store = storeWith({ foo: 'bar' }, { maxAge: 60, expires })
      const answer = await visitOnce(
        subject.nextSession,
        { store },
        (session, _, res) => res.end(String(session['foo'])),
        'sid=foo',
      )
      expect(answer.body).toBe(found ? 'bar' : 'undefined')
      expect(store.kept.has('foo')).toBe(found)
    }
  })

  test('a change under a nested key called cookie is stored', async () => {
    const store = storeWith({ consent: { cookie: 'none' } })
    await visitOnce(
      subject.nextSession,
      { store },
      (session, _, res) => {
        session['consent'].cookie = 'all'
        res.end()
      },
      'sid=foo',
    )
    expect(store.read('foo')?.['consent']).toEqual({ cookie: isOurs ? 'all' : 'none' })
  })

  test('only the expires of the cookie becomes a date in the default store', async () => {
    const store = new subject.MemoryStore()
    const cookie = { path: '/', expires: new Date(Date.now() + 1000) } as SessionData['cookie']
    await store.set('foo', { cookie, offer: { expires: 'soon' } })
    const session = await store.get('foo')
    expect(session?.cookie.expires).toBeInstanceOf(Date)
    expect(session?.['offer'].expires instanceof Date).toBe(!isOurs)
  })

  test('touch without maxAge sends no date that is none', async () => {
    const store = storeWith({ foo: 'bar' })
    const answer = await visitOnce(
      subject.nextSession,
      { store },
      (session, _, res) => {
        session.touch()
        res.end()
      },
      'sid=foo',
    )
    expect(answer.cookies).toEqual([
      isOurs ? 'sid=foo; Path=/; HttpOnly' : 'sid=foo; Path=/; Expires=Invalid Date; HttpOnly',
    ])
  })

  test('what is assigned right after the first write still gets its cookie and is stored', async () => {
    const store = new NotingStore()
    const answer = await visitOnce(subject.nextSession, { store }, async (session, _, res) => {
      res.write('a')
      await Promise.resolve()
      session['foo'] = 'bar'
      res.end('b')
    })
    expect(answer).toMatchObject({ status: 200, body: 'ab', isWhole: true })
    expect(answer.cookies).toHaveLength(isOurs ? 1 : 0)
    expect(store.kept.size).toBe(1)
  })

  test('the first byte waits for the store, also that of write and of a redirect', async () => {
    const gate = Promise.withResolvers<void>()
    const store = new NotingStore()
    const order: string[] = []
    store.set = async () => {
      await gate.promise
      order.push('stored')
    }
    await visitOnce(subject.nextSession, { store }, (session, _, res) => {
      const { socket } = res
      const write = socket?.write.bind(socket) as (...args: unknown[]) => boolean
      Object.assign(socket as object, {
        write: (...args: unknown[]) => {
          order.push('sent')
          return write(...args)
        },
      })
      session['foo'] = 'bar'
      res.writeHead(307, { Location: '/next' })
      res.write('/next')
      res.end()
      setTimeout(gate.resolve, 50)
    })
    expect(order[0]).toBe(isOurs ? 'stored' : 'sent')
  })

  test('what is stored while the arguments of end are awaited is stored', async () => {
    const store = new NotingStore()
    const getSession = subject.nextSession({ store })
    const site = await serveHere(async (req, res) => {
      res.end(String(((await getSession(req, res))['views'] = 1)))
    })
    const answer = await site.visit()
    expect(answer).toMatchObject({ status: 200, body: '1', cookies: [expect.any(String)] })
    expect(store.kept.size).toBe(isOurs ? 1 : 0)
  })

  test('cookies among the headers of writeHead stay beside ours', async () => {
    const options = { genid: () => 'x' }
    const answer = await visitOnce(subject.nextSession, options, (session, _, res) => {
      session['foo'] = 'bar'
      res.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'], 'X-Other': 'yes' }).end()
    })
    expect(answer.headers['x-other']).toBe('yes')
    expect(answer.cookies).toEqual(isOurs ? ['a=1', 'b=2', 'sid=x; Path=/; HttpOnly'] : ['a=1', 'b=2'])
  })

  test('a session that was emptied is removed, and its cookie cleared', async () => {
    const store = storeWith({ user: 'ann' })
    const answer = await visitOnce(
      subject.nextSession,
      { store },
      (session, _, res) => {
        delete session['user']
        res.end()
      },
      'sid=foo',
    )
    expect(store.kept.size).toBe(isOurs ? 0 : 1)
    expect(answer.cookies.join()).toMatch(isOurs ? /^sid=foo;.*1970/ : /^$/)
  })

  test('a session begun after a logout in the same request is the one that the browser gets', async () => {
    const store = storeWith({ user: 'ann' })
    const answer = await visitOnce(
      subject.nextSession,
      { store, genid: () => 'next' },
      async (session, req, res, getSession) => {
        await session.destroy()
        const next = await getSession(req, res)
        next['user'] = 'bob'
        res.end()
      },
      'sid=foo',
    )
    expect([...store.kept.keys()]).toEqual(['next'])
    expect(answer.cookies.at(-1)?.split(';')[0]).toBe(isOurs ? 'sid=next' : 'sid=foo')
    expect(answer.cookies).toHaveLength(isOurs ? 1 : 2)
  })

  test('two calls at once give one session', async () => {
    const getSession = subject.nextSession({ store: storeWith({ foo: 'bar' }) })
    const site = await serveHere(async (req, res) => {
      const [one, two] = await Promise.all([getSession(req, res), getSession(req, res)])
      res.end(String(one === two))
    })
    expect((await site.visit('sid=foo')).body).toBe(String(isOurs))
  })

  test('touching the default store brings back no session and no old data', async () => {
    const store = new subject.MemoryStore()
    const cookie = { path: '/' } as SessionData['cookie']
    await store.set('foo', { cookie, user: 'ann' })
    await store.touch('foo', { cookie })
    expect(await store.get('foo')).toEqual(isOurs ? { cookie, user: 'ann' } : { cookie })
    await store.destroy('foo')
    await store.touch('foo', { cookie })
    expect(store.store.has('foo')).toBe(!isOurs)
  })

  test('the default store forgets what has expired, though nobody asks for it', async () => {
    const store = new subject.MemoryStore()
    const cookie = { path: '/', expires: new Date(Date.now() - 1) } as SessionData['cookie']
    for (let i = 0; i < 50; i++) await store.set(`old${i}`, { cookie })
    const living = { path: '/' } as SessionData['cookie']
    for (let i = 0; i < 50; i++) await store.set(`new${i}`, { cookie: living })
    expect([...store.store.keys()].filter((id) => id.startsWith('old'))).toHaveLength(isOurs ? 0 : 50)
  })

  test('a store may give out the very object that it keeps', async () => {
    const kept = new Map<string, SessionData>()
    const store = {
      get: async (id: string) => kept.get(id),
      set: async (id: string, session: SessionData) => void kept.set(id, session),
      destroy: async (id: string) => void kept.delete(id),
    }
    const getSession = subject.nextSession({ store })
    const site = await serveHere(async (req, res) => {
      const session = await getSession(req, res).catch((error: Error) => error)
      if (session instanceof Error) return res.end(session.name)
      session['views'] = (session['views'] ?? 0) + 1
      return res.end(String(session['views']))
    })
    const cookie = cookieOf(await site.visit())
    expect((await site.visit(cookie)).body).toBe(isOurs ? '2' : 'TypeError')
  })

  test.each(['../../etc/passwd', '..', 'a/../../b', 'a\0b'])(
    'an id that leads out of a folder never reaches the store: %j',
    async (id) => {
      const store = new NotingStore()
      await visitOnce(
        subject.nextSession,
        { store },
        (_, __, res) => res.end(),
        `sid=${encodeURIComponent(id)}`,
      )
      expect(store.calls).toHaveLength(isOurs ? 0 : 1)
    },
  )
})
