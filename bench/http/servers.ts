/**
 * One server per library, all with the same three routes: `/new` stores a session of about 1 KiB,
 * `/read` tells one value of it, `/change` writes one.
 *
 * @module
 */

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import { RedisStore } from 'connect-redis'
import createExpress from 'express'
import expressSession from 'express-session'
import createFastify from 'fastify'
import { getIronSession, nodeCookies } from 'iron-session'
import nextSession from 'next-session'
import { promisifyStore } from 'next-session/lib/compat'
import { createClient } from 'redis'
import type { Store } from 'sojourn'
import { createSessions as createExpressSessions } from 'sojourn/express'
import ownNextSession from 'sojourn/next-session'
import { createSessions } from 'sojourn/node'
import { redisStore } from 'sojourn/stores/redis'
import { sqliteStore } from 'sojourn/stores/sqlite'
import { dataOf } from '../visitors.ts'

/** What a server may use. */
export interface Resources {
  redisUrl: string
  /** A folder of its own. */
  folder: string
}

type Data = Record<string, unknown>
type Make = (resources: Resources) => Promise<RequestListener>

const SECRET = 'a secret of at least thirty-two characters'
const DAY = 86_400

/** By name, in the order of the table. */
export const servers: Record<string, Make> = {
  'no session': async () => routes(async () => ({ name: 'nobody' })),
  'by hand, GET and SET': byHand,
  'by hand, HGETALL and HSET': byHandOnHash,
  'sojourn/node on Redis': async (resources) => sojournOnNode(redisStore(await connect(resources))),
  'sojourn/node on SQLite': async ({ folder }) =>
    sojournOnNode(sqliteStore({ file: `${folder}/sessions.db` })),
  'sojourn/express on Redis': sojournOnExpress,
  'sojourn/next-session on Redis': async (resources) =>
    nextSessions(
      ownNextSession({ store: redisStore(await connect(resources)), cookie: { maxAge: DAY } }) as never,
    ),
  'next-session, connect-redis': async (resources) => {
    const store = promisifyStore(new RedisStore({ client: await connect(resources), ttl: DAY }))
    return nextSessions(nextSession({ store, cookie: { maxAge: DAY } }) as never)
  },
  'express-session, connect-redis': async (resources) => onExpressSession(await connectRedis(resources)),
  'express-session on Express 5': expressSessionOnExpress,
  '@fastify/session, connect-redis': onFastifySession,
  'iron-session': async () => onIronSession,
}

/** One request: answers what the session's `name` is, after doing what the route says. */
type Work = (route: string, request: IncomingMessage, response: ServerResponse) => Promise<Data>

function routes(work: Work): RequestListener {
  return (request, response) => {
    work(request.url ?? '/', request, response).then(
      (data) => answer(response, data),
      (error: unknown) => {
        response.statusCode = 500
        response.end(String(error))
      },
    )
  }
}

function answer(response: ServerResponse, { name }: Data): void {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ name }))
}

async function connect({ redisUrl }: Resources) {
  const client = createClient({ url: redisUrl })
  await client.connect()
  return client
}

async function connectRedis(resources: Resources): Promise<RedisStore> {
  return new RedisStore({ client: await connect(resources), ttl: DAY })
}

let count = 0
const fresh = (): Data => dataOf(count++)

function idOf(request: IncomingMessage): string {
  return /(?:^|; )id=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? ''
}

function begin(response: ServerResponse): string {
  const id = randomBytes(24).toString('base64url')
  response.setHeader('set-cookie', `id=${id}; Path=/; HttpOnly; SameSite=Lax`)
  return `hand:${id}`
}

async function byHand(resources: Resources): Promise<RequestListener> {
  const client = await connect(resources)
  return routes(async (route, request, response) => {
    const isNew = route === '/new'
    const key = isNew ? begin(response) : `hand:${idOf(request)}`
    const data = isNew ? fresh() : (JSON.parse((await client.get(key)) ?? '{}') as Data)
    if (route === '/change') data['visits'] = count++
    if (route !== '/read') await client.set(key, JSON.stringify(data), { EX: DAY })
    return data
  })
}

