/**
 * Methods of a response that were looked up before the session was opened, as JavaScript does in
 * `response.writeHead(await work())`, and the stream below a response of HTTP/2.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import { describe, expect, test } from 'vitest'
import nextSession from '../../src/next-session.ts'
import { createSessions } from '../../src/node.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { Answer, Site } from '../support/http-visit.ts'
import { serveHttp2Here } from '../support/http2-visit.ts'
import { delayed, faulty } from '../support/pausing-store.ts'
import { serveHere } from '../support/session-app.ts'

/** Writes to the session, unnoticed. */
type Work = () => Promise<string>
type Way = (response: ServerResponse, work: Work) => Promise<unknown>

const ways: Record<string, Way> = {
  'writeHead(await work()), then end': async (response, work) => {
    response.writeHead(201, { 'x-a': await work() })
    response.end('text')
  },
  'writeHead(await work()).end': async (response, work) =>
    response.writeHead(201, { 'x-a': await work() }).end('text'),
  'writeHead(await work()) with a list, and cookies': async (response, work) =>
    response.writeHead(201, ['x-a', await work(), 'set-cookie', 'x=1', 'Vary', 'Accept']).end('text'),
  'writeHead after setHeader': async (response, work) => {
    response.setHeader('x-b', '1')
    response.writeHead(201, { 'x-a': await work() }).end('text')
  },
  'writeHead and end': async (response, work) => {
    const { writeHead, end } = early(response)
    const value = await work()
    writeHead(201, { 'x-a': value })
    end('text')
  },
  'writeHead, write and end': async (response, work) => {
    const { writeHead, write, end } = early(response)
    const value = await work()
    writeHead(201, { 'x-a': value })
    write('te')
    end('xt')
  },
  'the writeHead of the prototype': async (response, work) => {
    const value = await work()
    const prototype = Object.getPrototypeOf(response) as ServerResponse
    prototype.writeHead.call(response, 201, { 'x-a': value })
    response.end('text')
  },
  'end after our own writeHead': async (response, work) => {
    const { end } = early(response)
    response.writeHead(201, { 'x-a': await work() })
    end('text')
  },
}

/** Methods as they are now. */
function early(response: ServerResponse): Pick<ServerResponse, 'writeHead' | 'write' | 'end'> {
  return {
    writeHead: response.writeHead.bind(response),
    write: response.write.bind(response),
    end: response.end.bind(response),
  }
}

/** What HTTP/2 has besides. */
const streamWays: Record<string, Way> = {
  'stream.respond and stream.end': async (response, work) => {
    const { stream } = response as unknown as Http2ServerResponse
    const value = await work()
    stream.respond({ ':status': 201, 'x-a': value })
    stream.end('text')
  },
}

function answerError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy()
  response.statusCode = (error as { status?: number }).status ?? 500
  response.end()
}

/** The session's cookie, as the browser sends it back. */
function sidOf({ cookies }: Answer): string {
  return cookies.find((line) => line.startsWith('sid='))?.split(';')[0] ?? ''
}

