/** The ways to answer that Node's response has, each with a write on its way that nobody awaits. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { createSessions, type Session } from '../../src/node.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { faulty, gated } from '../support/pausing-store.ts'
import { visitor, type Visitor } from '../support/visitor.ts'
import { listen, type Running } from './subject.ts'

type Handler = (response: ServerResponse, session: Session, request: IncomingMessage) => unknown

let running: Running
let failure: unknown

afterEach(() => running.close())

/** Serves one handler, with a store that can be made to wait or fail. */
async function serving(handler: Handler): Promise<{
  guest: Visitor
  hold: ReturnType<typeof gated>['hold']
  fail: ReturnType<typeof faulty>['fail']
}> {
  const { store: failing, fail } = faulty(memoryStore())
  const { store, hold } = gated(failing)
  const { getSession } = createSessions({ store })
  failure = undefined
  const server = createServer((request, response) => {
    getSession(request, response)
      .then((session) => handler(response, session, request))
      .catch((error: unknown) => {
        failure = error
        if (!response.headersSent) response.statusCode = 500
        response.end()
      })
  })
  running = await listen(server)
  return { guest: visitor(running.url), hold, fail }
}

function cookieNames(guest: Visitor): string[] {
  return guest.setCookies.map((line) => line.slice(0, line.indexOf('=')))
}

const big = 'x'.repeat(50_000)

/** What the handler does after the write, and what must arrive. */
const ways: Record<string, [(response: ServerResponse) => unknown, { status: number; body: string }]> = {
  'end(text)': [(response) => response.end('text'), { status: 200, body: 'text' }],
  'end(text, encoding)': [(response) => response.end('dGV4dA==', 'base64'), { status: 200, body: 'text' }],
  'end()': [(response) => response.end(), { status: 200, body: '' }],
  'end() after statusCode': [
    (response) => {
      response.statusCode = 418
      response.statusMessage = 'Tea'
      response.end()
    },
    { status: 418, body: '' },
  ],
  'end() chained to writeHead': [
    (response) => response.writeHead(201).end('made'),
    { status: 201, body: 'made' },
  ],
  'writeHead with a message': [
    (response) => response.writeHead(202, 'Fine', { 'x-a': '1' }).end('a'),
    { status: 202, body: 'a' },
  ],
  'writeHead with a list': [
    (response) => response.writeHead(200, ['x-a', '1', 'x-a', '2']).end('a'),
    { status: 200, body: 'a' },
  ],
  'write and end': [
    (response) => {
      response.write('a')
      response.write(Buffer.from('b'))
      response.write('Yw==', 'base64')
      response.end('d')
    },
    { status: 200, body: 'abcd' },
  ],
  'flushHeaders, then write': [
    (response) => {
      response.flushHeaders()
      response.write('a')
      response.end('b')
    },
    { status: 200, body: 'ab' },
  ],
  'a piped stream': [
    (response) => Readable.from([big, big, big]).pipe(response),
    { status: 200, body: big + big + big },
  ],
  'a pipeline': [
    (response) => pipeline(Readable.from([big, big, 'end']), response),
    { status: 200, body: `${big}${big}end` },
  ],
  'a web stream': [
    (response) => new Blob([big, 'end']).stream().pipeTo(Writable.toWeb(response)),
    { status: 200, body: `${big}end` },
  ],
  'a compressed stream': [
    (response) => {
      response.setHeader('content-encoding', 'gzip')
      return pipeline(Readable.from([big, 'end']), createGzip(), response)
    },
    { status: 200, body: `${big}end` },
  ],
  'a length of its own': [
    (response) => {
      response.setHeader('content-length', 4)
      response.end('four')
    },
    { status: 200, body: 'four' },
  ],
  'early hints': [
    (response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' })
      response.end('hints')
    },
    { status: 200, body: 'hints' },
  ],
}

describe.each(Object.entries(ways))('%s', (_name, [answer, expected]) => {
  test('waits for the write, then goes out as it was meant', async () => {
    const { guest, hold } = await serving((response, session) => {
      void session.set('a', 1)
      return answer(response)
    })
    const gate = hold('create')
    const response = guest.get('/')
    await gate.reached
    gate.open()
    expect([(await response).status, await (await response).text()]).toEqual([expected.status, expected.body])
    expect([cookieNames(guest), failure]).toEqual([['sid'], undefined])
  })

  test('is replaced by 503 if the write fails', async () => {
    const { guest, fail } = await serving((response, session) => {
      void session.set('a', 1)
      return answer(response)
    })
    fail('create')
    const response = await guest.get('/')
    expect([response.status, response.statusText]).toEqual([503, 'Service Unavailable'])
    expect(await response.text()).toBe('ERR_STORE_UNAVAILABLE')
    expect(response.headers.get('content-encoding')).toBeNull()
    expect(guest.setCookies).toEqual([])
  })

  test('passes at once if nothing is on its way', async () => {
    let isHeld = true
    const { guest } = await serving(async (response, session) => {
      await session.touch()
      const returned = answer(response)
      isHeld = Object.hasOwn(response, 'headersSent')
      return returned
    })
    const response = await guest.get('/')
    expect([response.status, await response.text()]).toEqual([expected.status, expected.body])
    expect([guest.setCookies, response.headers.get('vary')]).toEqual([[], 'Cookie'])
    expect(isHeld).toBe(false)
  })
})

