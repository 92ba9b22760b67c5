/** @module An application as people write it with express-session. */

import type { AddressInfo } from 'node:net'
import express5, { type Express, type Request, type Response } from 'express'
import express4 from 'express-4'
import session, { type SessionOptions } from 'express-session'
import { toConnectStore, type ToConnectStoreOptions } from '../../../src/connect.ts'
import type { Store } from '../../../src/core/store.ts'

declare module 'express-session' {
  interface SessionData {
    user?: string
    [key: string]: unknown
  }
}

/** A running server. */
export interface App {
  url: string
  /** What `toConnectStore` gave. */
  store: ReturnType<typeof toConnectStore>
  /** Requests to `/slow` wait for this after they have loaded their session. */
  hold: () => { reached: Promise<void>; go: () => void }
  /** What went wrong in requests. */
  errors: unknown[]
  close: () => Promise<void>
}

/** Options of `startExpress`. */
export interface AppOptions extends ToConnectStoreOptions {
  version?: 4 | 5
  session?: Partial<SessionOptions>
}

/** Starts the application on a free port. */
export async function startExpress(kept: Store, options: AppOptions = {}): Promise<App> {
  const { version = 5, session: sessionOptions, ...storeOptions } = options
  const store = toConnectStore(kept, storeOptions)
  const make = version === 5 ? express5 : (express4 as unknown as typeof express5)
  const app: Express = make()
  const errors: unknown[] = []
  let gate: { wait: Promise<void>; arrived: () => void } | null = null

  app.use(
    session({ secret: 'keyboard cat', resave: false, saveUninitialized: false, store, ...sessionOptions }),
  )
  app.post('/login/:user', (request, response, next) => {
    request.session.regenerate((error) => {
      if (error) return next(error)
      request.session.user = request.params['user']!
      request.session.save((failure) => (failure ? next(failure) : response.redirect('/')))
    })
  })
  app.post('/logout', (request, response, next) => {
    request.session.destroy((error) => (error ? next(error) : response.redirect('/')))
  })
  app.get(
    '/',
    (request, response) => void response.json(Object.assign({}, request.session, { id: request.sessionID })),
  )
  app.post('/set/:key/:value', (request, response) => {
    request.session[request.params['key']!] = request.params['value']
    response.json({})
  })
  app.post('/delete/:key', (request, response) => {
    delete request.session[request.params['key']!]
    response.json({})
  })
  app.post('/age/:ms', (request, response) => {
    request.session.cookie.maxAge = Number(request.params['ms'])
    response.json({})
  })
  app.post('/reload', (request, response, next) => {
    request.session.reload((error) => {
      if (error) return next(error)
      request.session['reloaded'] = 'yes'
      response.json(request.session)
    })
  })
  app.all(
    '/slow{/:key}'.replace('{/:key}', version === 5 ? '{/:key}' : '/:key?'),
    async (request, response) => {
      gate?.arrived()
      await gate?.wait
      const key = request.params['key'] as string | undefined
      if (key) request.session[key] = 'slow'
      response.json({})
    },
  )
  app.use(
    (error: { status?: number }, _request: Request, response: Response, next: (error: unknown) => void) => {
      errors.push(error)
      if (response.headersSent) return next(error)
      response.status(error.status ?? 500).json({ status: error.status })
    },
  )

  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    store,
    errors,
    hold() {
      const [wait, reached] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      gate = { wait: wait.promise, arrived: reached.resolve }
      return { reached: reached.promise, go: wait.resolve }
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
