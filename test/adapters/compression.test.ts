/** In front of a session: `compression`, in the copy that Next.js bundles for servers of one's own. */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import express, { type RequestHandler } from 'express'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSessions, type Session } from '../../src/express.ts'
import nextSession from '../../src/next-session.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { delayed, faulty } from '../support/pausing-store.ts'
import { visitor, type Visitor } from '../support/visitor.ts'
import { listen } from './subject.ts'

const compression = createRequire(import.meta.url)('next/dist/compiled/compression') as (
  options?: object,
) => RequestHandler

const rows = ['a,b\n', '1,2\n', '3,4\n']
let source: Readable
let ended: Promise<unknown>

const ways: Record<string, (response: ServerResponse) => Promise<unknown>> = {
  'a piped stream': async (response) => {
    source = Readable.from(rows)
    ended = new Promise((resolve) => source.once('close', () => resolve('closed')))
    source.pipe(response)
  },
  'a pipeline': async (response) => {
    ended = pipeline((source = Readable.from(rows)), response).catch((error: unknown) => error)
  },
  'a pipeline of a generator': async (response) => {
    ended = pipeline(async function* () {
      yield* rows
    }, response).catch((error: unknown) => error)
  },
  'writes that wait for drain': async (response) => {
    const done = (async () => {
      for (const row of rows) if (!response.write(row)) await once(response, 'drain')
      response.end()
    })()
    ended = done
  },
}

/** Writes to the session, unnoticed. */
type Begin = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>

const kinds: Record<string, (store: ReturnType<typeof delayed>) => [RequestHandler[], Begin]> = {
  'sojourn/express'(store) {
    const { middleware } = createSessions({ store })
    const begin: Begin = async (request) => void (request as { session?: Session }).session?.set('a', 1)
    return [[middleware as unknown as RequestHandler], begin]
  },
  'sojourn/express, a rotation'(store) {
    const { middleware } = createSessions({ store })
    const begin: Begin = async (request) => {
      const { session } = request as { session?: Session }
      if (session?.isNew === false) void session.rotate()
      else void session?.set('a', 1)
    }
    return [[middleware as unknown as RequestHandler], begin]
  },
  'sojourn/next-session'(store) {
    const getSession = nextSession({ store })
    return [[], async (request, response) => ((await getSession(request, response))['a'] = 1)]
  },
}

async function start(
  kind: (store: ReturnType<typeof delayed>) => [RequestHandler[], Begin],
  answer: (response: ServerResponse) => Promise<unknown>,
): Promise<{ guest: Visitor; fail: ReturnType<typeof faulty>['fail'] }> {
  const { store, fail } = faulty(memoryStore())
  const [middlewares, begin] = kind(delayed(store, () => 0.9))
  const app = express()
  app.use(compression({ threshold: 0 }), ...middlewares)
  app.get('/', async (request, response) => {
    await begin(request, response)
    response.type('text/csv')
    await answer(response)
  })
  const { url, close } = await listen(createServer(app))
  onTestFinished(close)
  return { guest: visitor(url), fail }
}

describe.each(Object.entries(kinds))('%s', (_, kind) => {
  test.each(Object.entries(ways))('%s arrives whole, compressed, with the cookie', async (_name, answer) => {
    const { guest } = await start(kind, answer)
    for (const _visit of ['first', 'later']) {
      const response = await guest.get('/', { signal: AbortSignal.timeout(5000) })
      expect(response.headers.get('content-encoding')).toBe('gzip')
      expect(await response.text()).toBe(rows.join(''))
    }
    expect(guest.cookie).toMatch(/^sid=/)
  })

  test.each(Object.entries(ways))('%s becomes 503 if the write fails, and ends', async (_name, answer) => {
    const { guest, fail } = await start(kind, answer)
    fail('create')
    const response = await guest.get('/', { signal: AbortSignal.timeout(5000) })
    expect([response.status, await response.text()]).toEqual([503, 'ERR_STORE_UNAVAILABLE'])
    const never = new Promise((resolve) => setTimeout(resolve, 2000, 'never'))
    expect(await Promise.race([ended, never])).not.toBe('never')
  })
})