describe('cookies that the application gives to writeHead', () => {
  test.each<[string, Parameters<ServerResponse['writeHead']>[1]]>([
    ['an object', { 'Set-Cookie': ['x=1', 'y=2'], Vary: 'Accept', 'Cache-Control': 'public' }],
    ['a list', ['Set-Cookie', 'x=1', 'set-cookie', 'y=2', 'Vary', 'Accept', 'Cache-Control', 'public']],
    [
      'pairs',
      [
        ['Set-Cookie', 'x=1'],
        ['set-cookie', 'y=2'],
        ['Vary', 'Accept'],
        ['Cache-Control', 'public'],
      ] as never,
    ],
  ])('as %s go out beside ours', async (_how, headers) => {
    const { guest } = await serving(async (response, session) => {
      await session.set('a', 1)
      response.writeHead(200, headers as never).end()
    })
    const response = await guest.get('/')
    expect(cookieNames(guest).sort()).toEqual(['sid', 'x', 'y'])
    expect(response.headers.get('vary')).toBe('Accept, Cookie')
    expect(response.headers.get('cache-control')).toBe('private, no-store')
  })

  test('stay alone, with their caching, where nothing of ours is sent', async () => {
    const { guest } = await serving((response) => {
      response.writeHead(200, { 'set-cookie': 'x=1', 'cache-control': 'public' }).end()
    })
    const response = await guest.get('/')
    expect(cookieNames(guest)).toEqual(['x'])
    expect(response.headers.get('cache-control')).toBe('public')
  })

  test('set over ours with setHeader do not replace it', async () => {
    const { guest } = await serving(async (response, session) => {
      await session.set('a', 1)
      response.setHeader('set-cookie', 'x=1')
      response.end()
    })
    await guest.get('/')
    expect(cookieNames(guest)).toEqual(['x', 'sid'])
  })
})

describe('while a response is held', () => {
  test('it looks begun and ended to the application', async () => {
    const seen: boolean[] = []
    const { guest } = await serving((response, session) => {
      void session.set('a', 1)
      seen.push(response.headersSent, response.writableEnded)
      response.write('a')
      seen.push(response.headersSent, response.writableEnded)
      response.end('b')
      seen.push(response.headersSent, response.writableEnded)
    })
    expect(await (await guest.get('/')).text()).toBe('ab')
    expect(seen).toEqual([false, false, true, false, true, true])
  })

  test('a later status is not taken for its own', async () => {
    const { guest } = await serving((response, session) => {
      void session.set('a', 1)
      response.end('ok')
      response.statusCode = 500
    })
    expect((await guest.get('/')).status).toBe(200)
  })

  test('writers are told to wait, and then to go on', async () => {
    const { guest } = await serving(async (response, session) => {
      void session.set('a', 1)
      const isFull = !response.write('a')
      await new Promise<void>((resolve) => response.once('drain', () => resolve()))
      response.end(String(isFull))
    })
    expect(await (await guest.get('/')).text()).toBe('atrue')
  })

  test.each([
    ['stored', null, 200],
    ['refused', 'create' as const, 503],
  ])('callbacks come when the write is %s', async (_what, verb, status) => {
    const { promise, resolve } = Promise.withResolvers<string>()
    const { guest, fail } = await serving((response, session) => {
      void session.set('a', 1)
      let calls = ''
      response.write('a', () => (calls += 'w'))
      response.end('b', () => resolve(`${calls}e`))
    })
    fail(verb)
    expect((await guest.get('/')).status).toBe(status)
    expect(await promise).toBe('we')
  })

  test('a further write to the session goes along', async () => {
    const { guest, hold } = await serving((response, session, request) => {
      if (request.url === '/read') return response.end(JSON.stringify(session.getAll()))
      void session.set('a', 1)
      response.end('ok')
      void session.set('b', 2)
    })
    const gate = hold('create')
    const response = guest.get('/')
    await gate.reached
    gate.open()
    await response
    expect(await (await guest.get('/read')).json()).toEqual({ a: 1, b: 2 })
  })

  test.each([
    ['an illegal header', 'ERR_INVALID_CHAR', (response) => response.writeHead(200, { 'x-bad': 'a\nb' })],
    ['an illegal status', 'ERR_HTTP_INVALID_STATUS_CODE', (response) => response.writeHead(1)],
  ] as [string, string, (response: ServerResponse) => unknown][])(
    '%s throws to the application, which may answer otherwise',
    async (_what, code, answer) => {
      const { guest } = await serving((response, session) => {
        void session.set('a', 1)
        return answer(response)
      })
      expect((await guest.get('/')).status).toBe(500)
      expect([failure, cookieNames(guest)]).toEqual([expect.objectContaining({ code }), ['sid']])
    },
  )

  test('what cannot be written becomes 500 without a cookie, and the process lives on', async () => {
    const { guest } = await serving((response, session) => {
      void session.set('a', 1)
      response.end(1 as never)
    })
    const response = await guest.get('/')
    expect([response.status, guest.setCookies]).toEqual([500, []])
  })

  test('a failing source ends the response', async () => {
    const { guest } = await serving((response, session) => {
      void session.set('a', 1)
      return pipeline(failingSource(), response)
    })
    await expect(guest.get('/').then((response) => response.text())).rejects.toThrow('terminated')
    expect(failure).toMatchObject({ message: 'source' })
  })
})

