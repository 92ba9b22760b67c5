/** Plain `http`, and micro, which has its own ways to answer. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { serve as micro } from 'micro'
import { createSessions, isSessionError, type SessionOptions } from '../../../src/node.ts'
import { serve, type Answer, type ShopRequest } from '../shop.ts'
import { listen, type Subject } from '../subject.ts'

export const http: Subject = {
  name: 'http',
  isLazy: true,
  start(options) {
    const visit = visitor(options)
    async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const { status = 200, headers = {}, body } = await visit(request, response)
      response.writeHead(status, headers)
      if (body === undefined || typeof body === 'string') response.end(body)
      else Readable.from(body).pipe(response)
    }
    return listen(
      createServer((request, response) => {
        respond(request, response).catch((error: unknown) => {
          response.writeHead(isSessionError(error) ? error.status : 500).end()
        })
      }),
    )
  },
}

export const microSubject: Subject = {
  name: 'micro',
  isLazy: true,
  start(options) {
    const visit = visitor(options)
    return listen(
      createServer(
        micro(async (request, response) => {
          const { status = 200, headers = {}, body } = await visit(request, response)
          response.statusCode = status
          for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
          if (body === undefined) return void response.end()
          return typeof body === 'string' ? body : Readable.from(body)
        }),
      ),
    )
  },
}

function visitor(
  options: SessionOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<Answer> {
  const { getSession, requireSession, assertSameOrigin, detached } = createSessions(options)
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://host')
    const shopRequest: ShopRequest = {
      query: searchParams,
      getSession: () => getSession(request, response),
      requireSession: () => requireSession(request, response),
      assertSameOrigin: () => assertSameOrigin(request),
      detached: () => detached(request),
    }
    return serve(pathname, shopRequest)
  }
}
