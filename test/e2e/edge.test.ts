/** Sessions over HTTP where Next.js runs on Web APIs alone, and the code of the guides with its import changed. */

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUpstash, type UpstashServer } from '../../src/testing.ts'
import { type BuiltApp, buildApp, type NextServer, type Variant } from '../support/next-app.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { visitor } from '../support/visitor.ts'

const VARIANTS: Variant[] = [{ name: 'edge-turbopack' }, { name: 'edge-webpack', bundler: 'webpack' }]

describe.each(VARIANTS)('$name', (variant) => {
  let redis: RedisServer
  let upstash: UpstashServer
  let app: BuiltApp
  let server: NextServer

  beforeAll(async () => {
    redis = await startRedis()
    upstash = await startUpstash({ redis: redis.url })
    app = await buildApp(join(import.meta.dirname, 'apps/edge'), variant)
    server = await start()
  })
  afterAll(async () => {
    await server?.stop()
    app?.remove()
    await upstash.close()
    await redis.stop()
  })

  function start(): Promise<NextServer> {
    return app.start({
      env: {
        KV_REST_API_URL: upstash.url,
        KV_REST_API_TOKEN: upstash.token,
        UPSTASH_REDIS_REST_URL: upstash.url,
        UPSTASH_REDIS_REST_TOKEN: upstash.token,
      },
    })
  }

  async function json(response: Response): Promise<unknown> {
    return response.json()
  }

  async function requestsOf(work: () => Promise<unknown>): Promise<number> {
    const before = upstash.requests.length
    await work()
    return upstash.requests.length - before
  }

  test('builds without an address, and without meeting a module of Node', () => {
    expect(app.buildLog).not.toMatch(/node:|ERR_OPTION|not supported in the Edge Runtime/i)
  })

  test('keeps a session on the Edge runtime, with one request for each read', async () => {
    const guest = visitor(server.url)
    expect(await json(await guest.get('/api/edge'))).toEqual({
      runtime: 'edge-runtime',
      isDate: false,
      user: null,
    })
    expect(await guest.post('/api/edge', { name: '1e5' })).toEqual({ status: 200, body: { count: 1 } })
    expect(guest.setCookies).toEqual([expect.stringMatching(/^__Host-sid=[\w-]{43};/)])
    const reading = async () =>
      expect(await json(await guest.get('/api/edge'))).toMatchObject({ name: '1e5', isDate: true })
    expect(await requestsOf(reading)).toBe(1)
    expect(
      await requestsOf(async () => expect(await (await guest.get('/profile')).text()).toContain('>1e5<')),
    ).toBe(1)
  })

  test('reads a session with one request, also the first of a process', async () => {
    const guest = visitor(server.url)
    await guest.post('/api/edge', { name: 'Ada' })
    const cold = await start()
    try {
      const reading = async () =>
        expect(await json(await visitor(cold.url, guest.cookie).get('/api/edge'))).toMatchObject({
          name: 'Ada',
        })
      expect(await requestsOf(reading)).toBe(1)
      expect(await requestsOf(reading)).toBe(1)
    } finally {
      await cold.stop()
    }
  })

  test('says what to do where the embedded store cannot be', async () => {
    const { code, message } = (await json(await visitor(server.url).get('/api/embedded'))) as Record<
      string,
      string
    >
    expect(code).toBe('ERR_OPTION_INVALID')
    expect(message).toContain("Say `runtime: 'nodejs'` in the `config`")
  })

  test('asks for nothing where there is no cookie', async () => {
    expect(await requestsOf(async () => (await visitor(server.url).get('/profile')).text())).toBe(0)
  })

  test('signs in and out on the Edge runtime', async () => {
    const guest = visitor(server.url)
    await guest.post('/api/edge', { user: 'ann' })
    expect(await json(await guest.get('/api/edge'))).toMatchObject({ user: 'ann' })
    const stolen = guest.cookie
    await guest.get('/api/edge', { method: 'DELETE' })
    expect(await json(await visitor(server.url, stolen).get('/api/edge'))).toMatchObject({ user: null })
  })

  test('says that the store is away, and signs nobody out', async () => {
    const guest = visitor(server.url)
    await guest.post('/api/edge', { name: 'Ada' })
    for (const fault of [
      'bad-gateway',
      'rate-limited',
      'half',
      'drop-before',
      'drop-after',
      'redirect',
    ] as const) {
      upstash.fail(fault, { times: 2 })
      expect([fault, (await guest.get('/api/edge')).status]).toEqual([fault, 500])
      upstash.heal()
    }
    expect(await json(await guest.get('/api/edge'))).toMatchObject({ name: 'Ada' })
    upstash.fail('drop-after', { times: 3, when: ({ path }) => path === '/multi-exec' })
    expect(await guest.post('/api/edge', {})).toEqual({
      status: 503,
      body: { code: 'ERR_STORE_UNAVAILABLE' },
    })
    upstash.heal()
    // Once by the first visit, once though nobody was told, and once now.
    expect((await guest.post('/api/edge', {})).body).toEqual({ count: 3 })
  })

  test('gives up on a store that stays silent', async () => {
    const guest = visitor(server.url)
    await guest.post('/api/edge', { name: 'Ada' })
    upstash.fail({ delay: 60_000 })
    expect((await guest.get('/api/edge')).status).toBe(500)
    upstash.heal()
    expect(await json(await guest.get('/api/edge'))).toMatchObject({ name: 'Ada' })
  })

  test('runs what the guide of Vercel KV does', async () => {
    const guest = visitor(server.url)
    expect(await json(await guest.get('/api/kv'))).toEqual({
      username: null,
      all: null,
      cart: null,
      none: null,
    })
    expect((await guest.post('/api/kv')).body).toEqual({ username: 'John Doe' })
    expect(await json(await guest.get('/api/kv'))).toEqual({
      username: 'John Doe',
      all: { username: 'John Doe' },
      cart: { item: '1e5' },
      none: null,
    })
  })

  test('runs it in Server Components and Server Actions, too', async () => {
    const guest = visitor(server.url)
    const page = await (await guest.get('/kv')).text()
    expect(page).toContain('<output>nobody</output>')
    const form = new FormData()
    form.set(/\$ACTION_ID_\w+/.exec(page)?.[0] ?? 'none', '')
    const answer = await (await guest.get('/kv', { method: 'POST', body: form })).text()
    expect(answer).toContain('<output>&quot;John Doe&quot;</output>')
    expect(await json(await guest.get('/api/kv'))).toMatchObject({
      username: 'John Doe',
      all: { username: 'John Doe' },
    })
  })

  test('runs what the guide of Upstash does', async () => {
    const guest = visitor(server.url)
    const first = (await json(await guest.get('/api/user/noah'))) as { sessionId: string }
    expect(first).toEqual({ userName: 'noah', sessionId: expect.any(String) })
    expect(await json(await guest.get('/api/user/noah'))).toEqual(first)
    await guest.get('/api/user/emma')
    expect(server.log().match(/There is no active session/g)).toHaveLength(2)
    expect(first.sessionId).not.toBe(guest.cookie.split('=')[1])
  })
})
