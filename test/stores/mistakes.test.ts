/** What is wrong with the application is told as that, and what is wrong with the network as an outage. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GlideClient } from '@valkey/valkey-glide'
import betterSqlite3SessionStore from 'better-sqlite3-session-store'
import express from 'express'
import session from 'express-session'
import { fastify } from 'fastify'
import { Redis } from 'ioredis'
import { Redis as Iovalkey } from 'iovalkey'
import Keyv from 'keyv'
import { createClient } from 'redis'
import { createStorage } from 'unstorage'
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { fromConnectStore, toConnectStore } from '../../src/connect.ts'
import type { SessionEvent } from '../../src/core/events.ts'
import type { Session } from '../../src/core/session/session.ts'
import { createSessions as expressSessions } from '../../src/express.ts'
import { createSessions as fastifySessions } from '../../src/fastify.ts'
import { createSessions, type Store } from '../../src/index.ts'
import { fromKeyv } from '../../src/stores/keyv.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { type RedisClientSource, redisStore } from '../../src/stores/redis.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import { fromUnstorage } from '../../src/stores/unstorage.ts'
import { serve } from '../support/http-visit.ts'
import { freePort } from '../support/redis-server.ts'
import { silent } from './redis/clients.ts'
import { lifetime, record } from './redis/fixture.ts'

const own = new TypeError('no setting REDIS_URL, see redis://:p4ssword@10.1.2.3')

/** Asks seven times, and answers the last error and what was told. */
async function failed(store: Store): Promise<{ error: unknown; events: SessionEvent[] }> {
  const events: SessionEvent[] = []
  const sessions = createSessions({ store, onEvent: (event) => void events.push(event) })
  let error: unknown
  for (let i = 0; i < 7; i++) error = await sessions.revokeUser('ann').catch((thrown: unknown) => thrown)
  await store.close?.()
  return { error, events }
}

class ConnectionStringError extends Error {}
class ConfigTimeoutError extends Error {}
class AbortError extends Error {
  override readonly name = 'AbortError'
}

/** Errors of the application's own that look like those of Redis and its clients. */
const LOOK_ALIKES: Record<string, Error> = {
  'a text that begins with URL': new Error('URL of Redis is missing'),
  'a text that begins with TLS': new Error('TLS certificate expired, renew it'),
  'a text that begins with NO': new Error('NO REDIS_URL in .env'),
  'a text that begins with API': new Error('API key invalid'),
  'a text that begins with ERR_': new Error('ERR_CONFIG: no address'),
  'a cause that begins with SSL': new Error('bad config', { cause: new Error('SSL off') }),
  'a class ConnectionStringError': new ConnectionStringError('bad connection string'),
  'a class ConfigTimeoutError': new ConfigTimeoutError('no settings in time'),
  'a class AbortError': new AbortError('aborted'),
  'an aborted signal': new DOMException('aborted', 'AbortError'),
}

const FUNCTIONS: Record<string, [make: () => unknown, cause: unknown]> = {
  'a function that throws': [
    () => {
      throw own
    },
    own,
  ],
  'a function that rejects': [async () => Promise.reject(own), own],
  'a function that throws a text': [
    () => {
      // eslint-disable-next-line typescript/only-throw-error -- some do
      throw 'no setting'
    },
    'no setting',
  ],
  ...Object.fromEntries(
    Object.entries(LOOK_ALIKES).map(([name, error]) => [name, [async () => Promise.reject(error), error]]),
  ),
  'a file that is not there': [
    () => readFileSync('/nowhere/ca.pem'),
    expect.objectContaining({ code: 'ENOENT' }),
  ],
  'an address that is none': [
    () => createClient({ url: 'not an address' }),
    expect.objectContaining({ code: 'ERR_INVALID_URL' }),
  ],
  'an address of another kind': [() => createClient({ url: 'http://localhost' }), expect.any(TypeError)],
}

describe.for(['production', 'test'])('where NODE_ENV is %s', (mode) => {
  test.for(Object.entries(FUNCTIONS))(
    'the error of %s goes through as it is, and no breaker opens',
    async ([, [make, cause]]) => {
      vi.stubEnv('NODE_ENV', mode)
      onTestFinished(() => void vi.unstubAllEnvs())
      const { error, events } = await failed(redisStore(make as RedisClientSource))
      expect(error).toMatchObject({ code: 'ERR_OPTION_INVALID', status: 500, cause })
      expect((error as Error).message).toMatch(/the function that should make a client failed/)
      expect(events.map((event) => event.type)).toEqual(Array(7).fill('store-error'))
      expect(events.at(-1)).toHaveProperty('error', cause)
    },
  )
})

test('an error of sojourn that the function threw is that error', async () => {
  const wrong = redisStore(() => redisStore(null as never) as never)
  await expect(wrong.load('k')).rejects.toThrow(/this is no client/)
})

