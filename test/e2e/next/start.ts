import type { Browser, Page } from 'playwright-core'
import { createClient } from 'redis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../../support/chromium.ts'
import type { BuiltApp, NextServer, Variant } from '../../support/next-app.ts'
import { type RedisServer, startRedis } from '../../support/redis-server.ts'
import { visitor } from '../../support/visitor.ts'
import { testPrefetches } from './prefetches.ts'
import { buildProbe } from './probe.ts'
import { testStreams } from './streams.ts'

/** What Next.js does with sessions that are kept in Redis, however it was built. */
export function testStart(variant: Variant): void {
  let browser: Browser
  let redis: RedisServer
  let admin: ReturnType<typeof createClient>
  let app: BuiltApp
  let server: NextServer
  const tokens: string[] = []

  beforeAll(async () => {
    ;[redis, app, browser] = await Promise.all([startRedis(), buildProbe(variant), launchChromium()])
    server = await app.start({ env: { REDIS_URL: redis.url } })
    admin = createClient({ url: redis.url })
    admin.on('error', () => {})
    await admin.connect()
  })
  afterAll(async () => {
    await browser?.close()
    admin?.destroy()
    await server?.stop()
    app?.remove()
    await redis?.stop()
  })

  async function reads(): Promise<number> {
    const info = await admin.info('commandstats')
    return Number(/cmdstat_hgetall:calls=(\d+)/.exec(info)?.[1] ?? 0)
  }

  /** All that the store holds: sessions are hashes, lists of them sorted sets. */
  async function stored(): Promise<string> {
    const seen: unknown[] = []
    for await (const keys of admin.scanIterator()) {
      for (const key of keys) {
        const isHash = (await admin.type(key)) === 'hash'
        seen.push(key, isHash ? await admin.hGetAll(key) : await admin.zRangeWithScores(key, 0, -1))
      }
    }
    return JSON.stringify(seen)
  }

  async function openPage(options: { javaScriptEnabled?: boolean } = {}): Promise<Page> {
    const context = await browser.newContext({ baseURL: server.url, ...options })
    return context.newPage()
  }

  async function closePage(page: Page): Promise<void> {
    for (const { value } of await page.context().cookies()) tokens.push(value)
    await page.context().close()
  }

  test('builds in silence while the store is down', () => {
    expect(app.buildLog).not.toMatch(/ECONNREFUSED|warn|unstable value/i)
  })

  test('gives a thousand cookieless visits no record and no cookie', async () => {
    const before = await admin.dbSize()
    let cookies = 0
    for (let i = 0; i < 50; i++) {
      const round = Array.from({ length: 20 }, async () => {
        const response = await fetch(`${server.url}/read`)
        await response.text()
        cookies += response.headers.getSetCookie().length
      })
      await Promise.all(round)
    }
    expect({ cookies, records: (await admin.dbSize()) - before }).toEqual({ cookies: 0, records: 0 })
  })

  test('asks the store nothing for a visitor without a cookie', async () => {
    const before = await reads()
    await (await fetch(`${server.url}/read`)).text()
    expect((await reads()) - before).toBe(0)
  })

  test('sends a __Host- cookie that only the server can read', async () => {
    const guest = visitor(server.url)
    await guest.post('/api/set', { value: 'Ada' })
    expect(guest.setCookies).toEqual([
      expect.stringMatching(
        /^__Host-sid=[\w-]{43}; Path=\/; Expires=[^;]+; Max-Age=2592000; Secure; HttpOnly; SameSite=lax$/i,
      ),
    ])
    tokens.push(...guest.tokens)
  })

  test('reads the store once for a page with a layout, metadata and three components', async () => {
    const guest = visitor(server.url)
    await guest.post('/api/set', { value: 'Ada' })
    const before = await reads()
    const html = await (await guest.get('/read')).text()
    expect(html).toContain('read Ada')
    expect(html.match(/>Ada</g)?.length).toBe(3)
    expect((await reads()) - before).toBe(1)
    tokens.push(...guest.tokens)
  })

  test('reads the store never for ten prefetched links, and once for a click', async () => {
    const page = await openPage()
    await page.goto('/counter')
    await page.click('#increment')
    await expect.poll(() => page.textContent('#count')).toBe('1')
    await page.goto('/links')
    await page.waitForLoadState('networkidle')
    const before = await reads()
    await page.reload()
    await page.waitForLoadState('networkidle')
    expect((await reads()) - before).toBe(1)
    await page.click('text=item 7')
    await page.waitForSelector('#item')
    expect((await reads()) - before).toBe(2)
    await closePage(page)
  })

  test('refuses to write while rendering, and says where to write', async () => {
    const page = await openPage()
    await page.goto('/render-write')
    await expect.poll(() => page.textContent('#digest')).toBe('ERR_SESSION_READONLY')
    expect(server.log()).toContain('Write in a Server Action or a Route Handler')
    expect(await page.context().cookies()).toEqual([])
    await closePage(page)
  })

  test('logs a write while rendering that nobody awaited', async () => {
    expect(await (await fetch(`${server.url}/render-write?forgotten=1`)).text()).toContain('written')
    await expect
      .poll(() => server.log())
      .toContain('A write to the session failed, and no caller awaited it.')
  })

  test('counts, signs in with a message and signs out through actions', async () => {
    const page = await openPage()
    await page.goto('/counter')
    await page.click('#increment')
    await expect.poll(() => page.textContent('#count')).toBe('1')
    const [guest] = await page.context().cookies()
    await page.click('#sign-in')
    await expect.poll(() => page.textContent('#user')).toBe('ada')
    expect(await page.textContent('#notice')).toBe('welcome')
    expect(await page.textContent('#count')).toBe('1')
    const [user] = await page.context().cookies()
    expect(user?.value).not.toBe(guest?.value)
    await page.reload()
    await expect.poll(() => page.textContent('#user')).toBe('ada')
    expect(await page.textContent('#notice')).toBe('none')
    await page.goto('/private')
    await page.goto('/counter')
    await page.click('#leave')
    await expect.poll(() => page.textContent('#user')).toBe('nobody')
    expect(await page.context().cookies()).toEqual([])
    // Back to /private, which sends the browser on by itself, in what streams after `load`.
    await page.goBack()
    await expect.poll(() => page.textContent('#user')).toBe('nobody')
    await page.waitForLoadState('networkidle')
    await page.goBack()
    await expect.poll(() => page.innerText('body')).toContain('nobody')
    expect(await page.innerText('body')).not.toContain('ada')
    const old = visitor(server.url, `__Host-sid=${guest?.value}`)
    expect(await (await old.get('/api/data')).json()).toMatchObject({ id: null, user: null })
    await closePage(page)
  })

  test('does the same without JavaScript', async () => {
    const page = await openPage({ javaScriptEnabled: false })
    // A fresh page for each step: React shows what it streams after a form only with JavaScript.
    const submit = async (button: string, shown: string, text: string): Promise<void> => {
      await page.goto('/counter')
      await page.click(button)
      await page.waitForLoadState()
      expect(await page.textContent(shown)).toBe(text)
    }
    await submit('#increment', '#count', '1')
    await submit('#sign-in', '#user', 'ada')
    await submit('#increment', '#count', '2')
    await submit('#leave', '#user', 'nobody')
    await closePage(page)
  })

  test('sends visitors who are not signed in elsewhere', async () => {
    const page = await openPage()
    await page.goto('/private')
    await page.waitForURL('**/counter')
    await page.click('#sign-in')
    await expect.poll(() => page.textContent('#user')).toBe('ada')
    await page.goto('/private')
    await expect.poll(() => page.textContent('#private')).toBe('ada')
    await closePage(page)
  })

  test('keeps all of 20 parallel writes and of 200 parallel increments', async () => {
    const guest = visitor(server.url)
    await guest.post('/api/set', { key: 'first', value: 0 })
    const keys = Array.from({ length: 20 }, (_, i) => `key${i}`)
    const post = (path: string, body?: object) => visitor(server.url, guest.cookie).post(path, body)
    /** A machine with much else to do may give a write up, and says so. */
    const set = async (key: string): Promise<void> => {
      const { status } = await post('/api/set', { key, value: key })
      if (status !== 200) return set(key)
    }
    await Promise.all(keys.map(set))
    const answers = await Promise.all(Array.from({ length: 200 }, () => post('/api/increment')))
    const kept = answers.filter(({ status }) => status === 200).length
    expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([])
    const { data } = (await (await guest.get('/api/data')).json()) as { data: Record<string, number> }
    expect(data).toEqual({
      first: 0,
      count: expect.toSatisfy((count: number) => kept > 0 && count >= kept && count <= 200),
      ...Object.fromEntries(keys.map((key) => [key, key])),
    })
    tokens.push(...guest.tokens)
  })

  test('refuses a slow write that arrives after a logout, and leaves nothing of it', async () => {
    const guest = visitor(server.url)
    await guest.post('/api/login')
    const { cookie } = guest
    const slow = visitor(server.url, cookie).post('/api/set', { value: 'revived', wait: 500 })
    expect((await visitor(server.url, cookie).post('/api/logout')).status).toBe(200)
    expect(await slow).toMatchObject({ status: 401, body: { code: 'ERR_SESSION_GONE' } })
    expect(await (await visitor(server.url, cookie).get('/api/data')).json()).toMatchObject({
      id: null,
      user: null,
    })
    expect(await stored()).not.toContain('revived')
    tokens.push(...guest.tokens)
  })

  test('guards a page and a handler by themselves, whatever a request says of a proxy', async () => {
    const user = visitor(server.url)
    await user.post('/api/login')
    const subrequests = ['middleware', 'src/middleware', 'proxy'].map((name) => Array(5).fill(name).join(':'))
    for (const value of ['', ...subrequests]) {
      const headers = { 'x-middleware-subrequest': value, 'content-type': 'application/json' }
      const ask = async (cookie: string): Promise<[boolean, number]> => {
        const guest = visitor(server.url, cookie)
        const page = await (await guest.get('/private', { headers })).text()
        const answer = await guest.get('/api/private', { method: 'POST', headers, body: '{}' })
        return [page.includes('id="private"'), answer.status]
      }
      expect(await ask(''), value).toEqual([false, 401])
      expect(await ask(user.cookie), value).toEqual([true, 200])
    }
    tokens.push(...user.tokens)
  })

  test('never adopts an id that a visitor chose', async () => {
    const chosen = 'A'.repeat(43)
    const guest = visitor(server.url, `__Host-sid=${chosen}`)
    await guest.post('/api/set', { value: 'x' })
    expect(guest.tokens[0]).toMatch(/^[\w-]{43}$/)
    expect(guest.tokens[0]).not.toBe(chosen)
    tokens.push(...guest.tokens)
  })

  test('finds the good cookie beside a malformed copy, whichever comes first', async () => {
    const guest = visitor(server.url)
    const { body } = await guest.post('/api/set', { value: 'Ada' })
    for (const header of [`${guest.cookie}; __Host-sid=planted`, `__Host-sid=planted; ${guest.cookie}`]) {
      expect(await (await visitor(server.url, header).get('/api/data')).json()).toMatchObject({
        id: body['id'],
      })
    }
    tokens.push(...guest.tokens)
  })

  test('makes a minted session visible to the page and the handler of the same request', async () => {
    const guest = visitor(server.url)
    const response = await guest.get('/minted')
    const html = await response.text()
    expect(response.headers.get('cache-control')).toContain('no-store')
    const { id } = (await (await guest.get('/api/data')).json()) as { id: string }
    expect(html).toContain(id)
    expect(id).toMatch(/^[\w-]{16}$/)
    tokens.push(...guest.tokens)
  })

  test('mints no session for a request that the browser makes ahead', async () => {
    const response = await visitor(server.url).get('/minted', { headers: { 'sec-purpose': 'prefetch' } })
    await response.text()
    expect(response.headers.getSetCookie()).toEqual([])
  })

  test('shows the session id in JSON, which opens nothing', async () => {
    const guest = visitor(server.url)
    const { body } = await guest.post('/api/start')
    expect(await (await guest.get('/api/data')).json()).toMatchObject({
      id: body['id'],
      session: { id: body['id'] },
    })
    const thief = visitor(server.url, `__Host-sid=${body['id'] as string}`)
    expect(await (await thief.get('/api/data')).json()).toMatchObject({ id: null })
    tokens.push(...guest.tokens)
  })

  test('keeps the cookie over a redirect from a route handler', async () => {
    const guest = visitor(server.url)
    const response = await guest.get('/api/redirect', { method: 'POST', body: '{"value":"kept"}' })
    expect(response.status).toBe(307)
    expect(await (await guest.get('/api/data')).json()).toMatchObject({ data: { name: 'kept' } })
    tokens.push(...guest.tokens)
  })

  test('serves the Pages Router: props, JSON, redirect and write', async () => {
    const guest = visitor(server.url)
    expect(await (await guest.get('/legacy')).text()).toContain('<p id="count">1</p>')
    expect(await (await guest.get('/api/legacy')).json()).toMatchObject({ count: 2 })
    for (const way of ['redirect', 'write']) {
      const fresh = visitor(server.url)
      const response = await fresh.get(`/api/legacy?${way}=1`)
      await response.text()
      expect(fresh.cookie).toMatch(/^__Host-sid=/)
      expect(response.headers.get('cache-control')).toBe('private, no-store')
      expect(await (await fresh.get('/api/data')).json()).toMatchObject({ data: { count: 1 } })
      tokens.push(...fresh.tokens)
    }
    tokens.push(...guest.tokens)
  })

  test('serves the Pages Router by the ways of next-session', async () => {
    const cookies: string[] = []
    const visit = async (path: string): Promise<Response> => {
      const headers = { cookie: cookies.join('; ') }
      const response = await fetch(server.url + path, { headers, redirect: 'manual' })
      for (const line of response.headers.getSetCookie()) cookies.splice(0, 1, line.split(';')[0]!)
      return response
    }
    expect(await (await visit('/views')).text()).toContain('<p id="views">1</p>')
    expect(cookies).toEqual([expect.stringMatching(/^old=.+/)])
    expect(await (await visit('/api/views')).text()).toBe('You have been here 2 time(s).')
    expect((await visit('/api/views?redirect=1')).status).toBe(307)
    expect(await (await visit('/views')).text()).toContain('<p id="views">4</p>')
    expect(await (await visit('/api/views?end=1')).text()).toBe('ended')
    expect(await (await visit('/views')).text()).toContain('<p id="views">1</p>')
  })

  test('throws ERR_HEADERS_SENT for a write after the response began', async () => {
    const guest = visitor(server.url)
    expect(await (await guest.get('/api/legacy?late=1')).text()).toBe('early ERR_HEADERS_SENT')
    expect(guest.cookie).toBe('')
  })

  test('works in after(), behind pages and behind actions', async () => {
    const page = await openPage()
    await page.goto('/counter')
    await page.click('#increment')
    await expect.poll(() => server.log()).toContain('after an action: 1')
    await page.goto('/deferred')
    await expect.poll(() => server.log()).toContain('after a page: undefined')
    await closePage(page)
  })

  testStreams(() => server)
  testPrefetches(() => server, openPage)

  test('holds one Redis connection for all module graphs', async () => {
    const clients = await admin.clientList()
    expect(clients.length - 1).toBe(1)
  })

  test('gives error.tsx the digest while the store is down, tells no address, and recovers', async () => {
    const page = await openPage()
    await page.goto('/counter')
    await page.click('#sign-in')
    await expect.poll(() => page.textContent('#user')).toBe('ada')
    redis.pause()
    try {
      await page.goto('/read')
      await page.waitForSelector('#digest', { timeout: 20_000 })
    } finally {
      redis.resume()
    }
    const html = await page.content()
    expect(await page.textContent('#digest')).toBe('ERR_STORE_TIMEOUT')
    expect(html).not.toContain(String(redis.port))
    expect(server.log()).not.toContain(`:${redis.port}`)
    await expect
      .poll(() => page.goto('/private').then(() => page.innerText('body')), { timeout: 20_000 })
      .toContain('ada')
    await closePage(page)
  })

  test('leaves no token in the store or in the log', async () => {
    const log = server.log()
    const store = await stored()
    expect(tokens.length).toBeGreaterThan(10)
    expect(tokens.filter((token) => log.includes(token) || store.includes(token))).toEqual([])
  })

  test('logs nothing unexpected', () => {
    const lines = server
      .log()
      .split('\n')
      .filter((line) => /warn|unstable value|unhandled|hydrat/i.test(line))
    expect(lines).toEqual([])
  })
}
