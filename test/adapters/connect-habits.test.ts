/** What applications and their logs do with `req.session`, on sessions that were loaded. */

import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import express, { type Request, type Response } from 'express'
import session from 'express-session'
import Fastify from 'fastify'
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { toConnectStore } from '../../src/connect.ts'
import type { Store } from '../../src/core/store.ts'
import { visitor, type Visitor } from '../support/visitor.ts'
import { backends, type Backend } from './connect/backends.ts'
import { call, data } from './connect/call.ts'

const HOUR = 3_600_000
const SECRET = 'said-to-the-session-alone'
const redisUrl = inject('redisUrl')

type Data = Record<string, unknown>

let backend: Backend
let closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  vi.restoreAllMocks()
  for (const close of closers) await close()
  closers = []
  await backend.close()
})

/** Express with these routes. What a route answers is sent as JSON. */
async function startExpress(
  kept: Store,
  routes: Record<string, (request: Request) => unknown>,
  options: Partial<session.SessionOptions> = {},
): Promise<Visitor> {
  const app = express()
  const store = toConnectStore(kept)
  app.use(session({ secret: 'x', resave: false, saveUninitialized: false, store, ...options }))
  for (const [path, route] of Object.entries(routes)) {
    app.post(path, async (request: Request, response: Response) => {
      response.json((await route(request)) ?? {})
    })
  }
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  closers.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return visitor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

/** The same with Fastify. */
async function startFastify(
  kept: Store,
  routes: Record<string, (session: Data) => unknown>,
  cookie: { maxAge?: number; expires?: Date } = { maxAge: HOUR },
): Promise<Visitor> {
  const app = Fastify({ forceCloseConnections: true })
  await app.register(fastifyCookie)
  await app.register(fastifySession, {
    secret: 'a secret of thirty-two characters',
    cookieName: 'sid',
    cookie: { secure: false, ...cookie },
    store: toConnectStore(kept),
  })
  for (const [path, route] of Object.entries(routes))
    app.post(path, async (request) => (await route(request.session as unknown as Data)) ?? {})
  closers.push(() => app.close())
  return visitor(await app.listen({ port: 0, host: '127.0.0.1' }))
}

/** How often a text occurs in another. */
function times(text: string, inside: string): number {
  return inside.split(text).length - 1
}

function printed(value: unknown): string {
  return inspect(value, { depth: null, showHidden: true, getters: true })
}

for (const [name, open] of Object.entries(backends)) {
  describe(`on ${name}`, () => {
    beforeEach(() => {
      backend = open(redisUrl)
    })

    test('who prints a loaded session prints what is in it once, and no key of the store (Express)', async () => {
      const shown: string[] = []
      const browser = await startExpress(backend.store, {
        '/write': (request) => void (request.session['secret'] = SECRET),
        '/print': ({ session: loaded }) => {
          const { req: _, ...own } = loaded
          shown.push(inspect({ ...own }, { depth: null, showHidden: true }), printed(loaded.cookie))
          shown.push(JSON.stringify(loaded), inspect(structuredClone({ ...own })))
        },
      })
      await browser.post('/write')
      expect((await browser.post('/print')).status).toBe(200)
      const [whole, cookie, json, clone] = shown
      expect([whole, json, clone].map((text) => times(SECRET, text!))).toEqual([1, 1, 1])
      expect(cookie).not.toContain(SECRET)
      for (const text of shown) expect(text).not.toContain('sojourn')
    })

    test('who prints a loaded session prints what is in it once (Fastify)', async () => {
      const shown: string[] = []
      const browser = await startFastify(backend.store, {
        '/write': (fresh) => void (fresh['secret'] = SECRET),
        '/print': (loaded) => {
          // Those of Fastify lead to the request, which has the session again.
          const own = Object.fromEntries(Object.entries(loaded))
          const options = Object.getOwnPropertySymbols(loaded)
            .filter(({ description }) => description === 'cookieOpts')
            .map((symbol) => (loaded as Record<symbol, unknown>)[symbol])
          shown.push(printed(own), printed(loaded['cookie']), printed(options))
        },
      })
      await browser.post('/write')
      expect((await browser.post('/print')).status).toBe(200)
      const [whole, cookie, options] = shown
      expect(times(SECRET, whole!)).toBe(1)
      expect(cookie).not.toContain(SECRET)
      expect(options).toContain('sojourn')
      expect(options).not.toContain(SECRET)
    })

    test('what the store answers prints what is in it once', async () => {
      const store = toConnectStore(backend.store)
      await call(store, 'set', 'sid', data({ secret: SECRET }))
      expect(times(SECRET, printed(await call(store, 'get', 'sid')))).toBe(1)
      expect(times(SECRET, inspect(await call(store, 'load', 'sid'), { depth: null }))).toBe(1)
    })

    test('a fixed `expires` of the cookie stays (Fastify)', async () => {
      const expires = new Date(Math.ceil(Date.now() / 1000) * 1000 + HOUR)
      const browser = await startFastify(
        backend.store,
        { '/write': (fresh) => void (fresh['a'] = 1), '/read': ({ a, cookie }) => ({ a, cookie }) },
        { expires },
      )
      await browser.post('/write')
      for (let i = 0; i < 3; i++) {
        const { body } = await browser.post('/read')
        expect(body).toMatchObject({ a: 1, cookie: { originalMaxAge: null, expires: expires.toJSON() } })
        expect(browser.setCookies[0]).toContain(`Expires=${expires.toUTCString()}`)
      }
    })

    test('who reads sees what was written before, awaited or not', async () => {
      const browser = await startExpress(backend.store, {
        '/reload': async (request) => {
          const fresh = request.session
          for (const value of [1, 2]) Object.assign(fresh, { a: value }).save()
          await new Promise<void>((resolve, reject) =>
            fresh.reload((error) => (error ? reject(error as Error) : resolve())),
          )
          return { a: request.session['a'] }
        },
        '/end': async ({ session: loaded, sessionStore, sessionID }) => {
          loaded['b'] = 1
          loaded.save()
          loaded.destroy(() => {})
          return {
            found: await new Promise((resolve) => sessionStore.get(sessionID, (_, it) => resolve(it))),
          }
        },
      })
      expect((await browser.post('/reload')).body).toEqual({ a: 2 })
      expect((await browser.post('/end')).body).toMatchObject({ found: null })
    })

    test('a list shows what was written before, awaited or not', async () => {
      const store = toConnectStore(backend.store, { list: true })
      for (const sid of ['a', 'b', 'c']) store.set(sid, data())
      expect(await call(store, 'length')).toBe(3)
      store.destroy('a')
      expect(await call(store, 'all')).toHaveLength(2)
    })

    test('loaded sessions and cookies have what the application added to those of express-session', async () => {
      const prototypes = [session.Session.prototype, session.Cookie.prototype] as unknown as Data[]
      for (const prototype of prototypes) prototype['greet'] = () => 'hello'
      closers.push(async () => prototypes.forEach((prototype) => delete prototype['greet']))
      const routes = {
        '/write': (request: Request) => void (request.session['a'] = 1),
        '/greet': ({ session: loaded }: Request) => ({
          session: (loaded['greet'] as () => string)(),
          cookie: (loaded.cookie as unknown as { greet(): string }).greet(),
          kinds: [loaded instanceof session.Session, loaded.cookie instanceof session.Cookie],
          a: loaded['a'],
        }),
      }
      const writer = await startExpress(backend.store, routes)
      await writer.post('/write')
      // As after a restart: the first request of this server brings a session.
      const restarted = await startExpress(backend.store, routes)
      restarted.cookie = writer.cookie
      const greeting = { session: 'hello', cookie: 'hello', kinds: [true, true], a: 1 }
      expect((await restarted.post('/greet')).body).toEqual(greeting)
      expect((await restarted.post('/greet')).body).toEqual(greeting)
    })

    test.for([true, false])(
      '`originalMaxAge` is what was asked for, however slow the machine (resave: %s)',
      async (resave) => {
        // A clock that ticks while express-session looks at it twice, now and then.
        let looks = 0
        const base = Date.now()
        vi.spyOn(Date, 'now').mockImplementation(() => base + Math.floor(looks++ / 7) * 3)
        const browser = await startExpress(
          backend.store,
          {
            '/age': (request) =>
              (request.session['n'] ??= 1) && { age: request.session.cookie.originalMaxAge },
          },
          { cookie: { maxAge: HOUR }, resave, rolling: resave },
        )
        for (let i = 0; i < 5; i++) {
          browser.cookie = ''
          for (let j = 0; j < 10; j++) expect((await browser.post('/age')).body).toEqual({ age: HOUR })
        }
      },
    )
  })
}