test.for<[string, (url: string) => unknown]>([
  ['node-redis', async (url) => createClient({ url, socket: { reconnectStrategy: false } }).connect()],
  [
    'glide',
    async (url) =>
      GlideClient.createClient({
        addresses: [{ host: '127.0.0.1', port: Number(new URL(url).port) }],
        connectionBackoff: { numberOfRetries: 0, factor: 1, exponentBase: 1 },
      }),
  ],
  [
    'ioredis',
    async (url) => {
      const { Redis } = await import('ioredis')
      const client = silent(new Redis(url, { lazyConnect: true, retryStrategy: () => null }))
      await client.connect()
      return client
    },
  ],
])('a function that connects where nobody listens meets an outage: %s', async ([, make]) => {
  const url = `redis://127.0.0.1:${await freePort()}`
  const { error, events } = await failed(redisStore((() => make(url)) as RedisClientSource))
  expect(error).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE', status: 503 })
  expect(events.filter((event) => event.type === 'breaker')).toMatchObject([{ state: 'open' }])
})

test('a wrong password is a refusal, in the words of Redis', async () => {
  const url = inject('redisUrl').replace('//', '//nobody:wrong@')
  const socket = { reconnectStrategy: false as const }
  const connect = async (): Promise<unknown> => {
    const client = createClient({ url, socket })
    client.on('error', () => undefined)
    return client.connect()
  }
  const { error, events } = await failed(redisStore(connect as RedisClientSource))
  expect(error).toMatchObject({
    code: 'ERR_STORE_UNAVAILABLE',
    cause: { message: expect.stringContaining('WRONGPASS') as string },
  })
  expect(events.some((event) => event.type === 'breaker')).toBe(false)
})

const CLIENTS: Record<string, (url: string) => unknown> = {
  'node-redis': (url) => createClient({ url }).on('error', () => undefined),
  ioredis: (url) => silent(new Redis(url)),
  iovalkey: (url) => silent(new Iovalkey(url)),
}

describe.for(Object.entries(CLIENTS))('%s', ([, make]) => {
  async function failure(change: (url: string) => string): Promise<[error: unknown, events: SessionEvent[]]> {
    const events: SessionEvent[] = []
    const store = redisStore((() => make(change(inject('redisUrl')))) as RedisClientSource)
    const onEvent = (event: SessionEvent): void => void events.push(event)
    const sessions = createSessions({ store, onEvent, timeout: '700ms' })
    const error = await sessions.revokeUser('ann').catch((thrown: unknown) => thrown)
    await store.close()
    return [error, events]
  }

  test('a wrong password is told as that, long before the time is up', async () => {
    const [error, events] = await failure((url) => url.replace('//', '//nobody:wrong@'))
    expect(error).toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      message: expect.stringContaining('refused the user name or the password') as string,
      cause: { message: expect.stringContaining('WRONGPASS') as string },
    })
    expect(events[0]).toMatchObject({ type: 'store-error' })
    expect(events[0]).toHaveProperty('error')
  })
})

test('a number of a database that is none is told as that', async () => {
  const store = redisStore((() => CLIENTS['node-redis']!(`${inject('redisUrl')}/99`)) as RedisClientSource)
  onTestFinished(() => store.close())
  await expect(store.load('k')).rejects.toThrow(/has no database of this number/)
})

test('a fault in the code of a client is not told as an outage', async () => {
  const client = silent(new Redis(inject('redisUrl')))
  onTestFinished(() => client.disconnect())
  client.pipeline = () => {
    throw new TypeError('x is not a function')
  }
  await expect(redisStore(client).load('k')).rejects.toThrow(/refused the operation, failed or/)
})

