/** What only one of the frameworks can do. */

import { Readable } from 'node:stream'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { createSessions as createFastifySessions, isSessionError, type Session } from '../../src/fastify.ts'
import { createSessions as createFetchSessions } from '../../src/fetch.ts'
import { createSessions as createHonoSessions, type SessionVariables } from '../../src/hono.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { faulty, gated } from '../support/pausing-store.ts'

const sessionOf = (request: object): Session => (request as { session: Session }).session

describe('Fastify', () => {
  test('lets its error handler answer for a write that failed unnoticed', async () => {
    const { store, fail } = faulty(memoryStore())
    const app = fastify()
    await app.register(createFastifySessions({ store }).plugin)
    app.setErrorHandler((error, _request, reply) => {
      reply.send({ sorry: isSessionError(error) ? error.code : 'unknown' })
    })
    const file = Readable.from(['a', 'b'])
    app.get('/', (request, reply) => {
      void sessionOf(request).set('a', 1)
      return reply.header('set-cookie', 'x=1').redirect('/elsewhere')
    })
    app.get('/stream', (request, reply) => {
      void sessionOf(request).set('a', 1)
      return reply.type('text/plain').send(file)
    })
    fail('create')
    const answer = await app.inject('/')
    expect([answer.statusCode, answer.json()]).toEqual([503, { sorry: 'ERR_STORE_UNAVAILABLE' }])
    expect([answer.headers['set-cookie'], answer.headers.location]).toEqual([undefined, undefined])
    expect((await app.inject('/stream')).statusCode).toBe(503)
    expect(file.destroyed).toBe(true)
    await app.close()
  })

  test('holds what is written to the raw response, also by a hook that comes later', async () => {
    const store = memoryStore()
    const app = fastify()
    await app.register(createFastifySessions({ store }).plugin)
    app.addHook('onSend', async (request) => void sessionOf(request).set('hook', 1))
    app.get('/raw', (request, reply) => {
      void sessionOf(request).set('a', 1)
      reply.hijack()
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream' })
      reply.raw.end('data: 1\n\n')
    })
    app.get('/hooked', async () => 'hooked')
    for (const [path, body] of [
      ['/raw', 'data: 1\n\n'],
      ['/hooked', 'hooked'],
    ] as const) {
      const answer = await app.inject(path)
      expect([answer.statusCode, answer.body]).toEqual([200, body])
      expect(answer.headers['set-cookie']).toEqual([expect.stringMatching(/^sid=/)])
    }
    await app.close()
  })

  test('keeps the plugin inside the scope that registers it', async () => {
    const app = fastify()
    await app.register(async (scope) => {
      await scope.register(createFastifySessions({ store: memoryStore() }).plugin)
      scope.get('/in', async (request) => typeof sessionOf(request))
    })
    app.get('/out', async (request) => typeof sessionOf(request))
    expect([(await app.inject('/in')).body, (await app.inject('/out')).body]).toEqual(['object', 'undefined'])
    await app.close()
  })
})

describe('Hono', () => {
  test('lets onError answer for a write that failed unnoticed', async () => {
    const { store, fail } = faulty(memoryStore())
    const { middleware } = createHonoSessions({ store })
    const app = new Hono<{ Variables: SessionVariables }>()
    app.onError((error, c) => c.json({ sorry: isSessionError(error) ? error.code : 'unknown' }, 503))
    app.use(middleware)
    app.get('/', (c) => {
      void c.get('session').set('a', 1)
      c.header('set-cookie', 'x=1')
      c.header('x-request-id', '7')
      return c.redirect('/elsewhere')
    })
    fail('create')
    const answer = await app.request('/')
    expect([answer.status, await answer.json()]).toEqual([503, { sorry: 'ERR_STORE_UNAVAILABLE' }])
    expect([answer.headers.get('set-cookie'), answer.headers.get('location')]).toEqual([null, null])
    expect(answer.headers.get('x-request-id')).toBe('7')
  })

  test('says what is missing where the middleware does not run', async () => {
    const { middleware, getSession } = createHonoSessions({ store: memoryStore() })
    const app = new Hono()
    let code: unknown
    app.onError((error, c) => {
      code = isSessionError(error) ? error.code : error
      return c.text('')
    })
    app.use('/in', middleware)
    app.all('*', async (c) => c.text(String((await getSession(c)).isNew)))
    expect(await (await app.request('/in')).text()).toBe('true')
    await app.request('/out')
    expect(code).toBe('ERR_OPTION_INVALID')
  })

  test('may run twice, with one session', async () => {
    const { middleware, getSession } = createHonoSessions({ store: memoryStore() })
    const app = new Hono<{ Variables: SessionVariables }>()
    app.use(middleware, middleware)
    app.get('/', async (c) => {
      await c.get('session').set('a', 1)
      return c.json((await getSession(c)).getAll())
    })
    const answer = await app.request('/')
    expect(await answer.json()).toEqual({ a: 1 })
    expect(answer.headers.getSetCookie()).toHaveLength(1)
  })
})

