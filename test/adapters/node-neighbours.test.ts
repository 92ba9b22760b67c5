/** Beside what else lays hands on a Node response, and on its sibling of HTTP/2. */

import { createServer, type ServerResponse } from 'node:http'
import { connect, createServer as createHttp2Server, type IncomingHttpHeaders } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import express from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { createSessions as createExpressSessions } from '../../src/express.ts'
import { createSessions, type Session } from '../../src/node.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { faulty } from '../support/pausing-store.ts'
import { visitor } from '../support/visitor.ts'
import { listen, type Running } from './subject.ts'

let running: Running | undefined

afterEach(async () => {
  await running?.close()
  running = undefined
})

/** What `compression` and others do: the end goes through them, and the head as well. */
function wrap(response: ServerResponse, mark: string): void {
  const end = response.end.bind(response)
  const writeHead = response.writeHead.bind(response)
  response.writeHead = ((status: number) => {
    response.setHeader(`x-${mark}`, '1')
    return writeHead(status)
  }) as typeof response.writeHead
  response.end = ((chunk: string) => {
    setImmediate(() => end(`${mark}(${chunk})`))
    return response
  }) as typeof response.end
}

describe('a middleware that wraps the response', () => {
  async function serving(store = memoryStore()): Promise<void> {
    const { getSession } = createSessions({ store })
    const server = createServer((request, response) => {
      wrap(response, 'before')
      void getSession(request, response).then((session) => {
        wrap(response, 'after')
        void session.set('a', 1)
        response.end('text')
      })
    })
    running = await listen(server)
  }

  test('before and after sessions sees the head and the end', async () => {
    await serving()
    const guest = visitor(running?.url ?? '')
    const response = await guest.get('/')
    expect(await response.text()).toBe('before(after(text))')
    expect([response.headers.get('x-before'), response.headers.get('x-after')]).toEqual(['1', '1'])
    expect(guest.setCookies).toHaveLength(1)
  })

  test('and takes its time is not caught by a write that comes meanwhile', async () => {
    const { getSession } = createSessions({ store: memoryStore() })
    let late: unknown
    running = await listen(
      createServer((request, response) => {
        wrap(response, 'before')
        void getSession(request, response).then(async (session) => {
          response.end('text')
          late = await session.set('a', 1).catch((error: unknown) => error)
        })
      }),
    )
    const guest = visitor(running.url)
    expect(await (await guest.get('/')).text()).toBe('before(text)')
    expect([late, guest.setCookies]).toEqual([expect.objectContaining({ code: 'ERR_HEADERS_SENT' }), []])
  })

  test('before sessions sees the error that is sent instead', async () => {
    const { store, fail } = faulty(memoryStore())
    fail('create')
    await serving(store as ReturnType<typeof memoryStore>)
    const response = await visitor(running?.url ?? '').get('/')
    expect(response.status).toBe(503)
    expect(response.headers.get('x-before')).toBe('1')
  })
})

describe('two kinds of sessions in one request', () => {
  const cookieNames = (lines: string[]): string[] => lines.map((line) => line.split('=')[0] ?? '').sort()

  async function serving(adminStore = memoryStore()): Promise<void> {
    const visitors = createExpressSessions({ store: memoryStore() })
    const admins = createExpressSessions({ store: adminStore, app: 'admin', cookie: { name: 'adminsid' } })
    const app = express()
    app.use(visitors.middleware)
    app.get('/', async (request, response) => {
      void (request as typeof request & { session: Session }).session.set('a', 1)
      void (await admins.getSession(request, response)).login('root')
      response.send('both')
    })
    running = await listen(createServer(app))
  }

  test('both are stored and send their cookies', async () => {
    await serving()
    const guest = visitor(running?.url ?? '')
    expect(await (await guest.get('/')).text()).toBe('both')
    expect(cookieNames(guest.setCookies)).toEqual(['adminsid', 'sid'])
  })

  test('neither cookie goes out if one of them fails', async () => {
    const { store, fail } = faulty(memoryStore())
    fail('create')
    await serving(store as ReturnType<typeof memoryStore>)
    const guest = visitor(running?.url ?? '')
    expect((await guest.get('/')).status).toBe(503)
    expect(guest.setCookies).toEqual([])
  })
})

describe('HTTP/2', () => {
  const { store, fail } = faulty(memoryStore())
  const { getSession } = createSessions({ store })
  const warnings: string[] = []

  async function ask(path: string): Promise<{ headers: IncomingHttpHeaders; body: string }> {
    const note = (warning: Error): void => void warnings.push(warning.message)
    process.on('warning', note)
    const server = createHttp2Server((request, response) => {
      void getSession(request, response).then((session) => {
        void session.set('a', 1)
        if (request.url === '/stream') return Readable.from(['a', 'b']).pipe(response)
        if (request.url === '/head') response.writeHead(201, { 'set-cookie': 'x=1' })
        return response.end('text')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    try {
      const stream = client.request({ ':path': path })
      const headers = await new Promise<IncomingHttpHeaders>((resolve) => stream.on('response', resolve))
      let body = ''
      for await (const chunk of stream) body += String(chunk)
      return { headers, body }
    } finally {
      client.close()
      server.close()
      process.off('warning', note)
    }
  }

  test.each([
    ['/', 200, 'text', 1],
    ['/stream', 200, 'ab', 1],
    ['/head', 201, 'text', 2],
  ])('waits for the write, and sends the cookie: %s', async (path, status, body, cookies) => {
    const answer = await ask(path)
    expect([answer.headers[':status'], answer.body]).toEqual([status, body])
    expect(answer.headers['set-cookie']).toHaveLength(cookies)
  })

  test.each(['/', '/stream', '/head'])('sends 503 in place of %s if the write fails', async (path) => {
    fail('create')
    const { headers, body } = await ask(path)
    fail(null)
    expect([headers[':status'], body]).toEqual([503, 'ERR_STORE_UNAVAILABLE'])
    expect(headers['set-cookie']).toBeUndefined()
    expect(warnings).toEqual([])
  })
})
