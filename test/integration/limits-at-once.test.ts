/**
 * The limits of a session hold for what the store keeps, whatever each of many requests had read
 * before: with every way to write, in every kind of store.
 */

import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryStore } from 'express-session'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { fromConnectStore } from '../../src/connect.ts'
import { isSessionError } from '../../src/core/errors.ts'
import type { SessionOptions } from '../../src/core/options.ts'
import { identify } from '../../src/core/record/token.ts'
import type { Session } from '../../src/core/session/session.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { isAlive, type Store } from '../../src/core/store.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import { Browser } from '../support/browser.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'

vi.setConfig({ testTimeout: 60_000 })

const HANDLES = 40
const MAX_BYTES = 65_536
const TEXT = 'x'.repeat(6000)
const encryption = { keys: ['kQ3s0hFv7m2bWcJxT1dZ8nYpLr5uEaGi4oVtXwHzBMA'] }

interface Backend {
  options?: SessionOptions
  /** As many objects on one backend as there are processes. */
  open: () => Store | Promise<Store>
  /** Whether `update` and `append` work. */
  compares: boolean
}

let redis: RedisServer
let admin: Redis

beforeAll(async () => {
  redis = await startRedis()
  admin = new Redis(redis.url)
  await admin.acl('SETUSER', 'plain', 'on', '>pw', '~*', '+@all', '-@scripting')
})

afterAll(async () => {
  admin.disconnect()
  await redis.stop()
})

function throughRedis(user: string): Store {
  const client = new Redis(redis.url.replace('//', `//${user}`), { lazyConnect: true })
  onTestFinished(() => client.disconnect())
  return redisStore(client)
}

const backends: Record<string, () => Backend> = {
  memory: () => {
    const store = memoryStore()
    return { open: () => store, compares: true }
  },
  'memory, encrypted': () => {
    const store = memoryStore()
    return { open: () => store, options: { encryption }, compares: true }
  },
  SQLite: () => {
    const folder = join(tmpdir(), `sojourn-limits-${crypto.randomUUID()}`)
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const open = (): Store => {
      const store = sqliteStore({ file: join(folder, 'sessions.db'), durability: 'process' })
      onTestFinished(() => store.close())
      return store
    }
    return { open, compares: true }
  },
  Redis: () => ({ open: () => throughRedis(''), compares: true }),
  'Redis, encrypted': () => ({ open: () => throughRedis(''), options: { encryption }, compares: true }),
  'Redis without scripts': () => ({ open: () => throughRedis('plain:pw@'), compares: false }),
  'a store of express-session': () => {
    const store = fromConnectStore(new MemoryStore())
    return { open: () => store, compares: true }
  },
}

type Write = (session: Session, i: number) => Promise<unknown>

/** Each brings a value of 6,000 bytes, of which ten fit. */
const WRITES: Record<
  string,
  { write: Write; read: (session: Session, i: number) => unknown; compares?: true }
> = {
  set: { write: (session, i) => session.set(`k${i}`, TEXT), read: (session, i) => session.get(`k${i}`) },
  'set in a namespace': {
    write: (session, i) => session.namespace('n').set(`k${i}`, TEXT),
    read: (session, i) => session.namespace('n').get(`k${i}`),
  },
  flash: {
    write: (session, i) => session.flash(`k${i}`, TEXT),
    read: (session, i) => session.readFlash(`k${i}`),
  },
  update: {
    write: (session, i) => session.update(`k${i}`, () => TEXT),
    read: (session, i) => session.get(`k${i}`),
    compares: true,
  },
  'append to one list': {
    write: (session, i) => session.append('list', `${i} ${TEXT}`),
    read: (session, i) => (session.get('list') as string[]).find((item) => item.startsWith(`${i} `)),
    compares: true,
  },
}

describe.each(Object.entries(backends))('%s', (_, makeBackend) => {
  /** Opens a session in many requests, which all have read it before the first one writes. */
  async function atOnce(work: (session: Session, i: number) => Promise<unknown>): Promise<{
    done: number[]
    errors: unknown[]
    visit: <T>(work: (session: Session) => T | Promise<T>) => Promise<T>
    bytes: number
    fields: number
  }> {
    const backend = makeBackend()
    const options = backend.options ?? {}
    const stores = await Promise.all([backend.open(), backend.open()])
    const [first, second] = stores.map((store) => new Browser(new Sessions(options, store))) as [
      Browser,
      Browser,
    ]
    await first.visit((session) => session.set('a', 1))
    second.token = first.token
    const visits = await Promise.all(
      Array.from({ length: HANDLES }, async (_each, i) => (i % 2 ? first : second).open()),
    )
    const results = await Promise.allSettled(visits.map(({ session }, i) => work(session, i)))
    const record = await stores[0]!.load((await identify(first.token)).key)
    const fields = isAlive(record) ? [...record.fields] : []
    return {
      done: results.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : [])),
      errors: results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : [])),
      visit: (read) => first.visit(read),
      bytes: Buffer.byteLength(fields.flat().join('')),
      fields: fields.length,
    }
  }

  test.each(Object.entries(WRITES))(
    `${HANDLES} requests at once do not fill a session beyond maxBytes: %s`,
    async (_name, { write, read, compares }) => {
      const backend = makeBackend()
      if (compares && !backend.compares) return
      const { done, errors, visit, bytes } = await atOnce(write)
      expect(bytes).toBeLessThanOrEqual(backend.options === undefined ? MAX_BYTES : MAX_BYTES * 1.4)
      expect(errors.filter((error) => !isSessionError(error, 'ERR_RECORD_TOO_LARGE'))).toEqual([])
      expect(done.length).toBeGreaterThan(0)
      expect(done.length).toBeLessThanOrEqual(10)
      // What was acknowledged is there, and nothing else.
      const all = Array.from({ length: HANDLES }, (_each, i) => i)
      const found = await visit((session) => all.filter((i) => read(session, i) !== undefined))
      expect(found).toEqual(done)
      // The room that is left, or made, can be used.
      await visit(async (session) => {
        await session.clear()
        await session.namespace('n').clear()
      })
      await visit((session) => session.set('last', TEXT.slice(0, 5000)))
      expect(await visit((session) => session.get('last'))).toBe(TEXT.slice(0, 5000))
    },
  )

  test('many requests at once do not bring more than a thousand values', async () => {
    const { done, errors, fields } = await atOnce((session, i) =>
      Promise.all(Array.from({ length: 100 }, (_each, n) => session.increment(`${i} ${n}`))),
    )
    expect(fields).toBe(1 + 100 * done.length)
    expect(fields).toBeLessThanOrEqual(1000)
    expect(done.length).toBeGreaterThan(0)
    expect(errors.filter((error) => !isSessionError(error, 'ERR_RECORD_TOO_LARGE'))).toEqual([])
  })
})