describe('a fetch handler', () => {
  test('never leaves a cookie on a response that is sent to many', async () => {
    const shared = new Response(null, { status: 204 })
    const { handler } = createFetchSessions({ store: memoryStore() })
    const serve = handler(async (request, { getSession }) => {
      if (request.url.endsWith('/set')) await (await getSession()).set('a', 1)
      return shared
    })
    expect((await serve(new Request('http://host/set'))).headers.getSetCookie()).toHaveLength(1)
    expect((await serve(new Request('http://host/'))).headers.getSetCookie()).toEqual([])
    expect(shared.headers.getSetCookie()).toEqual([])
  })

  test('leaves the response alone where no session was opened', async () => {
    const { handler } = createFetchSessions({ store: memoryStore() })
    const own = new Response('own')
    expect(await handler(() => own)(new Request('http://host/'))).toBe(own)
    expect(own.headers.get('vary')).toBeNull()
  })

  test('passes on what the runtime passes, and leaves it the work after the response', async () => {
    const { store, hold } = gated(memoryStore())
    const { handler } = createFetchSessions({ store })
    const waiting: Promise<unknown>[] = []
    const context = { waitUntil: (work: Promise<unknown>) => void waiting.push(work) }
    const serve = handler(
      async (_request, { getSession }, env: { name: string }, _context: typeof context) => {
        const session = await getSession()
        if (!session.isNew) return new Response(session.readFlash('notice'))
        await session.flash('notice', env.name)
        return new Response('')
      },
    )
    const first = await serve(new Request('http://host/'), { name: 'worker' }, context)
    const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const gate = hold('update')
    waiting.length = 0
    const second = await serve(new Request('http://host/', { headers: { cookie } }), { name: '' }, context)
    expect([await second.text(), waiting.length]).toEqual(['worker', 1])
    gate.open()
    await Promise.all(waiting)
  })

  test('passes on the errors of others, and stores what was written before', async () => {
    const { handler, detached } = createFetchSessions({ store: memoryStore() })
    const set = handler(async (_request, { getSession }) => {
      await (await getSession()).set('a', 1)
      return new Response('')
    })
    const cookie = (await set(new Request('http://host/'))).headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const request = new Request('http://host/', { headers: { cookie } })
    const failing = handler(async (_request, { getSession }) => {
      void (await getSession()).set('a', 2)
      throw new RangeError('own')
    })
    await expect(failing(request)).rejects.toThrow(new RangeError('own'))
    expect((await detached(request)).get('a')).toBe(2)
  })

  test('abandons the body that is not sent', async () => {
    const { store, fail } = faulty(memoryStore())
    const { handler } = createFetchSessions({ store })
    let isCancelled = false
    const body = new ReadableStream({ cancel: () => void (isCancelled = true) })
    fail('create')
    const answer = await handler(async (_request, { getSession }) => {
      void (await getSession()).set('a', 1)
      return new Response(body)
    })(new Request('http://host/'))
    expect([answer.status, isCancelled]).toEqual([503, true])
  })
})
