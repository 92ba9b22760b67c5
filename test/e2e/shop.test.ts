import { join } from 'node:path'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { type NextApp, type NextServer, prepareApp } from '../support/next-app.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

const shop = join(import.meta.dirname, '../../examples/shop')

let browser: Browser
let context: BrowserContext
let page: Page
let complaints: string[]

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

beforeEach(async () => {
  complaints = []
  context = await browser.newContext()
  // A development server compiles each page when it is first asked for.
  context.setDefaultTimeout(120_000)
  page = await context.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
})
afterEach(() => context.close())

/** What a customer does, from the shelf to the dashboard. */
async function shopAndSignIn(url: string): Promise<void> {
  await page.goto(url)
  await page
    .locator('form', { has: page.locator('input[value=lantern]') })
    .getByRole('button')
    .click()
  await cartHolds(1)
  await page.goto(`${url}/cart`)
  await page.getByRole('button', { name: 'One Late lantern more' }).click()
  await cartHolds(2)

  await page.goto(`${url}/preferences`)
  await page.getByText('dark', { exact: true }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark')

  await page.goto(`${url}/login`)
  await signIn('wrong')
  await page.getByRole('alert').filter({ hasText: /\w/ }).first().waitFor()
  await signIn('lovelace')
  await page.waitForURL('**/dashboard')
  await page.getByText('Welcome, Ada').waitFor()
}

async function signIn(password: string, where: Page = page): Promise<void> {
  await where.getByLabel('Name').fill('ada')
  await where.getByLabel('Password').fill(password)
  await where.getByRole('button', { name: 'Sign in' }).click()
}

async function cartHolds(count: number): Promise<void> {
  await page.getByRole('link', { name: new RegExp(`Cart, ${count} item`) }).waitFor()
}

async function seeEverythingAgain(url: string): Promise<void> {
  await page.goto(`${url}/dashboard`)
  await page.getByText('Ada (ada)').waitFor()
  expect(await page.getByText('Welcome, Ada').count()).toBe(0)
  await cartHolds(2)
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
}

describe.each([
  { name: 'shop-cached', cacheComponents: true },
  { name: 'shop', cacheComponents: false },
])('the shop, $name', (variant) => {
  let app: NextApp
  let server: NextServer
  let redis: RedisServer

  beforeAll(async () => {
    app = prepareApp(shop, variant)
    redis = await startRedis({ appendonly: true })
    await app.build()
  }, 300_000)
  afterEach(() => server.stop())
  afterAll(async () => {
    app.remove()
    await redis.stop()
  })

  test('keeps cart, preferences and sign-in on SQLite when it is killed and started again', async () => {
    server = await app.start()
    await shopAndSignIn(server.url)
    await page.goto('about:blank')
    await server.stop('SIGKILL')
    server = await app.start()
    await seeEverythingAgain(server.url)

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('You are signed out').waitFor()
    await page.goto(`${server.url}/dashboard`)
    await page.waitForURL('**/login')
    expect(complaints).toEqual([])
    expect(server.log()).not.toMatch(/⚠|warn|error/i)
  })

  test('keeps them on Redis when both are killed and started again', async () => {
    server = await app.start({ env: { REDIS_URL: redis.url } })
    await shopAndSignIn(server.url)
    await page.goto('about:blank')
    await server.stop('SIGKILL')
    await redis.kill9()
    await redis.restart()
    server = await app.start({ env: { REDIS_URL: redis.url } })
    await seeEverythingAgain(server.url)
    expect(complaints).toEqual([])
  })

  test('loses no click of two tabs at once', async () => {
    server = await app.start()
    await page.goto(server.url)
    const first = page.locator('form', { has: page.locator('input[value=mug]') }).getByRole('button')
    await first.click()
    await cartHolds(1)
    const other = await context.newPage()
    await other.goto(server.url)
    const second = other.locator('form', { has: other.locator('input[value=mug]') }).getByRole('button')
    const press = async (tab: Page, button: Locator): Promise<void> => {
      await Promise.all([
        tab.waitForResponse((answer) => answer.request().method() === 'POST'),
        button.click(),
      ])
    }
    for (let round = 0; round < 5; round++) await Promise.all([press(page, first), press(other, second)])
    await expect
      .poll(() =>
        page
          .goto(server.url)
          .then(() => page.getByRole('link', { name: /^Cart/ }).getAttribute('aria-label')),
      )
      .toBe('Cart, 11 items')
  })

  test('lists devices, signs one out, then all others, and tells them why', async () => {
    server = await app.start()
    const others = await Promise.all([1, 2].map(() => browser.newContext().then((other) => other.newPage())))
    for (const other of [page, ...others]) {
      await other.goto(`${server.url}/login`)
      await signIn('lovelace', other)
      await other.waitForURL('**/dashboard')
    }
    const learnsWhy = async (other: Page): Promise<void> => {
      await other.goto(`${server.url}/dashboard`)
      await other.getByText('You were signed out from another device').waitFor()
    }
    await page.goto(`${server.url}/account/devices`)
    expect(await page.getByText('This device').count()).toBe(1)
    await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
    await page.getByText('That device is signed out').waitFor()
    await learnsWhy(others[0]!)
    await others[1]!.goto(`${server.url}/dashboard`)
    await others[1]!.getByText('Ada (ada)').waitFor()
    await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
    await page.getByText('Signed out on 1 other device').waitFor()
    await learnsWhy(others[1]!)
    await page.goto(`${server.url}/dashboard`)
    await page.getByText('Ada (ada)').waitFor()
    await Promise.all(others.map((other) => other.context().close()))
    expect(complaints).toEqual([])
  })

  test('answers the user route as the guide shows it, with a session of 900 seconds', async () => {
    server = await app.start()
    const first = await fetch(`${server.url}/api/user/noah`)
    const body = (await first.json()) as { userName: string; sessionId: string }
    expect(body).toEqual({ userName: 'noah', sessionId: expect.stringMatching(/^[\w-]{16}$/) })
    const [line = ''] = first.headers.getSetCookie()
    expect(line).toMatch(/^visit=[\w-]{43};.*Max-Age=900/)
    expect(line).not.toContain(body.sessionId)
    const again = await fetch(`${server.url}/api/user/noah`, {
      headers: { cookie: line.split(';')[0] ?? '' },
    })
    expect(await again.json()).toEqual(body)
    expect(again.headers.getSetCookie()).toEqual([])
  })

  test('counts views in the Pages Router, page and API together', async () => {
    server = await app.start()
    await page.goto(`${server.url}/legacy`)
    expect(await page.locator('strong').textContent()).toBe('once')
    await page.reload()
    expect(await page.locator('strong').textContent()).toBe('2 times')
    const answer = await page.evaluate(() => fetch('/api/views').then((response) => response.json()))
    expect(answer).toMatchObject({ views: 3 })
    expect(complaints).toEqual([])
  })

  test('shows that the session store cannot be reached, and nothing of where it is', async () => {
    server = await app.start({ env: { REDIS_URL: redis.url } })
    await page.goto(server.url)
    await page
      .locator('form', { has: page.locator('input[value=mug]') })
      .getByRole('button')
      .click()
    await cartHolds(1)
    redis.pause()
    try {
      await page.goto(`${server.url}/cart`)
      await page.getByRole('heading', { name: /session/i }).waitFor({ timeout: 20_000 })
    } finally {
      redis.resume()
    }
    expect(await page.content()).not.toContain(String(redis.port))
    expect(server.log()).not.toContain(`:${redis.port}`)
  })
})

test('the shop in development says nothing on the console', async () => {
  const app = prepareApp(shop, { name: 'shop-dev', cacheComponents: true })
  const server = await app.start({ dev: true })
  try {
    await shopAndSignIn(server.url)
    // By fetch: on a page of the Pages Router, Next's own development client complains.
    for (const path of ['/legacy', '/api/views']) {
      expect(await page.evaluate((url) => fetch(url).then(({ status }) => status), path)).toBe(200)
    }
    expect(complaints).toEqual([])
    expect(server.log()).not.toMatch(/⚠|unstable value|API resolved without/)
  } finally {
    await server.stop()
    app.remove()
  }
})