async function* failingSource(): AsyncGenerator<string> {
  yield 'a'
  await new Promise((resolve) => setTimeout(resolve, 20))
  throw new Error('source')
}

describe('without a write on its way', () => {
  test('an illegal header throws to the application, which may answer otherwise', async () => {
    const { guest } = await serving(async (response, session) => {
      await session.set('a', 1)
      try {
        response.writeHead(200, { 'x-bad': 'line\nbreak' })
      } catch {
        response.writeHead(400).end()
      }
    })
    expect((await guest.get('/')).status).toBe(400)
    expect(cookieNames(guest)).toEqual(['sid'])
  })

  test('a second head throws, as Node does', async () => {
    let code = ''
    const { guest } = await serving((response) => {
      response.writeHead(200)
      try {
        response.writeHead(201)
      } catch (error) {
        ;({ code } = error as { code: string })
      }
      response.end('once')
    })
    expect(await (await guest.get('/')).text()).toBe('once')
    expect(code).toBe('ERR_HTTP_HEADERS_SENT')
  })
})

test('a session that is opened after the response has begun is for reading', async () => {
  const { getSession, close } = createSessions({ store: memoryStore() })
  running = await listen(
    createServer((request, response) => {
      response.write('begun ')
      void getSession(request, response)
        .then((session) => session.set('a', 1))
        .catch((error: { code: string }) => response.end(error.code))
    }),
  )
  expect(await (await visitor(running.url).get('/')).text()).toBe('begun ERR_HEADERS_SENT')
  await close()
})

describe.each(['end', 'write'] as const)(
  'response.%s(await work()), looked up before the session',
  (method) => {
    async function start(
      fault: 'create' | null,
    ): Promise<{ guest: Visitor; hold: ReturnType<typeof gated>['hold'] }> {
      const { store: failing, fail } = faulty(memoryStore())
      const { store, hold } = gated(failing)
      const { getSession } = createSessions({ store })
      const work = async (request: IncomingMessage, response: ServerResponse): Promise<string> => {
        const session = await getSession(request, response)
        void session.set('a', 1)
        return 'text'
      }
      running = await listen(
        createServer((request, response) => {
          const begin = response[method].bind(response)
          void work(request, response).then((text) => {
            begin(text)
            if (method === 'write') response.end()
          })
        }),
      )
      if (fault !== null) fail(fault)
      return { guest: visitor(running.url), hold }
    }

    test('waits for the write', async () => {
      const { guest, hold } = await start(null)
      const gate = hold('create')
      const arrival = guest.get('/')
      await gate.reached
      const early = await Promise.race([
        arrival,
        new Promise((resolve) => setTimeout(resolve, 50, 'nothing')),
      ])
      expect(early).toBe('nothing')
      gate.open()
      const response = await arrival
      expect([response.status, await response.text()]).toEqual([200, 'text'])
      expect(cookieNames(guest)).toEqual(['sid'])
      expect((await guest.get('/')).status).toBe(200)
    })

    test('is replaced by 503 without a cookie if the write fails', async () => {
      const { guest } = await start('create')
      const response = await guest.get('/')
      expect([response.status, await response.text()]).toEqual([503, 'ERR_STORE_UNAVAILABLE'])
      expect(guest.setCookies).toEqual([])
    })
  },
)
