/** Requests that bring several cookies of our name: its scope was changed, or a neighbour planted one. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { SessionEvent } from '../../src/core/events.ts'
import type { SessionOptions } from '../../src/core/options.ts'
import { createToken } from '../../src/core/record/token.ts'
import { createSessions } from '../../src/node.ts'
import { memoryStore, type MemoryStore } from '../../src/stores/memory.ts'
import { gated, recorded, type Verb } from '../support/pausing-store.ts'
import { plain, PlainVisitor, type PlainAnswer } from '../support/plain-visitor.ts'
import { listen, type Running } from './subject.ts'
import { expressSubjects } from './subjects/express.ts'
import { fastifySubjects } from './subjects/fastify.ts'
import { http, microSubject } from './subjects/node.ts'
import { fetchHandler, hono } from './subjects/web.ts'

// micro and Hono print every error that a route throws.
beforeAll(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterAll(() => void vi.restoreAllMocks())

for (const subject of [http, microSubject, ...expressSubjects, ...fastifySubjects, hono, fetchHandler]) {
  describe(`${subject.name}`, () => {
    let memory: MemoryStore
    let calls: Verb[]
    let events: SessionEvent[]
    let running: Running[]

    beforeEach(() => {
      memory = memoryStore()
      events = []
      running = []
    })
    afterEach(async () => {
      await Promise.all(running.map(({ close }) => close()))
    })

    async function begin(options: SessionOptions = {}): Promise<string> {
      const { store, calls: seen } = recorded(memory)
      calls = seen
      const server = await subject.start({ store, onEvent: (event) => events.push(event), ...options })
      running.push(server)
      return server.url
    }

    /** The cookie of somebody who has just signed in. */
    async function signIn(url: string, user = 'ann'): Promise<string> {
      const visitor = new PlainVisitor(url)
      await visitor.get(`/login?user=${user}`)
      return visitor.cookie
    }

    function visit(url: string, path: string, ...cookies: string[]): Promise<PlainAnswer> {
      return plain(url + path, { headers: { cookie: cookies.join('; ') } })
    }

    test('of which one is dead: the living one counts, in either order, and is written to', async () => {
      const url = await begin()
      const ann = await signIn(url)
      const dead = `sid=${createToken()}`
      calls.length = 0
      for (const pair of [
        [dead, ann],
        [ann, dead],
      ]) {
        expect((await visit(url, '/who', ...pair)).body).toBe('ann')
        const { status, cookies } = await visit(url, '/set?key=cart&value=tea', ...pair)
        expect([status, cookies]).toEqual([200, []])
      }
      expect(calls.filter((verb) => verb !== 'update')).toEqual(Array(8).fill('load'))
      expect(JSON.parse((await visit(url, '/read', ann)).body)).toEqual({ cart: 'tea' })
      expect(events.map(({ type }) => type)).not.toContain('ambiguous')
    })

    test('are asked for at the same time', async () => {
      const { store, hold } = gated(memory)
      const url = await begin({ store })
      const ann = await signIn(url)
      const [first, second] = [hold('load'), hold('load')]
      const answer = visit(url, '/who', `sid=${createToken()}`, ann)
      await Promise.all([first.reached, second.reached])
      second.open()
      first.open()
      expect((await answer).body).toBe('ann')
    })

    test('of which one has been signed out: signing in elsewhere lasts', async () => {
      const url = await begin()
      const old = await signIn(url)
      await visit(url, '/logout', old)
      const now = await signIn(url)
      expect((await visit(url, '/who', old, now)).body).toBe('ann')
      await visit(url, '/logout', old, now)
      expect((await visit(url, '/who', now)).status).toBe(401)
    })

    test('of which both live: nobody, and an event; a sign-in ends both and counts', async () => {
      const url = await begin()
      const [ann, eve] = [await signIn(url, 'ann'), await signIn(url, 'eve')]
      expect((await visit(url, '/who', ann, eve)).status).toBe(401)
      expect(events.at(-1)).toEqual({ type: 'ambiguous' })
      const { cookies } = await visit(url, '/login?user=ann', ann, eve)
      const next = cookies[0]?.split(';')[0] ?? ''
      expect((await visit(url, '/who', eve, next)).body).toBe('ann')
      for (const old of [ann, eve]) expect((await visit(url, '/who', old)).status).toBe(401)
    })

    test('of which both live: a sign-out ends both, or if the store fails nothing', async () => {
      const url = await begin()
      const [ann, eve] = [await signIn(url, 'ann'), await signIn(url, 'eve')]
      const destroy = memory.destroy.bind(memory)
      memory.destroy = () => {
        throw new Error('down')
      }
      expect(await visit(url, '/logout', ann, eve)).toMatchObject({ status: 503, cookies: [] })
      memory.destroy = destroy
      expect((await visit(url, '/logout', ann, eve)).cookies).toEqual([
        expect.stringMatching(/^sid=; Max-Age=0/),
      ])
      for (const old of [ann, eve]) expect((await visit(url, '/who', old)).status).toBe(401)
    })

    test('of which up to seven are dead: the living one counts, also right after signing in', async () => {
      const url = await begin()
      const dead = Array.from({ length: 7 }, () => `sid=${createToken()}`)
      const { cookies } = await visit(url, '/login?user=ann', ...dead)
      const ann = cookies[0]?.split(';')[0] ?? ''
      for (const number of [2, 7]) {
        const planted = dead.slice(0, number)
        expect((await visit(url, '/who', ...planted, ann)).body).toBe('ann')
        expect((await visit(url, '/set?key=cart&value=tea', ...planted, ann)).cookies).toEqual([])
      }
      expect(JSON.parse((await visit(url, '/read', ...dead, ann)).body)).toEqual({ cart: 'tea' })
      expect(events.map(({ type }) => type)).not.toContain('ambiguous')
      await visit(url, '/logout', ...dead, ann)
      expect((await visit(url, '/who', ann)).status).toBe(401)
    })

    test('of which more than eight differ: nobody, an event, and no question', async () => {
      const url = await begin()
      const ann = await signIn(url)
      const others = [`sid=${createToken()}`, `sid=${createToken()}`]
      const many = Array.from({ length: 8 }, () => `sid=${createToken()}`)
      calls.length = 0
      expect((await visit(url, '/who', ...many, ann)).status).toBe(401)
      expect([calls, events.at(-1)]).toEqual([[], { type: 'ambiguous' }])
      expect(await visit(url, '/logout', ...many, ann)).toMatchObject({ status: 409, cookies: [] })
      expect((await visit(url, '/who', ann)).body).toBe('ann')
      expect((await visit(url, '/logout', ...others, ann)).cookies).toHaveLength(1)
      expect((await visit(url, '/who', ann)).status).toBe(401)
      expect((await visit(url, '/login', ...many, ann)).cookies).toHaveLength(1)
    })

    test('of which only one is signed: the others do not count', async () => {
      const url = await begin({ secret: 's'.repeat(32) })
      const ann = await signIn(url)
      const forged = Array.from({ length: 20 }, () => `sid=${createToken()}`)
      calls.length = 0
      expect((await visit(url, '/who', ...forged, ann)).body).toBe('ann')
      expect(calls).toEqual(['load'])
    })

    test('of which one was renewed: both lead to the one session, while the grace lasts', async () => {
      const url = await begin()
      const old = await signIn(url)
      const now = (await visit(url, '/renew', old)).cookies[0]?.split(';')[0] ?? ''
      for (const pair of [
        [old, now],
        [now, old],
      ]) {
        expect((await visit(url, '/who', ...pair)).body).toBe('ann')
        expect((await visit(url, '/set', ...pair)).status).toBe(200)
      }
      expect(events.map(({ type }) => type)).not.toContain('ambiguous')
      expect(events.map(({ type }) => type)).not.toContain('reuse')
      const other = await signIn(url, 'eve')
      expect((await visit(url, '/who', now, other)).status).toBe(401)
    })

    test('of which none lives: the reason of the end is told', async () => {
      const url = await begin()
      const [ann, unknown] = [await signIn(url), `sid=${createToken()}`]
      const before = ann
      const now = (await visit(url, '/login?user=ann', ann)).cookies[0]?.split(';')[0] ?? ''
      await visit(url, '/logout', now)
      for (const pair of [
        [now, unknown],
        [unknown, now],
        [before, now],
        [now, before],
      ])
        expect((await visit(url, '/ended', ...pair)).body).toBe('logout')
      expect((await visit(url, '/ended', before, unknown)).body).toBe('rotated')
    })

    test('a sign-in and a sign-out remove those of earlier scopes, and nothing else does', async () => {
      const url = await begin({
        cookie: { previous: [{ path: '/app' }, { domain: 'shop.example' }, { name: 'old' }] },
      })
      const visitor = new PlainVisitor(url)
      expect((await visitor.get('/set')).cookies).toHaveLength(1)
      const removals = [
        'sid=; Max-Age=0; Path=/app; HttpOnly; SameSite=Lax',
        'sid=; Max-Age=0; Domain=shop.example; Path=/; HttpOnly; SameSite=Lax',
        'old=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
      ]
      const signedIn = await visitor.get('/login')
      expect(signedIn.cookies).toEqual([...removals, expect.stringMatching(/^sid=[\w-]{43}; Max-Age=2/)])
      expect((await visitor.get('/set')).cookies).toEqual([])
      const signedOut = await visitor.get('/logout')
      expect(signedOut.cookies).toEqual([...removals, expect.stringMatching(/^sid=; Max-Age=0; Path=\/; /)])
      const remains = await visit(url, '/logout', 'old=x')
      expect(remains.cookies).toEqual(signedOut.cookies)
    })
  })
}

test('a cookie behind a mebibyte of others is found, and so is another one behind it', async () => {
  const store = memoryStore()
  const events: string[] = []
  const { getSession } = createSessions({ store, onEvent: ({ type }) => events.push(type) })
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const session = await getSession(request, response)
    if (request.url === '/in') await session.login('ann')
    if (request.url === '/out') await session.logout()
    response.end(String(session.userId))
  }
  const large = { maxHeaderSize: 1 << 21 }
  const { url, close } = await listen(
    createServer(large, (request, response) => void respond(request, response)),
  )
  const visitor = new PlainVisitor(url)
  await visitor.get('/in')
  const others = 'a=b; '.repeat(200_000)
  const visit = (path: string, cookie: string) => plain(url + path, { headers: { cookie } })
  expect((await visit('/', others + visitor.cookie)).body).toBe('ann')
  const eve = new PlainVisitor(url)
  await eve.get('/in')
  expect((await visit('/', `${visitor.cookie}; ${others}${eve.cookie}`)).body).toBe('null')
  expect(events).toContain('ambiguous')
  expect((await visit('/out', others + visitor.cookie)).cookies).toHaveLength(1)
  expect((await visit('/', visitor.cookie)).body).toBe('null')
  await close()
})