async function byHandOnHash(resources: Resources): Promise<RequestListener> {
  const client = await connect(resources)
  const write = (key: string, data: Data) => {
    const fields = Object.fromEntries(
      Object.entries(data).map(([name, value]) => [name, JSON.stringify(value)]),
    )
    return client.multi().hSet(key, fields).expire(key, DAY).execAsPipeline()
  }
  return routes(async (route, request, response) => {
    if (route === '/new') {
      const data = fresh()
      await write(begin(response), data)
      return data
    }
    const key = `hand:${idOf(request)}`
    const hash = await client.hGetAll(key)
    if (route === '/change') await write(key, { visits: count++ })
    return { name: JSON.parse(hash['name'] ?? 'null') as unknown }
  })
}

function sojournOnNode(store: Store): RequestListener {
  const { getSession } = createSessions({ store })
  return routes(async (route, request, response) => {
    const session = await getSession(request, response)
    if (route === '/new') await session.set(fresh())
    if (route === '/change') await session.set('visits', count++)
    return { name: session.get('name') }
  })
}

async function sojournOnExpress(resources: Resources): Promise<RequestListener> {
  const app = createExpress()
  app.use(createExpressSessions({ store: redisStore(await connect(resources)) }).middleware)
  app.use(async (request, response) => {
    const { session } = request as unknown as {
      session: { get(key: string): unknown; set(...args: unknown[]): Promise<void> }
    }
    if (request.path === '/new') await session.set(fresh())
    if (request.path === '/change') await session.set('visits', count++)
    answer(response, { name: session.get('name') })
  })
  return app
}

function nextSessions(
  getSession: (req: IncomingMessage, res: ServerResponse) => Promise<Data>,
): RequestListener {
  return routes(async (route, request, response) => {
    const session = await getSession(request, response)
    if (route === '/new') Object.assign(session, fresh())
    if (route === '/change') session['visits'] = count++
    return session
  })
}

const EXPRESS = { secret: SECRET, resave: false, saveUninitialized: false, cookie: { maxAge: DAY * 1000 } }

function onExpressSession(store: RedisStore): RequestListener {
  const middleware = expressSession({ ...EXPRESS, store })
  return (request, response) => {
    middleware(request as never, response as never, () => answer(response, changed(request)))
  }
}

async function expressSessionOnExpress(resources: Resources): Promise<RequestListener> {
  const app = createExpress()
  app.use(expressSession({ ...EXPRESS, store: await connectRedis(resources) }))
  app.use((request, response) => answer(response, changed(request)))
  return app
}

/** The session as a property of the request, after doing what the route says. */
function changed(request: IncomingMessage): Data {
  const { session } = request as unknown as { session: Data }
  if (request.url === '/new') Object.assign(session, fresh())
  if (request.url === '/change') session['visits'] = count++
  return session
}

async function onFastifySession(resources: Resources): Promise<RequestListener> {
  const app = createFastify()
  await app.register(fastifyCookie)
  await app.register(fastifySession, {
    secret: SECRET,
    store: (await connectRedis(resources)) as never,
    saveUninitialized: false,
    rolling: false,
    cookie: { secure: false, maxAge: DAY * 1000 },
  })
  app.get('/*', async (request) => {
    const session = request.session as unknown as Data & { set(key: string, value: unknown): void }
    if (request.url === '/new') for (const [key, value] of Object.entries(fresh())) session.set(key, value)
    if (request.url === '/change') session.set('visits', count++)
    return { name: session['name'] }
  })
  await app.ready()
  return (request, response) => app.routing(request, response)
}

const onIronSession = routes(async (route, request, response) => {
  const session = await getIronSession<Data>(nodeCookies(request, response), {
    cookieName: 'id',
    password: SECRET,
    cookieOptions: { secure: false },
  })
  if (route === '/new') Object.assign(session, fresh())
  if (route === '/change') session['visits'] = count++
  if (route !== '/read') await session.save()
  return session
})
