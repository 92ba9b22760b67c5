/* `expectTypeOf` and the compiler assert here, not `expect`. */
/* oxlint-disable vitest/expect-expect */

import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import express from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import { expectTypeOf, test } from 'vitest'
import { createSessions as createExpressSessions } from '../../src/express.ts'
import { createSessions as createFastifySessions } from '../../src/fastify.ts'
import { createSessions as createFetchSessions } from '../../src/fetch.ts'
import { createSessions as createHonoSessions, type SessionVariables } from '../../src/hono.ts'
import { createSessions as createNodeSessions } from '../../src/node.ts'

interface Data {
  visits: number
}

test('Node: requests of http and http2 open typed sessions', () => {
  const { getSession, requireSession, assertSameOrigin, detached } = createNodeSessions<Data>()
  createServer((request, response) => {
    void getSession(request, response).then((session) => {
      expectTypeOf(session.get('visits')).toEqualTypeOf<number | undefined>()
    })
    assertSameOrigin(request)
    void detached(request)
  })
  createHttp2Server((request, response) => {
    void requireSession(request, response).then(({ userId }) => expectTypeOf(userId).toEqualTypeOf<string>())
    assertSameOrigin(request)
  })
})

test('Express: the middleware and requests fit', () => {
  const { middleware, getSession, assertSameOrigin } = createExpressSessions<Data>()
  express()
    .use(middleware)
    .get('/', middleware, (request, response) => {
      void getSession(request, response).then((session) => {
        expectTypeOf(session.get('visits')).toEqualTypeOf<number | undefined>()
      })
      assertSameOrigin(request)
    })
})

test('Fastify: the plugin, requests and replies fit, over http and http2', () => {
  const { plugin, getSession, assertSameOrigin, detached } = createFastifySessions<Data>()
  const app = fastify()
  void app.register(plugin)
  void fastify({ http2: true }).register(plugin)
  app.get('/', async (request, reply) => {
    expectTypeOf((await getSession(request, reply)).get('visits')).toEqualTypeOf<number | undefined>()
    assertSameOrigin(request)
    await detached(request)
  })
})

test('Hono: the middleware fits with and without variables, which carry the type', () => {
  const { middleware, requireSession, assertSameOrigin } = createHonoSessions<Data>()
  new Hono().use(middleware).get('/', middleware, (c) => c.text(''))
  new Hono<{ Variables: SessionVariables<Data> & { other: string } }>()
    .use('/x/*', middleware)
    .get('/', async (c) => {
      expectTypeOf(c.get('session').get('visits')).toEqualTypeOf<number | undefined>()
      expectTypeOf((await requireSession(c)).userId).toEqualTypeOf<string>()
      assertSameOrigin(c.req.raw)
      return c.text('')
    })
})

test('fetch: the handler takes what the runtime passes', () => {
  const { handler } = createFetchSessions<Data>()
  const plain = handler(async (_request, { getSession }) => {
    expectTypeOf((await getSession()).get('visits')).toEqualTypeOf<number | undefined>()
    return new Response()
  })
  expectTypeOf(plain).toEqualTypeOf<(request: Request) => Promise<Response>>()
  const worker = handler((_request, _visit, env: { name: string }) => new Response(env.name))
  expectTypeOf(worker).parameters.toEqualTypeOf<[Request, { name: string }]>()
})
