import type { Browser, Page, Response as Answer } from 'playwright-core'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { type Attack, type ForeignSite, startForeignSite } from '../support/foreign-site.ts'
import type { NextApp, NextServer } from '../support/next-app.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { visitor } from '../support/visitor.ts'
import { buildProbe } from './next/probe.ts'

let browser: Browser
let redis: RedisServer
let admin: ReturnType<typeof createClient>
let app: NextApp
let server: NextServer
let foreign: ForeignSite
let page: Page

beforeAll(async () => {
  redis = await startRedis()
  admin = createClient({ url: redis.url })
  await admin.connect()
  app = await buildProbe({ name: 'cached', cacheComponents: true })
  server = await app.start({ env: { REDIS_URL: redis.url } })
  foreign = await startForeignSite()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  await foreign.stop()
  admin.destroy()
  await server.stop()
  app.remove()
  await redis.stop()
})
beforeEach(async () => {
  page = await browser.newPage({ baseURL: server.url })
})
afterEach(() => page.context().close())

/** Lets a foreign page send its request; answers what our server said, and what the browser told it. */
async function attack(
  host: 'localhost' | '127.0.0.1',
  way: Attack,
  path: string,
): Promise<{ answer: Answer; told: Record<string, string> }> {
  const answered = page.waitForResponse((response) => response.url() === server.url + path)
  await page.goto(foreign.page(host, way, server.url + path))
  const answer = await answered
  return { answer, told: await answer.request().allHeaders() }
}

async function beginSession(): Promise<void> {
  await page.goto('/csrf/form')
  await page.click('#post')
  expect(await page.innerText('body')).toBe('count 1')
}

async function count(): Promise<unknown> {
  await page.goto('/api/data')
  const { data } = JSON.parse(await page.innerText('body')) as { data: { count?: number } }
  return data.count
}

async function storeCalls(): Promise<number> {
  const info = await admin.info('commandstats')
  return [...info.matchAll(/cmdstat_(?:hgetall|hset|hexists|del|multi):calls=(\d+)/g)].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  )
}

describe('a page of our own', () => {
  test('may post to a handler, an API route and an action, with JavaScript and without', async () => {
    await beginSession()
    expect(await page.evaluate(async () => (await fetch('/csrf/checked', { method: 'POST' })).text())).toBe(
      'count 2',
    )
    expect(await page.evaluate(async () => (await fetch('/api/checked', { method: 'POST' })).text())).toBe(
      'count 2',
    )
    await page.goto('/guarded')
    await page.click('#act')
    await page.waitForURL('**/counter')
    await expect.poll(() => page.textContent('#count')).toBe('3')

    const plain = await browser.newPage({ baseURL: server.url, javaScriptEnabled: false })
    await plain.goto('/guarded')
    await plain.click('#act')
    expect(new URL(plain.url()).pathname).toBe('/counter')
    await plain.context().close()
  })
})

describe.each(['form', 'frame', 'script'] as const)('a %s of a page', (way) => {
  test('of another site cannot begin a session', async () => {
    const before = await admin.dbSize()
    for (const path of ['/csrf/checked', '/api/checked', '/guarded']) {
      const { answer, told } = await attack('localhost', way, path)
      expect([path, answer.status(), told['sec-fetch-site']]).toEqual([path, 403, 'cross-site'])
    }
    expect(await page.context().cookies()).toEqual([])
    expect(await admin.dbSize()).toBe(before)
  })

  test('of another origin of our own site cannot use a session, though its cookie comes along', async () => {
    await beginSession()
    const before = await storeCalls()
    for (const path of ['/csrf/checked', '/api/checked', '/guarded']) {
      const { answer, told } = await attack('127.0.0.1', way, path)
      expect([path, answer.status()]).toEqual([path, 403])
      // A frame without an origin is of no site at all.
      expect(told['sec-fetch-site']).toBe(way === 'frame' ? 'cross-site' : 'same-site')
      expect(told['cookie'] === undefined).toBe(way === 'frame')
    }
    expect(await storeCalls()).toBe(before)
    expect(await count()).toBe(1)
  })
})

test('without the check the one that brings the cookie succeeds, so it is real', async () => {
  await attack('localhost', 'form', '/csrf/naive')
  expect(await page.context().cookies()).toEqual([])
  await beginSession()
  await attack('127.0.0.1', 'form', '/csrf/naive')
  expect(await count()).toBe(2)
})

