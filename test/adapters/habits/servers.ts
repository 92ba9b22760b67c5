/**
 * A server of every adapter that runs one piece of code on the session of each request.
 *
 * @module
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import express5 from 'express'
import express4 from 'express-4'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import { createSessions as createExpress } from '../../../src/express.ts'
import { createSessions as createFastify } from '../../../src/fastify.ts'
import { createSessions as createFetch } from '../../../src/fetch.ts'
import { createSessions as createHono, type SessionVariables } from '../../../src/hono.ts'
import type { Session, SessionOptions } from '../../../src/index.ts'
import { createSessions as createNext } from '../../../src/next.ts'
import { createSessions as createNode } from '../../../src/node.ts'
import { listen, type Running } from '../subject.ts'

/** What a request runs; its result is the body. `owner` is what the adapter hung the session on. */
export type Work = (session: Session, owner: { session?: unknown }) => Promise<string> | string

/** Starts a server. */
export type Start = (options: SessionOptions, work: Work) => Promise<Running>

const NOTHING = {}

function onExpress(express: typeof express5): Start {
  return (options, work) => {
    const { middleware } = createExpress(options)
    const app = express()
    app.set('env', 'test')
    app.use(middleware)
    app.get('/', (request, response, next) => {
      const owner = request as unknown as { session: Session }
      Promise.resolve()
        .then(() => work(owner.session, owner))
        .then((body) => response.send(body), next)
    })
    return listen(createServer(app))
  }
}

/** Without a framework, or for one that passes the bare objects on. */
function bare(
  getSession: (request: IncomingMessage, response: ServerResponse) => Promise<Session>,
  work: Work,
): Server {
  return createServer((request, response) => {
    getSession(request, response)
      .then((session) => work(session, NOTHING))
      .then(
        (body) => response.end(body),
        () => response.writeHead(500).end(),
      )
  })
}

/** By the name of the adapter. */
export const servers: Record<string, Start> = {
  'express 5': onExpress(express5),
  'express 4': onExpress(express4),
  async fastify(options, work) {
    const { plugin } = createFastify(options)
    const app = fastify({ forceCloseConnections: true })
    await app.register(plugin)
    app.get('/', async (request) => {
      const owner = request as unknown as { session: Session }
      return work(owner.session, owner)
    })
    return { url: await app.listen({ host: '127.0.0.1', port: 0 }), close: () => app.close() }
  },
  hono(options, work) {
    const { middleware } = createHono(options)
    const app = new Hono<{ Variables: SessionVariables }>()
    app.use(middleware)
    app.get('/', async (c) => {
      const owner = {
        set session(value: unknown) {
          c.set('session', value as Session)
        },
      }
      return c.text(await work(c.var.session, owner))
    })
    const listener = getRequestListener(app.fetch)
    return listen(createServer((request, response) => void listener(request, response)))
  },
  fetch(options, work) {
    const { handler } = createFetch(options)
    const handle = handler(
      async (_request, { getSession }) => new Response(await work(await getSession(), NOTHING)),
    )
    const listener = getRequestListener((request) => handle(request))
    return listen(createServer((request, response) => void listener(request, response)))
  },
  http(options, work) {
    return listen(bare(createNode(options).getSession, work))
  },
  'next, as the Pages Router calls it'(options, work) {
    return listen(bare(createNext(options).getSession, work))
  },
}
