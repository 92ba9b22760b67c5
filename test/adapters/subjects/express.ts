/** Express 4 and 5, with the ways to answer that their users know. */

import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import express5 from 'express'
import express4 from 'express-4'
import { createSessions, type Session } from '../../../src/express.ts'
import { serve } from '../shop.ts'
import { listen, type Subject } from '../subject.ts'

function subject(name: string, express: typeof express5): Subject {
  return {
    name,
    isLazy: false,
    start(options) {
      const { middleware, requireSession, assertSameOrigin, detached } = createSessions(options)
      const app = express()
      // Keeps Express from printing the errors that the suite provokes.
      app.set('env', 'test')
      app.use(middleware)
      app.use((request, response, next) => {
        const { session } = request as typeof request & { session: Session }
        serve(request.path, {
          query: new URL(request.originalUrl, 'http://host').searchParams,
          getSession: async () => session,
          requireSession: () => requireSession(request, response),
          assertSameOrigin: () => assertSameOrigin(request),
          detached: () => detached(request),
        }).then(({ status = 200, headers = {}, body }) => {
          const { location, ...others } = headers
          response.set(others)
          if (typeof location === 'string') return response.redirect(status, location)
          if (typeof body === 'string') return response.status(status).send(body)
          if (body === undefined) return response.status(status).end()
          return Readable.from(body).pipe(response.status(status))
        }, next)
      })
      return listen(createServer(app))
    },
  }
}

export const expressSubjects: Subject[] = [subject('express 5', express5), subject('express 4', express4)]
