import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { toConnectStore } from '../../src/connect.ts'
import type { Store } from '../../src/core/store.ts'
import { visitor, type Visitor } from '../support/visitor.ts'
import { backends, counted, type Backend } from './connect/backends.ts'

const HOUR = 3_600_000
const redisUrl = inject('redisUrl')

interface App {
  url: string
  /** Requests to `/slow` wait for this after they have loaded their session. */
  hold: () => { reached: Promise<void>; go: () => void }
}

/** The data of a session, for routes that name its properties at run time. */
type Data = Record<string, unknown>

let backend: Backend
let servers: FastifyInstance[] = []

afterEach(async () => {
  for (const server of servers) await server.close()
  servers = []
  await backend.close()
})

/** An application as people write it with @fastify/session, whose defaults save in every request. */
async function start(
  kept: Store,
  options: { rolling?: boolean; saveUninitialized?: boolean } = {},
): Promise<App> {
  const app = Fastify({ forceCloseConnections: true })
  let gate: { wait: Promise<void>; arrived: () => void } | null = null
  await app.register(fastifyCookie)
  await app.register(fastifySession, {
    secret: 'a secret of thirty-two characters',
    cookieName: 'sid',
    cookie: { secure: false, maxAge: HOUR },
    store: toConnectStore(kept),
    ...options,
  })
  app.post<{ Params: { user: string } }>('/login/:user', async (request, reply) => {
    await request.session.regenerate()
    ;(request.session as unknown as Data)['user'] = request.params.user
    return reply.redirect('/')
  })
  app.post('/logout', async (request, reply) => {
    await request.session.destroy()
    return reply.redirect('/')
  })
  app.get('/', async (request) => ({ ...(JSON.parse(JSON.stringify(request.session)) as Data) }))
  app.post<{ Params: { key: string; value: string } }>('/set/:key/:value', async (request) => {
    ;(request.session as unknown as Data)[request.params.key] = request.params.value
    return {}
  })
  app.post<{ Params: { key: string } }>('/delete/:key', async (request) => {
    delete (request.session as unknown as Data)[request.params.key]
    return {}
  })
  app.all<{ Params: { key?: string } }>('/slow/:key?', async (request) => {
    gate?.arrived()
    await gate?.wait
    if (request.params.key) (request.session as unknown as Data)[request.params.key] = 'slow'
    return {}
  })
  // The visitor of these tests names a type of body also where it sends none.
  app.addContentTypeParser('application/json', (_request, payload, done) => {
    payload.resume()
    payload.once('end', () => done(null, {}))
  })
  servers.push(app)
  return {
    url: await app.listen({ port: 0, host: '127.0.0.1' }),
    hold() {
      const [wait, reached] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      gate = { wait: wait.promise, arrived: reached.resolve }
      return { reached: reached.promise, go: wait.resolve }
    },
  }
}

async function page(browser: Visitor): Promise<Data> {
  return (await browser.get('/')).json() as Promise<Data>
}

async function login(app: App): Promise<Visitor> {
  const browser = visitor(app.url)
  await browser.post('/login/ann')
  return browser
}

for (const [name, open] of Object.entries(backends)) {
  describe(`@fastify/session on ${name}`, () => {
    beforeEach(() => {
      backend = open(redisUrl)
    })

    test('a sign-in leads to a page that knows it, and the old id opens nothing', async () => {
      const browser = visitor((await start(backend.store)).url)
      await browser.post('/set/cart/full')
      const before = browser.cookie
      expect(before).not.toBe('')
      expect((await browser.post('/login/ann')).status).toBe(302)
      expect(browser.cookie).not.toBe(before)
      expect(await page(browser)).toMatchObject({ user: 'ann' })
      expect(await page(browser)).not.toHaveProperty('cart')
      browser.cookie = before
      expect(await page(browser)).not.toHaveProperty('user')
    })

    test.for([true, false])(
      'a request under way at sign-out does not bring the session back (rolling: %s)',
      async (rolling) => {
        const app = await start(backend.store, { rolling })
        for (const path of ['/slow/late', '/slow/']) {
          const browser = await login(app)
          const { cookie } = browser
          const { reached, go } = app.hold()
          const slow = visitor(app.url, cookie).post(path)
          await reached
          await browser.post('/logout')
          go()
          expect((await slow).status).toBe(200)
          const after = await page(visitor(app.url, cookie))
          expect(after).not.toHaveProperty('user')
          expect(after).not.toHaveProperty('late')
        }
      },
    )

    test('requests at once each write what is theirs, and take back nothing of others', async () => {
      const app = await start(backend.store)
      const browser = await login(app)
      await browser.post('/set/old/value')
      const { reached, go } = app.hold()
      const slow = visitor(app.url, browser.cookie).post('/slow/mine')
      await reached
      const posts = Array.from({ length: 20 }, (_, i) =>
        visitor(app.url, browser.cookie).post(`/set/k${i}/${i}`),
      )
      await Promise.all([...posts, visitor(app.url, browser.cookie).post('/delete/old')])
      go()
      await slow
      const after = await page(browser)
      for (let i = 0; i < 20; i++) expect(after[`k${i}`]).toBe(`${i}`)
      expect(after).toMatchObject({ user: 'ann', mine: 'slow' })
      expect(after).not.toHaveProperty('old')
    })

    test('a session shows its data and its cookie, and nothing of ours', async () => {
      const app = await start(backend.store)
      const browser = await login(app)
      const shown = await page(browser)
      expect(Object.keys(shown).sort()).toEqual(['cookie', 'user'])
      expect(shown['cookie']).toMatchObject({ originalMaxAge: HOUR, path: '/', httpOnly: true })
    })
  })
}

test('with the defaults of Fastify, which save in every request, one that changes nothing is one load', async () => {
  backend = backends['memory']!(redisUrl)
  const { store, asked } = counted(backend.store)
  const app = await start(store)
  const browser = await login(app)
  asked.length = 0
  await page(browser)
  expect(asked).toEqual(['load'])
  await browser.post('/set/a/1')
  expect(asked).toEqual(['load', 'load', 'update'])
})
