/** `request.session` where another middleware lays hands on it, or the application deletes it. */

import { createServer } from 'node:http'
import cookieSession from 'cookie-session'
import express5, { type RequestHandler } from 'express'
import express4 from 'express-4'
import expressSession from 'express-session'
import { fastify } from 'fastify'
import { afterEach, describe, expect, test } from 'vitest'
import { createSessions } from '../../src/express.ts'
import { createSessions as createFastify } from '../../src/fastify.ts'
import type { Session } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { visitor, type Visitor } from '../support/visitor.ts'
import { listen, type Running } from './subject.ts'

let running: Running | undefined

afterEach(() => running?.close())

const soon = { signal: AbortSignal.timeout(20_000) }

function sojourn(options: Parameters<typeof createSessions>[0] = {}): RequestHandler {
  return createSessions({ store: memoryStore(), ...options }).middleware as unknown as RequestHandler
}

/** Answers `/` after these; an error with 500 and its text. */
async function start(middlewares: RequestHandler[], answer: RequestHandler): Promise<Visitor> {
  const app = express5()
  app.use(...middlewares)
  app.get('/', answer)
  app.use(((error, _request, response, _next) => {
    response.status(500).send(`${(error as { code: string }).code} ${(error as Error).message}`)
  }) as express5.ErrorRequestHandler)
  running = await listen(createServer(app))
  return visitor(running.url)
}

const others: Record<string, RequestHandler> = {
  'express-session': expressSession({ secret: 's', resave: false, saveUninitialized: true }),
  'express-session, saving nothing new': expressSession({
    secret: 's',
    resave: false,
    saveUninitialized: false,
  }),
  'cookie-session': cookieSession({ keys: ['a'] }),
  'a property that cannot be changed': (request, _response, next) => {
    Object.defineProperty(request, 'session', { value: {} })
    next()
  },
  'another createSessions': sojourn({ app: 'admin', cookie: { name: 'admin' } }),
}

const fine: RequestHandler = (_request, response) => void response.send('fine')

describe.each(Object.entries(others))('%s', (_, other) => {
  test('before ours is an error, which says what works', async () => {
    const guest = await start([other, sojourn()], fine)
    const response = await guest.get('/', soon)
    const text = await response.text()
    expect(response.status).toBe(500)
    expect(text).toContain('ERR_OPTION_INVALID')
    expect(text).toContain('getSession(request, response)')
  })
})

test.each(['cookie-session', 'another createSessions'])('%s after ours is an error too', async (name) => {
  const guest = await start([sojourn(), others[name]!], fine)
  const response = await guest.get('/', soon)
  expect(response.status).toBe(500)
  expect(await response.text()).toContain('getSession(request, response)')
})

test('express-session after ours leaves it alone', async () => {
  const guest = await start([sojourn(), others['express-session']!], async (request, response) => {
    response.send(String(await (request as unknown as { session: Session }).session.increment('visits')))
  })
  expect(await (await guest.get('/', soon)).text()).toBe('1')
})

test.each(['express-session', 'cookie-session'])('%s works beside getSession', async (name) => {
  const { getSession } = createSessions({ store: memoryStore() })
  const guest = await start([others[name]!], async (request, response) => {
    const ours = await getSession(request, response)
    const theirs = (request as unknown as { session: { visits?: number } }).session
    theirs.visits = (theirs.visits ?? 0) + 1
    response.send(`${String(await ours.increment('visits'))} ${theirs.visits}`)
  })
  expect(await (await guest.get('/', soon)).text()).toBe('1 1')
  expect(guest.setCookies.map((line) => line.split('=')[0])).toContain('sid')
})

test('one middleware twice is one session', async () => {
  const middleware = sojourn()
  const guest = await start([middleware, middleware], async (request, response) => {
    response.send(String(await (request as unknown as { session: Session }).session.increment('visits')))
  })
  expect(await (await guest.get('/', soon)).text()).toBe('1')
})

/** Runs in strict or in sloppy code. */
function erasing(mode: string): (request: object) => void {
  // oxlint-disable-next-line no-implied-eval, no-new-func -- the only way to sloppy code in a module
  return new Function('request', `"use ${mode}"; delete request.session`) as (request: object) => void
}

type Serve = (erase: (request: object) => void) => Promise<Running>

function onExpress(express: typeof express5): Serve {
  return (erase) => {
    const app = express()
    app.set('env', 'test')
    app.use(sojourn())
    const sessionOf = (request: object): Session => (request as { session: Session }).session
    app.get('/in', (request, response) => {
      void sessionOf(request)
        .login('ann')
        .then(() => response.send('in'))
    })
    app.get('/who', (request, response) => void response.send(String(sessionOf(request).userId)))
    app.get('/out', (request, response) => {
      erase(request)
      response.send('signed out')
    })
    app.use(((error, _request, response, _next) => {
      response.status(500).send((error as Error).message)
    }) as express5.ErrorRequestHandler)
    return listen(createServer(app))
  }
}

const servers: Record<string, Serve> = {
  'express 5': onExpress(express5),
  'express 4': onExpress(express4),
  async fastify(erase) {
    const app = fastify({ forceCloseConnections: true })
    await app.register(createFastify({ store: memoryStore() }).plugin)
    const sessionOf = (request: object): Session => (request as { session: Session }).session
    app.get('/in', async (request) => (await sessionOf(request).login('ann'), 'in'))
    app.get('/who', async (request) => String(sessionOf(request).userId))
    app.get('/out', async (request) => (erase(request), 'signed out'))
    return { url: await app.listen({ host: '127.0.0.1', port: 0 }), close: () => app.close() }
  },
}

describe.each(Object.entries(servers))('%s', (_, serve) => {
  test.each(['strict', 'sloppy'])('delete request.session is an error (%s)', async (mode) => {
    running = await serve(erasing(mode))
    const ann = visitor(running.url)
    await ann.get('/in')
    const response = await ann.get('/out', soon)
    expect([response.status, await response.text()]).toEqual([
      500,
      expect.stringContaining('session.logout()'),
    ])
    expect(await (await ann.get('/who')).text()).toBe('ann')
  })
})