/** Stores whose table is gone, or whose driver does not work. */
const BROKEN: Record<string, () => [Store, RegExp] | Promise<[Store, RegExp]>> = {
  async sqlite() {
    const folder = mkdtempSync(join(tmpdir(), 'sojourn-mistake-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'sessions.db')
    const store = sqliteStore({ file })
    await store.create('k', record(), await lifetime(store))
    const other = new DatabaseSync(file)
    for (const { name } of other.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all())
      if (!String(name).startsWith('sqlite_')) other.exec(`DROP TABLE "${String(name)}"`)
    other.close()
    return [store, /no such table/]
  },
  connect() {
    const client = new DatabaseSync(':memory:')
    const SqliteStore = betterSqlite3SessionStore(session)
    class TimerlessStore extends SqliteStore {
      startInterval(): void {}
    }
    const store = new TimerlessStore({ client: client as never })
    client.exec('DROP TABLE sessions')
    return [fromConnectStore(store), /no such table: sessions/]
  },
  keyv() {
    const keyv = new Keyv()
    keyv.get = async () => Promise.reject(new Error('relation "keyv" does not exist'))
    return [fromKeyv(keyv as never), /relation "keyv" does not exist/]
  },
  unstorage() {
    const fail = (): never => {
      throw new Error('bucket "sessions" does not exist')
    }
    const driver = { hasItem: fail, getItem: fail, setItem: fail, removeItem: fail, getKeys: fail }
    return [fromUnstorage(createStorage({ driver })), /bucket "sessions" does not exist/]
  },
}

describe.for(Object.entries(BROKEN))('with %s', ([, make]) => {
  test.for(['test', 'production'])('what the driver said is kept, where NODE_ENV is %s', async (mode) => {
    vi.stubEnv('NODE_ENV', mode)
    onTestFinished(() => void vi.unstubAllEnvs())
    const [store, text] = await make()
    const events: SessionEvent[] = []
    const sessions = createSessions({ store, onEvent: (event) => void events.push(event) })
    const token = 'a'.repeat(43)
    const name = mode === 'production' ? '__Host-sid' : 'sid'
    const errors: unknown[] = []
    for (let i = 0; i < 7; i++) {
      const opening = sessions.open({ header: `${name}=${token}`, send: () => () => {} })
      errors.push(await opening.catch((thrown: unknown) => thrown))
    }
    expect(errors[6]).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    expect(String((errors[6] as Error).message)).not.toMatch(text)
    const cause = String((errors[6] as Error).cause)
    expect(text.test(cause)).toBe(mode === 'test')
    expect(events.every(({ type }) => type === 'store-error')).toBe(true)
    const [event] = events
    expect(String(event?.type === 'store-error' && event.error)).toMatch(text)
  })
})

test.for<[string, () => unknown]>([
  ['a text for sqliteStore', () => sqliteStore('./x.db' as never)],
  ['null for sqliteStore', () => sqliteStore(null as never)],
  ['a list for sqliteStore', () => sqliteStore([] as never)],
  ['a text for memoryStore', () => memoryStore('x' as never)],
  ['a text for redisStore', () => redisStore(() => createClient() as never, 'x' as never)],
  ['a text for fromKeyv', () => fromKeyv(new Keyv() as never, 'x' as never)],
  ['an option that fromKeyv has not', () => fromKeyv(new Keyv() as never, { unknown: 1 } as never)],
  ['a text for fromUnstorage', () => fromUnstorage(createStorage(), 'x' as never)],
  ['an option that fromUnstorage has not', () => fromUnstorage(createStorage(), { unknown: 1 } as never)],
  ['a text for fromConnectStore', () => fromConnectStore(new session.MemoryStore(), 'x' as never)],
  [
    'an option that fromConnectStore has not',
    () => fromConnectStore(new session.MemoryStore(), { ttl: 1 } as never),
  ],
  ['an option that toConnectStore has not', () => toConnectStore(memoryStore(), { lists: true } as never)],
])('%s is refused at construction', ([, make]) => {
  expect(make).toThrow(
    expect.objectContaining({
      code: 'ERR_OPTION_INVALID',
      message: expect.stringMatching(
        /options.* must be an object|options: expected an object|there is no such option/,
      ) as string,
    }),
  )
})

test.for<[string, () => unknown]>([
  ['memoryStore', () => memoryStore({ ttl: 60 } as never)],
  ['sqliteStore', () => sqliteStore({ maxAge: 60 } as never)],
  ['redisStore', () => redisStore(() => createClient() as never, { ttl: 60 } as never)],
  ['fromKeyv', () => fromKeyv(new Keyv() as never, { expires: 60 } as never)],
  ['fromUnstorage', () => fromUnstorage(createStorage(), { ttl: 60 } as never)],
  ['fromConnectStore', () => fromConnectStore(new session.MemoryStore(), { ttl: 60 } as never)],
])('a lifetime for %s is led to createSessions', ([, make]) => {
  expect(make).toThrow(/there is no such option\. How long sessions live is told to createSessions: idle/)
})

test('no response holds the error, of whichever server', async () => {
  const store = (): Store =>
    redisStore(() => {
      throw own
    })
  const write = async ({ session: found }: { session?: Session }): Promise<void> => {
    await found?.set('a', 1)
  }
  const app = express()
  app.use(expressSessions({ store: store(), cookie: { secure: false } }).middleware)
  app.get('/', async (request, response) => {
    await write(request as never)
    response.end('done')
  })
  const server = fastify()
  await server.register(fastifySessions({ store: store(), cookie: { secure: false } }).plugin)
  server.get('/', async (request) => {
    await write(request as never)
    return 'done'
  })
  await server.ready()
  const site = await serve((req, res) => void app(req, res))
  const [first, second] = [await site.visit(), await server.inject('/')]
  expect([first.status, second.statusCode]).toEqual([500, 500])
  for (const { body } of [first, second]) {
    expect(body).not.toMatch(/p4ssword|REDIS_URL/)
    expect(body).not.toBe('done')
  }
  await site.close()
  await server.close()
})
