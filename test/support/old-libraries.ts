/**
 * Real servers of the libraries whose sessions we take over. Each signs a visitor in at `/login`,
 * with a cart, and answers who it is at `/who`.
 *
 * @module
 */

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import fastifyCookie from '@fastify/cookie'
import fastifySessionPlugin from '@fastify/session'
import oldCookieSession from 'cookie-session'
import expressSession, { type Store } from 'express-session'
import Fastify from 'fastify'
import { getIronSession } from 'iron-session'
import nextSessionLibrary from 'next-session'
import { promisifyStore } from 'next-session/lib/compat'
import {
  connectSession,
  cookieSession,
  customSession,
  fastifySession,
  ironSession,
  nextSession,
  type Adoption,
} from '../../src/adopt.ts'
import { listen, type Running } from '../adapters/subject.ts'

/** What the tests change. */
export interface OldOptions {
  /** Leaves the old session in place. */
  keep?: boolean
  /** Who is signed in. Default: `user` of the data. */
  userId?: (data: Record<string, unknown>) => unknown
  /** More data, besides user and cart. */
  more?: Record<string, unknown>
}

/** One library over one store. */
export interface OldLibraryUnderTest {
  name: string
  /** Names of its cookies. */
  cookies: string[]
  /** The old application. */
  start(store: Store, options?: OldOptions): Promise<Running>
  adopt(store: Store, options?: OldOptions): Adoption
}

type Data = Record<string, unknown>

/** Long enough for each of them. */
export const SECRET = 'the secret of the old library, of 32 characters or more'
const user = (data: Data): unknown => data['user']

function signIn(session: Data, more: Data = {}): void {
  Object.assign(session, { user: 'ann', cart: ['book'], ...more })
}

function serve(listener: RequestListener): Promise<Running> {
  return listen(createServer(listener))
}

function common(options: OldOptions): { userId: never; keep: boolean } {
  return { userId: (options.userId ?? user) as never, keep: options.keep ?? false }
}

function promised(store: Store): { get(id: string): Promise<unknown>; destroy(id: string): Promise<void> } {
  return {
    get: (id) =>
      new Promise((resolve, reject) => store.get(id, (e, s) => (e ? reject(e as Error) : resolve(s)))),
    destroy: (id) =>
      new Promise((resolve, reject) => store.destroy(id, (e) => (e ? reject(e as Error) : resolve()))),
  }
}

export const connect: OldLibraryUnderTest = {
  name: 'express-session',
  cookies: ['connect.sid'],
  start(store, { more } = {}) {
    const middleware = expressSession({ secret: SECRET, store, resave: false, saveUninitialized: false })
    return serve((req, res) => {
      middleware(req as never, res as never, () => {
        const { session } = req as unknown as { session: Data }
        if (req.url === '/login') signIn(session, more)
        res.end(String(session['user']))
      })
    })
  },
  adopt: (store, options = {}) =>
    connectSession({ secret: ['a newer one', SECRET], store: store as never, ...common(options) }),
}

const next: OldLibraryUnderTest = {
  name: 'next-session',
  cookies: ['old-sid'],
  start(store, { more } = {}) {
    const getSession = nextSessionLibrary({ name: 'old-sid', store: promisifyStore(store as never) })
    return serve((req, res) => {
      void getSession(req, res).then(async (session) => {
        if (req.url === '/login') {
          signIn(session, more)
          await session.commit()
        }
        res.end(String(session['user']))
      })
    })
  },
  adopt: (store, options = {}) =>
    nextSession({ name: 'old-sid', store: promised(store), ...common(options) }),
}

const fastify: OldLibraryUnderTest = {
  name: '@fastify/session',
  cookies: ['sessionId'],
  async start(store, { more } = {}) {
    const app = Fastify()
    await app.register(fastifyCookie)
    await app.register(fastifySessionPlugin, {
      secret: SECRET,
      store: store as never,
      cookie: { secure: false },
      saveUninitialized: false,
    })
    app.get('/login', (request) => {
      signIn(request.session as unknown as Data, more)
      return 'ann'
    })
    app.get('/who', (request) => String((request.session as unknown as Data)['user']))
    return { url: await app.listen({ host: '127.0.0.1', port: 0 }), close: () => app.close() }
  },
  adopt: (store, options = {}) =>
    fastifySession({ secret: SECRET, store: store as never, ...common(options) }),
}

export const cookie: OldLibraryUnderTest = {
  name: 'cookie-session',
  cookies: ['session', 'session.sig'],
  start(_store, { more } = {}) {
    const middleware = oldCookieSession({ keys: [SECRET] })
    return serve((req, res) => {
      middleware(req as never, res as never, () => {
        const { session } = req as unknown as { session: Data }
        if (req.url === '/login') signIn(session, more)
        res.end(String(session['user']))
      })
    })
  },
  adopt: (_store, options = {}) =>
    cookieSession({ keys: ['a newer one', SECRET], userId: common(options).userId }),
}

function iron(name: string, cookies: string[], padding: number): OldLibraryUnderTest {
  const settings = { cookieName: 'app', password: SECRET, cookieOptions: { secure: false }, chunk: true }
  return {
    name,
    cookies,
    start: (_store, { more } = {}) =>
      serve((req: IncomingMessage, res: ServerResponse) => {
        void getIronSession<Data>(req, res, settings).then(async (session) => {
          if (req.url === '/login') {
            signIn(session, { ...(padding > 0 && { padding: 'x'.repeat(padding) }), ...more })
            await session.save()
          }
          res.end(String(session['user']))
        })
      }),
    adopt: (_store, options = {}) =>
      ironSession({ name: 'app', password: SECRET, userId: common(options).userId }),
  }
}

export const ironWhole: OldLibraryUnderTest = iron('iron-session', ['app'], 0)
const ironChunks: OldLibraryUnderTest = iron('iron-session in pieces', ['app.0', 'app.1'], 4000)

export const custom: OldLibraryUnderTest = {
  name: 'a library of one’s own',
  cookies: ['auth'],
  start: (store, { more } = {}) =>
    serve((req, res) => {
      const id = /auth=([\w-]+)/.exec(req.headers.cookie ?? '')?.[1] ?? ''
      if (req.url !== '/login')
        return store.get(id, (_error, session) => res.end(String((session as Data | null)?.['user'])))
      const made = crypto.randomUUID()
      const session: Data = { cookie: {} }
      signIn(session, more)
      res.setHeader('set-cookie', `auth=${made}; Path=/; HttpOnly`)
      store.set(made, session as never, () => res.end('ann'))
    }),
  adopt(store, options = {}) {
    const { userId, keep } = common(options) as unknown as { userId: (data: Data) => never; keep: boolean }
    const access = promised(store)
    return customSession({
      name: 'auth',
      keep,
      read: async (value) => (await access.get(value)) as Data | undefined,
      remove: (value) => access.destroy(value),
      map: ({ user: name, cart, more }) => ({
        userId: userId({ user: name, more }),
        data: { user: name, cart },
      }),
    })
  },
}

export const oldLibraries: OldLibraryUnderTest[] = [
  connect,
  next,
  fastify,
  cookie,
  ironWhole,
  ironChunks,
  custom,
]
