/** What a real browser withholds from Next.js: handlers, API routes, the proxy, and the recipe of docs/nextjs.md. */

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { type Attack, type ForeignSite, startForeignSite } from '../support/foreign-site.ts'
import type { NextApp, NextServer } from '../support/next-app.ts'
import { plain, PlainVisitor, type PlainAnswer } from '../support/plain-visitor.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { buildProbe } from './next/probe.ts'

let browser: Browser
let redis: RedisServer
let app: NextApp
let server: NextServer
let foreign: ForeignSite
let page: Page

beforeAll(async () => {
  redis = await startRedis()
  app = await buildProbe({ name: 'cached', cacheComponents: true })
  server = await app.start({ env: { REDIS_URL: redis.url, NODE_OPTIONS: '--max-http-header-size=1048576' } })
  foreign = await startForeignSite()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  await foreign.stop()
  await server.stop()
  app.remove()
  await redis.stop()
})
beforeEach(async () => {
  page = await browser.newPage({ baseURL: server.url })
  // A handler that an own page asks: the cookie is there.
  await page.goto('/csrf/form')
  await page.evaluate(async () => {
    await fetch('/api/set', { method: 'POST', body: JSON.stringify({ key: 'name', value: 'tea' }) })
    await fetch('/api/login', { method: 'POST', body: JSON.stringify({ user: 'ada' }) })
  })
  return () => page.context().close()
})

async function from(way: Attack, path: string): Promise<number> {
  const answered = page.waitForResponse((response) => response.url() === server.url + path)
  await page.goto(foreign.page('localhost', way, server.url + path))
  return (await answered).status()
}

async function state(): Promise<{ user: unknown; data: unknown }> {
  await page.goto('/api/data')
  const { user, data } = JSON.parse(await page.innerText('body')) as { user: unknown; data: unknown }
  return { user, data }
}

test('a form of another site takes the place of no session: handler, API route, proxy', async () => {
  for (const path of ['/csrf/naive', '/api/legacy', '/minted', '/static']) {
    const token = (await page.context().cookies())[0]?.value
    await from('form', path)
    expect([path, (await page.context().cookies())[0]?.value]).toEqual([path, token])
    expect(await state()).toEqual({ user: 'ada', data: { name: 'tea' } })
  }
})

test('a link of another site brings the cookie, and a visitor who has none gets a session by it', async () => {
  expect(await from('link', '/csrf/plain')).toBe(200)
  expect(await state()).toEqual({ user: 'ada', data: { name: 'tea' } })
  await page.context().clearCookies()
  for (const path of ['/csrf/plain', '/minted']) {
    await from('link', path)
    expect(await page.context().cookies()).toHaveLength(1)
    await page.context().clearCookies()
  }
})

test('a payment that returns by POST keeps the cart and shows the message', async () => {
  await page.goto(foreign.page('localhost', 'form', `${server.url}/payment/return`))
  await page.waitForURL('**/cart')
  await expect.poll(() => page.textContent('#cart')).toBe('Thank you, tea')
  expect((await state()).user).toBe('ada')
})

/** What a form of another site posts to a handler, as the browser would send it. */
function post(path: string, body: object): Promise<PlainAnswer> {
  const headers = {
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    'content-type': 'text/plain',
    origin: 'https://login.example',
  }
  return plain(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
}

test('a handler learns why, and a sign-in there takes the place of the session', async () => {
  const refused = await post('/api/set', { value: 1 })
  expect(refused).toMatchObject({ status: 403, cookies: [] })
  expect(refused.body).toMatch(/ERR_CROSS_SITE.*303/)
  expect(await post('/api/logout', {})).toMatchObject({ status: 403, cookies: [] })
  const guest = new PlainVisitor(server.url, '__Host-sid')
  guest.cookie = (await post('/api/login', { user: 'ann' })).cookies[0]?.split(';')[0] ?? ''
  expect(JSON.parse((await guest.get('/api/data')).body)).toMatchObject({ user: 'ann' })
})

test('a cookie behind 100 KiB of others is found, and another one behind it', async () => {
  const [ours] = await page.context().cookies()
  const cookie = `__Host-sid=${ours?.value}`
  const others = 'a=b; '.repeat(20_000)
  const ask = (header: string) => plain(`${server.url}/api/data`, { headers: { cookie: header } })
  expect(JSON.parse((await ask(others + cookie)).body)).toMatchObject({ user: 'ada' })
  expect(JSON.parse((await ask(`${cookie}; ${others}__Host-sid=${'A'.repeat(43)}`)).body)).toMatchObject({
    user: 'ada',
  })
  const out = await plain(`${server.url}/api/logout`, {
    method: 'POST',
    headers: { cookie: others + cookie },
    body: '{}',
  })
  expect(out.cookies).toHaveLength(1)
  expect((await state()).user).toBeNull()
})

test('a sign-in from there that fails takes nothing away', async () => {
  await redis.stop()
  expect(await post('/api/login', { user: 'ann' })).toMatchObject({ status: 503, cookies: [] })
})
