/**
 * Requests that hold back the last byte of their body: each has read its session long before it
 * writes, so all of them found it empty.
 */

import { rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import express from 'express'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { isAlive, type Store } from '../../src/core/store.ts'
import { identify } from '../../src/core/record/token.ts'
import * as onExpress from '../../src/express.ts'
import * as onNode from '../../src/node.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { visitor } from '../support/visitor.ts'
import { listen } from './subject.ts'

const REQUESTS = 400
const VALUE = 'x'.repeat(60_000)
const MAX_BYTES = 65_536

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

const stores: Record<string, () => Store> = {
  memory: () => memoryStore(),
  SQLite: () => {
    const folder = join(tmpdir(), `sojourn-limits-${crypto.randomUUID()}`)
    const store = sqliteStore({ file: join(folder, 'sessions.db') })
    onTestFinished(async () => {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    })
    return store
  },
  Redis: () => {
    const client = new Redis(redis.url)
    onTestFinished(() => client.disconnect())
    return redisStore(client)
  },
}

/** A server that stores the body of a POST under its path. `arrived` hears of each that has its session. */
type MakeServer = (store: Store, arrived: () => void) => Server

const settings = { cookie: { secure: false }, timeout: '60s' } as const

const servers: Record<string, MakeServer> = {
  'sojourn/express': (store, arrived) => {
    const app = express()
    app.set('env', 'test')
    app.use(onExpress.createSessions({ store, ...settings }).middleware)
    app.use(async (request, response) => {
      const { session } = request as typeof request & { session: onExpress.Session }
      if (request.method === 'POST') {
        arrived()
        await session.set(request.path, await text(request))
      }
      response.send(String(session.get('/name')))
    })
    return createServer(app)
  },
  'sojourn/node': (store, arrived) => {
    const { getSession } = onNode.createSessions({ store, ...settings })
    async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const session = await getSession(request, response)
      if (request.method === 'POST') {
        arrived()
        // Nobody awaits it.
        void session.set(request.url ?? '', await text(request))
      }
      response.end(String(session.get('/name')))
    }
    return createServer((request, response) => void answer(request, response))
  },
}

describe.each(Object.entries(servers))('%s', (_server, makeServer) => {
  test.each(Object.entries(stores))(
    `${REQUESTS} requests with one cookie do not fill a session beyond maxBytes: %s`,
    { timeout: 120_000 },
    async (_store, makeStore) => {
      const store = makeStore()
      let waiting = 0
      const all = Promise.withResolvers<void>()
      const arrived = (): void => void (++waiting === REQUESTS + 2 && all.resolve())
      const { url, close } = await listen(makeServer(store, arrived))
      onTestFinished(close)
      const [attacker, other] = [visitor(url), visitor(url)]
      await attacker.get('/name', { method: 'POST', body: 'mallory' })
      await other.get('/name', { method: 'POST', body: 'ann' })

      const posts = Array.from({ length: REQUESTS }, (_each, i) => post(url, `/k${i}`, attacker.cookie))
      await all.promise
      const statuses = Promise.all(posts.map(({ finish }) => finish()))
      expect(await (await other.get('/')).text()).toBe('ann')
      const ok = (await statuses).filter((status) => status === 200).length
      expect(await (await attacker.get('/')).text()).toBe('mallory')

      const record = await store.load((await identify(attacker.cookie.split('=')[1]!)).key)
      const fields = isAlive(record) ? [...record.fields] : []
      expect(Buffer.byteLength(fields.flat().join(''))).toBeLessThanOrEqual(MAX_BYTES)
      expect(fields).toHaveLength(2)
      // Where nobody awaits a write, its failure takes the place of the answer as well.
      expect(ok).toBe(1)
    },
  )
})

/** Sends all of a POST but the last byte; `finish` sends that, and answers the status. */
function post(url: string, path: string, cookie: string): { finish: () => Promise<number> } {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\nContent-Length: ${VALUE.length}\r\nConnection: close\r\n\r\n${VALUE.slice(1)}`,
  )
  return {
    async finish() {
      socket.write('x')
      return Number((await text(socket)).split(' ')[1])
    },
  }
}