/** The session of one request. */
type Visit = (
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<{ read: () => unknown; write: (value: string) => void }>

interface Library {
  visit: Visit
  fail: ReturnType<typeof faulty>['fail']
}

const libraries: Record<string, () => Library> = {
  'sojourn/node'() {
    const { store, fail } = slow()
    const { getSession } = createSessions<{ a: string }>({ store })
    return {
      fail,
      async visit(request, response) {
        const session = await getSession(request, response)
        return { read: () => session.get('a'), write: (value) => void session.set('a', value) }
      },
    }
  },
  'sojourn/next-session'() {
    const { store, fail } = slow()
    const getSession = nextSession({ store })
    return {
      fail,
      async visit(request, response) {
        const session = await getSession(request, response)
        return { read: () => session['a'], write: (value) => void (session['a'] = value) }
      },
    }
  },
}

function slow(): ReturnType<typeof faulty> {
  const { store, fail } = faulty(memoryStore())
  return { store: delayed(store, () => 0.9), fail }
}

const protocols = { 'HTTP/1': serveHere, 'HTTP/2': serveHttp2Here }

describe.each(Object.entries(libraries))('%s', (_, open) => {
  describe.each(Object.entries(protocols))('over %s', (protocol, serve) => {
    const all = { ...ways, ...(protocol === 'HTTP/2' && streamWays) }

    /** `/` answers in the way that is tried; `/read` says what is stored. */
    function start(way: Way, library: Library): Promise<Site> {
      return serve(async (request, response) => {
        const work = async (): Promise<string> => {
          const { write } = await library.visit(request, response)
          write(String(request.url))
          return 'made'
        }
        try {
          if (request.url !== '/read') return await way(response, work)
          response.end(String((await library.visit(request, response)).read()))
        } catch (error) {
          answerError(response, error)
        }
      })
    }

    describe.each(Object.entries(all))('%s', (_name, way) => {
      test('waits for the first write, and carries its cookie', async () => {
        const site = await start(way, open())
        const answer = await site.visit('', '/one')
        expect(answer).toMatchObject({ status: 201, body: 'text', isWhole: true })
        expect(answer.headers['x-a']).toBe('made')
        expect((await site.visit(sidOf(answer), '/read')).body).toBe('/one')
      })

      test('waits for a later write', async () => {
        const site = await start(way, open())
        const cookie = sidOf(await site.visit('', '/one'))
        expect(await site.visit(cookie, '/two')).toMatchObject({ status: 201, body: 'text', isWhole: true })
        expect((await site.visit(cookie, '/read')).body).toBe('/two')
      })

      test.each(['first', 'later'])('becomes 503 without a cookie if the %s write fails', async (which) => {
        const library = open()
        const site = await start(way, library)
        const cookie = which === 'first' ? '' : sidOf(await site.visit('', '/one'))
        library.fail(which === 'first' ? 'create' : 'update')
        const answer = await site.visit(cookie, '/two')
        library.fail(null)
        expect(answer).toMatchObject({ status: 503, body: 'ERR_STORE_UNAVAILABLE', isWhole: true })
        expect(answer.cookies).toEqual([])
      })
    })
  })
})

describe('stream.respond(await work()) of HTTP/2, which cannot be held', () => {
  const { getSession } = createSessions<{ a: string }>({ store: memoryStore() })

  function start(): Promise<Site> {
    return serveHttp2Here(async (request, response) => {
      const { stream } = response as unknown as Http2ServerResponse
      const work = async (): Promise<string> => {
        const session = await getSession(request, response)
        if (request.url === '/write') void session.set('a', '1')
        return 'made'
      }
      stream.respond({ ':status': 200, 'x-a': await work() })
      stream.end('text')
    })
  }

  test('is cut short where a write is on its way', async () => {
    const site = await start()
    await expect(site.visit('', '/write')).rejects.toThrow('INTERNAL_ERROR')
  })

  test('goes out where the session was only read', async () => {
    const site = await start()
    expect(await site.visit('', '/read')).toMatchObject({ status: 200, body: 'text', isWhole: true })
  })
})

test('a file that HTTP/2 sends by itself is refused', async () => {
  const { getSession } = createSessions({ store: memoryStore() })
  const site = await serveHttp2Here(async (request, response) => {
    await getSession(request, response)
    try {
      ;(response as unknown as Http2ServerResponse).stream.respondWithFile(import.meta.filename)
    } catch (error) {
      response.end((error as { code: string }).code)
    }
  })
  expect((await site.visit()).body).toBe('ERR_OPTION_INVALID')
})

test('a write of the response by a method from before, once an error is out, ends nothing', async () => {
  const { store, fail } = faulty(memoryStore())
  const { getSession } = createSessions({ store })
  const site = await serveHere(async (request, response) => {
    const { write } = early(response)
    const session = await getSession(request, response)
    if (request.url === '/well') return response.end('well')
    void session.set('a', 1)
    write('a', () => void write('b'))
  })
  fail('create')
  expect(await site.visit()).toMatchObject({ status: 503, body: 'ERR_STORE_UNAVAILABLE' })
  expect(await site.visit('', '/well')).toMatchObject({ status: 200, body: 'well' })
})

test('a response of HTTP/2 whose last write fails is not whole', async () => {
  const { store, fail } = faulty(memoryStore())
  const getSession = nextSession({ store })
  const site = await serveHttp2Here(async (request, response) => {
    const session = await getSession(request, response)
    session['a'] = 1
    if (request.url === '/') return response.end()
    response.write('text')
    await new Promise((resolve) => setTimeout(resolve, 20))
    session['a'] = 2
    fail('update')
    response.end()
  })
  const cookie = sidOf(await site.visit())
  await expect(site.visit(cookie, '/stream')).rejects.toThrow('INTERNAL_ERROR')
})
