/**
 * `sojourn/next-session` where the documentation of next-session shows it: Express, micro, http, and
 * the API routes of Next.js.
 */

import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import express, { type Express } from 'express'
import express4 from 'express-4'
import { serve as micro } from 'micro'
import type { NextApiHandler } from 'next'
import { apiResolver } from 'next/dist/server/api-utils/node/api-resolver.js'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import nextSession from '../../src/next-session.ts'
import type { Session } from '../../src/next-session/types.ts'
import { captureWarnings } from '../support/failing-next-session.ts'
import { cookieOf, type Site } from '../support/http-visit.ts'
import { serveHere, storeWith } from '../support/session-app.ts'

const broken = {
  get: async () => null,
  set: () => Promise.reject(new Error('no')),
  destroy: async () => {},
}

let warnings: ReturnType<typeof captureWarnings>
beforeEach(() => {
  warnings = captureWarnings()
})
afterEach(() => warnings.restore())

/** What a browser sees on two visits. */
async function twice(site: Site): Promise<string[]> {
  const first = await site.visit()
  const second = await site.visit(cookieOf(first))
  return [first.body, second.body]
}

function count(session: Session): string {
  session['views'] = session['views'] ? session['views'] + 1 : 1
  return String(session['views'])
}

describe.each([
  ['Express 5', express],
  ['Express 4', express4 as unknown as typeof express],
])('%s', (_, make) => {
  function app(getSession: ReturnType<typeof nextSession>, route: (app: Express) => void): Promise<Site> {
    const server = make()
    server.use(async (req, res, next) => {
      try {
        await getSession(req as never, res)
      } catch (error) {
        return next(error)
      }
      return next()
    })
    route(server)
    return serveHere(createServer(server))
  }
  const sessionOf = (req: object): Session => (req as { session: Session }).session

  test('counts', async () => {
    const site = await app(nextSession(), (server) => {
      server.get('/', (req, res) => void res.send(count(sessionOf(req))))
    })
    expect(await twice(site)).toEqual(['1', '2'])
  })

  test('keeps the cookie with a redirect, a stream and a static answer', async () => {
    const site = await app(nextSession(), (server) => {
      server.get('/redirect', (req, res) => {
        count(sessionOf(req))
        res.redirect('/home')
      })
      server.get('/stream', async (req, res) => {
        count(sessionOf(req))
        await pipeline(Readable.from(Array.from({ length: 200 }, () => 'x'.repeat(1000))), res)
      })
    })
    expect(await site.visit('', '/redirect')).toMatchObject({ status: 302, cookies: [expect.any(String)] })
    const streamed = await site.visit('', '/stream')
    expect(streamed.body).toHaveLength(200_000)
    expect(streamed.cookies).toHaveLength(1)
  })

  test('answers 503 where the session cannot be stored, also to a stream', async () => {
    const site = await app(nextSession({ store: broken }), (server) => {
      server.get('/', (req, res) => void res.json({ views: count(sessionOf(req)) }))
      server.get('/stream', async (req, res) => {
        count(sessionOf(req))
        await pipeline(Readable.from(['a', 'b', 'c']), res).catch(() => {})
      })
    })
    for (const path of ['/', '/stream']) {
      const answer = await site.visit('', path)
      expect(answer).toMatchObject({ status: 503, body: 'ERR_STORE_UNAVAILABLE', cookies: [], isWhole: true })
    }
  })

  test('answers 503 where the session cannot be read', async () => {
    const store = storeWith({})
    store.get = () => Promise.reject(new Error('no'))
    const site = await app(nextSession({ store }), (server) => {
      server.get('/', (_, res) => void res.send('never'))
      server.use(((
        error: { status: number },
        _req: unknown,
        res: { sendStatus(status: number): void },
        _next: unknown,
      ) => res.sendStatus(error.status)) as never)
    })
    expect(await site.visit('sid=foo')).toMatchObject({ status: 503 })
  })
})

test('micro counts', async () => {
  const getSession = nextSession()
  const site = await serveHere(createServer(micro(async (req, res) => count(await getSession(req, res)))))
  expect(await twice(site)).toEqual(['1', '2'])
})

test('http counts, also where `end` is looked up before there is a session', async () => {
  const getSession = nextSession()
  const site = await serveHere(async (req, res) => res.end(count(await getSession(req, res))))
  expect(await twice(site)).toEqual(['1', '2'])
})

test('and then too, nothing is sent before it is stored', async () => {
  const gate = Promise.withResolvers<void>()
  const order: string[] = []
  const store = storeWith({})
  store.set = async () => {
    await gate.promise
    order.push('stored')
  }
  const getSession = nextSession({ store })
  const site = await serveHere(async (req, res) => {
    setTimeout(gate.resolve, 50)
    res.end(count(await getSession(req, res)))
  })
  const answer = await site.visit()
  order.push('received')
  expect(order).toEqual(['stored', 'received'])
  expect(answer).toMatchObject({ status: 200, body: '1', isWhole: true, cookies: [expect.any(String)] })
})

test('nor does anybody hear 200 if it cannot be', async () => {
  const getSession = nextSession({ store: broken })
  const site = await serveHere(async (req, res) => res.end(count(await getSession(req, res))))
  expect(await site.visit()).toMatchObject({
    status: 503,
    body: 'ERR_STORE_UNAVAILABLE',
    cookies: [],
    isWhole: true,
  })
})

test('a head that was sent before there was a session carries no cookie, and the session is not stored', async () => {
  const store = storeWith({})
  const getSession = nextSession({ store })
  const site = await serveHere(async (req, res) => {
    res.writeHead(200)
    count(await getSession(req, res))
    res.end('done')
  })
  expect(await site.visit()).toMatchObject({ status: 200, body: 'done', cookies: [] })
  expect([...store.kept.keys()]).toEqual(['foo'])
  expect(warnings.messages.join()).toContain('ERR_HEADERS_SENT')
})

describe('an API route of Next.js', () => {
  const warn = vi.spyOn(console, 'warn')
  afterEach(() => warn.mockReset())

  function api(handler: NextApiHandler): Promise<Site> {
    const context = { previewModeId: '', previewModeEncryptionKey: '', previewModeSigningKey: '' }
    return serveHere((req, res) =>
      apiResolver(req, res, {}, { default: handler }, context as never, false, true, '/api').catch(() => {}),
    )
  }

  test.each([true, false])('counts, and is known to have answered (autoCommit %s)', async (autoCommit) => {
    const getSession = nextSession({ autoCommit })
    const site = await api(async (req, res) => {
      const session = await getSession(req, res)
      const views = count(session)
      if (!autoCommit) await session.commit()
      res.send(views)
    })
    expect(await twice(site)).toEqual(['1', '2'])
    expect(warn).not.toHaveBeenCalled()
  })

  test('keeps the cookie with a redirect', async () => {
    const store = storeWith({})
    const getSession = nextSession({ store })
    const site = await api(async (req, res) => {
      count(await getSession(req, res))
      res.redirect('/home')
    })
    const answer = await site.visit()
    expect(answer).toMatchObject({ status: 307, headers: { location: '/home' }, body: '/home' })
    expect(store.kept.has(cookieOf(answer).slice(4))).toBe(true)
  })
})
