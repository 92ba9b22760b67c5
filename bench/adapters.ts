/**
 * The adapters, each in a small application that reads, writes without waiting, and streams.
 *
 * @module
 */

import { Readable } from 'node:stream'
import express from 'express'
import { fastify } from 'fastify'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { createSessions as createExpressSessions, type Session } from 'sojourn/express'
import { createSessions as createFastifySessions } from 'sojourn/fastify'
import { createSessions as createFetchSessions } from 'sojourn/fetch'
import { createSessions as createHonoSessions, type SessionVariables } from 'sojourn/hono'
import { createSessions as createNodeSessions } from 'sojourn/node'
import { memoryStore } from 'sojourn/stores/memory'
import type { Listener } from './in-process.ts'

interface Data {
  visits: number
}

/** Does what the path says; answers whether the response is to be streamed. */
function visit(session: Session<Data>, url = '/'): boolean {
  session.get('visits')
  if (url !== '/read') void session.increment('visits')
  return url === '/stream'
}

const options = () => ({ store: memoryStore({ maxSessions: 5000 }) })
const parts = (): Readable => Readable.from(['one', 'two', 'three'])

/** Name → how to make the server. */
export const adapters: Record<string, () => Promise<Listener>> = {
  async node() {
    const { getSession } = createNodeSessions<Data>(options())
    return async (request, response) => {
      const isStream = visit(await getSession(request, response), request.url)
      if (isStream) parts().pipe(response)
      else response.end('text')
    }
  },
  async express() {
    const { middleware } = createExpressSessions<Data>(options())
    const app = express()
    app.use(middleware)
    app.use((request, response) => {
      const { session } = request as typeof request & { session: Session<Data> }
      if (visit(session, request.url)) parts().pipe(response)
      else response.send('text')
    })
    return app
  },
  async fastify() {
    const { plugin } = createFastifySessions<Data>(options())
    const app = fastify()
    await app.register(plugin)
    app.get('/*', (request, reply) => {
      const { session } = request as typeof request & { session: Session<Data> }
      return reply.send(visit(session, request.url) ? parts() : 'text')
    })
    await app.ready()
    return (request, response) => app.routing(request, response)
  },
  async hono() {
    const { middleware } = createHonoSessions<Data>(options())
    const app = new Hono<{ Variables: SessionVariables<Data> }>()
    app.use(middleware)
    app.get('*', (c) =>
      visit(c.get('session'), c.req.path)
        ? c.body(Readable.toWeb(parts()) as ReadableStream)
        : c.text('text'),
    )
    return getRequestListener(app.fetch)
  },
  async fetch() {
    const { handler } = createFetchSessions<Data>(options())
    const fetch = handler(async (request, { getSession }) => {
      const isStream = visit(await getSession(), new URL(request.url).pathname)
      return new Response(isStream ? (Readable.toWeb(parts()) as ReadableStream) : 'text')
    })
    return getRequestListener(fetch)
  },
}
