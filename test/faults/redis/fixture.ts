/**
 * A Redis of one's own, sessions in it, and a real server before them, for each client.
 *
 * @module
 */

import type { Redis } from 'ioredis'
import type { SessionEvent } from '../../../src/index.ts'
import { redisStore } from '../../../src/stores/redis.ts'
import type { Subject } from '../../adapters/subject.ts'
import { expressSubjects } from '../../adapters/subjects/express.ts'
import { http } from '../../adapters/subjects/node.ts'
import { admin, type ClientKind, clients } from '../../stores/redis/clients.ts'
import { type RedisOptions, type RedisServer, startRedis } from '../../support/redis-server.ts'
import { visitor } from '../../support/visitor.ts'

/** A client, and the adapter that it is tried with. */
export const PAIRS: Record<Client, { kind: ClientKind; subject: Subject }> = {
  'node-redis': { kind: 'node-redis 6', subject: http },
  ioredis: { kind: 'ioredis 6', subject: expressSubjects[0]! },
}

export type Client = 'node-redis' | 'ioredis'

/** How a fixture is set up. */
export interface FixtureOptions extends RedisOptions {
  /** Of the sessions. Default `1s`. */
  timeout?: string
  /** Whom the application signs in as, and by which way it reaches Redis. Default: directly, as anybody. */
  url?: (server: RedisServer) => string
}

/** A browser: where it goes, and its session cookie. */
export interface Guest {
  url: string
  cookie: string
}

/** What a request came to. */
export interface Answer {
  status: number
  /** How many session cookies it set. */
  cookies: number
  ms: number
  text: string
}

/** An application. */
interface App {
  events: SessionEvent[]
  /** Somebody of this name, signed in, whose session holds `a`. */
  signedIn: (user: string) => Promise<Guest>
  newcomer: () => Guest
  ask: (guest: Guest, path: string) => Promise<Answer>
}

/** An application and its Redis. */
export interface Fixture extends App {
  client: Client
  server: RedisServer
  /** For the test itself. Connects again by itself when the server was away. */
  redis: Redis
  /** Another application, on the Redis at this address. */
  another(url: string): Promise<App>
  close(): Promise<void>
}

/** Starts all of it. */
export async function openFixture(client: Client, options: FixtureOptions = {}): Promise<Fixture> {
  const server = await startRedis(options)
  const redis = await admin(server.url)
  const { url = () => server.url } = options
  const closers: (() => Promise<unknown>)[] = []

  async function serve(at: string): Promise<App> {
    const { kind, subject } = PAIRS[client]
    const events: SessionEvent[] = []
    const store = redisStore(() => clients[kind](at))
    const running = await subject.start({
      store,
      timeout: (options.timeout ?? '1s') as '1s',
      onEvent: (event) => void events.push(event),
    })
    closers.push(async () => {
      await running.close()
      await store.close()
    })
    const newcomer = (): Guest => ({ url: running.url, cookie: '' })
    return { events, newcomer, ask, signedIn: (user) => signedIn(newcomer(), user) }
  }

  return {
    client,
    server,
    redis,
    ...(await serve(url(server))),
    another: serve,
    async close() {
      server.resume()
      for (const end of closers) await end()
      redis.disconnect()
      await server.stop()
    },
  }
}

async function signedIn(guest: Guest, user: string): Promise<Guest> {
  const answers = [await ask(guest, `/login?user=${user}`), await ask(guest, '/set?key=a&value=1')]
  if (answers.some(({ status }) => status >= 400)) throw new Error(`${user} could not sign in`)
  return guest
}

async function ask(guest: Guest, path: string): Promise<Answer> {
  const began = performance.now()
  // A visitor keeps the cookies of its last answer only, and these may come at once.
  const self = visitor(guest.url, guest.cookie)
  const response = await self.get(path)
  const text = await response.text()
  if (self.setCookies.length > 0) guest.cookie = self.cookie
  const ms = Math.round(performance.now() - began)
  return { status: response.status, cookies: self.setCookies.length, ms, text }
}
