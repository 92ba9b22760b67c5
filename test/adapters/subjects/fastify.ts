/** Fastify: with the plugin, and without it, over `getSession`. */

import { Readable } from 'node:stream'
import { fastify } from 'fastify'
import { createSessions, type Session } from '../../../src/fastify.ts'
import { serve } from '../shop.ts'
import type { Subject } from '../subject.ts'

function subject(name: string, isLazy: boolean): Subject {
  return {
    name,
    isLazy,
    async start(options) {
      const { plugin, getSession, requireSession, assertSameOrigin, detached } = createSessions(options)
      const app = fastify({ forceCloseConnections: true })
      if (!isLazy) await app.register(plugin)
      app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) =>
        done(null, body),
      )
      app.route({
        method: ['GET', 'POST'],
        url: '/*',
        async handler(request, reply) {
          const { pathname, searchParams } = new URL(request.url, 'http://host')
          const { session } = request as typeof request & { session: Session }
          const answer = await serve(pathname, {
            query: searchParams,
            getSession: async () => (isLazy ? getSession(request, reply) : session),
            requireSession: () => requireSession(request, reply),
            assertSameOrigin: () => assertSameOrigin(request),
            detached: () => detached(request),
          })
          const { status = 200, headers = {}, body } = answer
          reply.code(status).headers(headers)
          return reply.send(typeof body === 'object' ? Readable.from(body) : body)
        },
      })
      return { url: await app.listen({ host: '127.0.0.1', port: 0 }), close: () => app.close() }
    },
  }
}

export const fastifySubjects: Subject[] = [
  subject('fastify', false),
  subject('fastify without the plugin', true),
]
