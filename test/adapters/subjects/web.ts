/** Hono, on its server for Node, and the bare fetch handler, over a bridge to `http`. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { createSessions as createFetchSessions } from '../../../src/fetch.ts'
import { createSessions as createHonoSessions, type SessionVariables } from '../../../src/hono.ts'
import { serve, type Answer } from '../shop.ts'
import { listen, type Subject } from '../subject.ts'

export const hono: Subject = {
  name: 'hono',
  isLazy: false,
  start(options) {
    const { middleware, requireSession, assertSameOrigin, detached } = createHonoSessions(options)
    const app = new Hono<{ Variables: SessionVariables }>()
    app.use(middleware)
    app.all('*', async (c) => {
      const answer = await serve(c.req.path, {
        query: new URL(c.req.url).searchParams,
        getSession: async () => c.get('session'),
        requireSession: () => requireSession(c),
        assertSameOrigin: () => assertSameOrigin(c.req.raw),
        detached: () => detached(c.req.raw),
      })
      return responseOf(answer)
    })
    const listener = getRequestListener(app.fetch)
    return listen(createServer((request, response) => void listener(request, response)))
  },
}

export const fetchHandler: Subject = {
  name: 'fetch',
  isLazy: true,
  start(options) {
    const { handler, assertSameOrigin, detached } = createFetchSessions(options)
    const handle = handler(async (request, { getSession, requireSession }) => {
      const { pathname, searchParams } = new URL(request.url)
      const answer = await serve(pathname, {
        query: searchParams,
        getSession,
        requireSession,
        assertSameOrigin: () => assertSameOrigin(request),
        detached: () => detached(request),
      })
      return responseOf(answer)
    })
    return listen(createServer((request, response) => void bridge(handle, request, response)))
  },
}

function responseOf({ status = 200, headers = {}, body }: Answer): Response {
  const { location, ...others } = headers
  // The headers of this one cannot be changed.
  if (typeof location === 'string') return Response.redirect(`http://host${location}`, status)
  const list = new Headers()
  for (const [name, value] of Object.entries(others))
    for (const line of [value].flat()) list.append(name, line)
  const content = typeof body === 'object' ? Readable.toWeb(Readable.from(encoded(body))) : (body ?? null)
  return new Response(content as BodyInit | null, { status, headers: list })
}

async function* encoded(parts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const part of parts) yield new TextEncoder().encode(part)
}

async function bridge(
  handle: (request: Request) => Promise<Response>,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const headers = Object.entries(message.headersDistinct).flatMap(([name, values]) =>
    (values ?? []).map((value): [string, string] => [name, value]),
  )
  const request = new Request(`http://${message.headers.host}${message.url}`, {
    method: message.method ?? 'GET',
    headers,
  })
  const answer = await handle(request).catch(() => new Response(null, { status: 500 }))
  response.statusCode = answer.status
  for (const [name, value] of answer.headers) response.appendHeader(name, value)
  if (answer.body === null) return void response.end()
  await pipeline(Readable.fromWeb(answer.body as never), response).catch(() => {})
}