test('a browser that sends no Sec-Fetch-Site is asked for its Origin, and no proxy header is believed', async () => {
  const post = async (path: string, headers: Record<string, string>): Promise<number> => {
    const answer = await fetch(server.url + path, { method: 'POST', headers, redirect: 'manual' })
    await answer.text()
    return answer.status
  }
  const evil = { origin: 'https://evil.example' }
  for (const path of ['/csrf/checked', '/api/checked', '/guarded']) {
    expect(await post(path, evil)).toBe(403)
    expect(await post(path, { ...evil, 'x-forwarded-host': 'evil.example' })).toBe(403)
    expect(await post(path, { origin: 'null' })).toBe(403)
    expect(await post(path, { cookie: `__Host-sid=${'A'.repeat(43)}` })).toBe(403)
  }
  expect(await post('/csrf/checked', { origin: server.url })).toBe(200)
  expect(await post('/csrf/checked', {})).toBe(200)
})

test('the proxy refuses with a text that says what to do, and lets reads pass', async () => {
  const refused = await fetch(`${server.url}/guarded`, {
    method: 'POST',
    headers: { origin: 'https://evil.example' },
  })
  expect(await refused.text()).toMatch(/list the origin of the page in the option `origins`/)
  expect(refused.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(refused.headers.get('cache-control')).toBe('private, no-store')
  const read = await fetch(`${server.url}/guarded`, { headers: { 'sec-fetch-site': 'cross-site' } })
  expect([read.status, await read.text()]).toEqual([200, expect.stringContaining('act')])
})

test('a form carries a token of its session, which a sign-in ends', async () => {
  await beginSession()
  await page.goto('/csrf/form')
  const first = await page.inputValue('input[name=csrf]')
  await page.click('#transfer')
  expect(await page.innerText('body')).toBe('true')
  await page.goto('/csrf/form')
  expect(await page.inputValue('input[name=csrf]')).not.toBe(first)
  const stale = await page.evaluate(async (token) => {
    await fetch('/api/login', { method: 'POST', body: '{}' })
    const answer = await fetch('/csrf/token', { method: 'POST', body: new URLSearchParams({ csrf: token }) })
    return answer.text()
  }, first)
  expect(stale).toBe('false')
  expect(server.log()).not.toMatch(/unstable value|warn|⚠/i)
})

describe('a cache is told', () => {
  async function told(
    path: string,
    guest = visitor(server.url),
  ): Promise<{ cache: string | null; cookies: number }> {
    const answer = await guest.get(path)
    await answer.text()
    return { cache: answer.headers.get('cache-control'), cookies: guest.setCookies.length }
  }

  test('to keep no response that carries the cookie: API routes, props, and static pages behind the proxy', async () => {
    for (const path of ['/api/legacy', '/legacy', '/minted', '/static'])
      expect(await told(path)).toEqual({ cache: 'private, no-store', cookies: 1 })
  })

  test('to keep no response of an action, with JavaScript and without', async () => {
    for (const javaScriptEnabled of [true, false]) {
      const guest = await browser.newPage({ baseURL: server.url, javaScriptEnabled })
      await guest.goto('/guarded')
      const answered = guest.waitForResponse((response) => response.request().method() === 'POST')
      await guest.click('#act')
      const headers = await (await answered).allHeaders()
      expect(headers['set-cookie']).toMatch(/^__Host-sid=/)
      expect(headers['cache-control']).toContain('no-store')
      await guest.context().close()
    }
  })

  test('that a static page without the cookie is anybody’s', async () => {
    const guest = visitor(server.url)
    expect(await told('/csrf/prerendered', guest)).toEqual({ cache: 'private, no-store', cookies: 1 })
    const again = await told('/csrf/prerendered', guest)
    expect(again).toEqual({ cache: expect.stringContaining('s-maxage'), cookies: 0 })
  })

  test('by a route handler only what it says itself: privateResponse() or next.config.ts', async () => {
    expect(await told('/csrf/plain')).toEqual({ cache: null, cookies: 1 })
    for (const path of ['/csrf/private', '/csrf/moved', '/csrf/configured'])
      expect(await told(path)).toEqual({ cache: 'private, no-store', cookies: 1 })
  })

  test('that API routes and props which read the session depend on the cookie', async () => {
    for (const path of ['/api/checked', '/legacy']) {
      const answer = await fetch(server.url + path)
      await answer.text()
      expect(answer.headers.get('vary')).toMatch(/^Cookie\b/)
    }
  })
})
