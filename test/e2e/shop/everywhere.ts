import { join } from 'node:path'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchChromium } from '../../support/chromium.ts'
import { buildApp, type NextApp, type NextServer } from '../../support/next-app.ts'
import { type Backend, BACKENDS } from './backends.ts'
import { adding, cartHolds, enterPassword, seeEverythingAgain, shopAndSignIn, signOut } from './shopping.ts'

const shop = join(import.meta.dirname, '../../../examples/shop')

/** Builds the shop. */
export function buildShop(cacheComponents: boolean): Promise<NextApp> {
  return buildApp(shop, { name: cacheComponents ? 'shop-cached' : 'shop', cacheComponents })
}

/** What a visitor of the shop sees, served from backends that sessions may live in. */
export function testShop(cacheComponents: boolean, backends: readonly (keyof typeof BACKENDS)[]): void {
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let complaints: string[]
  let app: NextApp

  beforeAll(async () => {
    ;[app, browser] = await Promise.all([buildShop(cacheComponents), launchChromium()])
  })
  afterAll(async () => {
    await browser?.close()
    app?.remove()
  })

  beforeEach(async () => {
    complaints = []
    context = await browser.newContext()
    page = await context.newPage()
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
  })
  afterEach(() => context.close())

  /** Serves the shop from a backend. */
  function open(name: keyof typeof BACKENDS): { backend: Backend; server: NextServer } {
    const open = {} as { backend: Backend; server: NextServer }
    beforeAll(async () => {
      open.backend = await BACKENDS[name]()
      open.server = await app.start({ env: open.backend.env })
    })
    afterAll(async () => {
      await open.server?.stop()
      await open.backend?.stop()
    })
    return open
  }

  describe.each(backends)('on %s', (name) => {
    const at = open(name)

    test('keeps cart, preferences and sign-in when everything is killed and started again', async () => {
      await shopAndSignIn(page, at.server.url)
      await page.goto('about:blank')
      await at.server.stop('SIGKILL')
      await at.backend.crash()
      at.server = await app.start({ env: at.backend.env })
      await seeEverythingAgain(page, at.server.url)
      await signOut(page, at.server.url)
      expect(complaints).toEqual([])
      expect(at.server.log()).not.toMatch(/⚠|warn|error/i)
    })

    test('loses no click of two tabs at once', async () => {
      await page.goto(at.server.url)
      const first = adding(page, 'mug')
      await first.click()
      await cartHolds(page, 1)
      const other = await context.newPage()
      await other.goto(at.server.url)
      const second = adding(other, 'mug')
      const press = async (tab: Page, button: Locator): Promise<void> => {
        await Promise.all([
          tab.waitForResponse((answer) => answer.request().method() === 'POST'),
          button.click(),
        ])
      }
      for (let round = 0; round < 5; round++) await Promise.all([press(page, first), press(other, second)])
      await expect
        .poll(
          async () => {
            await page.goto(at.server.url)
            return page.getByRole('link', { name: /^Cart/ }).getAttribute('aria-label')
          },
          { timeout: 30_000 },
        )
        .toBe('Cart, 11 items')
    })

    test('lists devices, signs one out, then all others, and tells them why', async () => {
      const others = await Promise.all(
        [1, 2].map(() => browser.newContext().then((other) => other.newPage())),
      )
      for (const other of [page, ...others]) {
        await other.goto(`${at.server.url}/login`)
        await enterPassword(other, 'lovelace')
        await other.waitForURL('**/dashboard')
      }
      const learnsWhy = async (other: Page): Promise<void> => {
        // The dashboard that is open is left for the sign-in page.
        await other.getByText('You were signed out from another device').waitFor()
      }
      await page.goto(`${at.server.url}/account/devices`)
      expect(await page.getByText('This device').count()).toBe(1)
      await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
      await page.getByText('That device is signed out').waitFor()
      await learnsWhy(others[0]!)
      await others[1]!.goto(`${at.server.url}/dashboard`)
      await others[1]!.getByText('Ada (ada)').waitFor()
      await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
      await page.getByText('Signed out on 1 other device').waitFor()
      await learnsWhy(others[1]!)
      await page.goto(`${at.server.url}/dashboard`)
      await page.getByText('Ada (ada)').waitFor()
      await Promise.all(others.map((other) => other.context().close()))
      expect(complaints).toEqual([])
    })

    test('answers the user route as the guide shows it, with a session of 900 seconds', async () => {
      const first = await fetch(`${at.server.url}/api/user/noah`)
      const body = (await first.json()) as { userName: string; sessionId: string }
      expect(body).toEqual({ userName: 'noah', sessionId: expect.stringMatching(/^[\w-]{16}$/) })
      const [line = ''] = first.headers.getSetCookie()
      expect(line).toMatch(/^visit=[\w-]{43};.*Max-Age=900/)
      expect(line).not.toContain(body.sessionId)
      const again = await fetch(`${at.server.url}/api/user/noah`, {
        headers: { cookie: line.split(';')[0] ?? '' },
      })
      expect(await again.json()).toEqual(body)
      expect(again.headers.getSetCookie()).toEqual([])
    })

    test('counts views in the Pages Router, page and API together', async () => {
      await page.goto(`${at.server.url}/legacy`)
      expect(await page.locator('strong').textContent()).toBe('once')
      await page.reload()
      expect(await page.locator('strong').textContent()).toBe('2 times')
      const answer = await page.evaluate(() => fetch('/api/views').then((response) => response.json()))
      expect(answer).toMatchObject({ views: 3 })
      expect(complaints).toEqual([])
    })
  })

  // A file does not fall silent.
  describe.each(backends.filter((name) => name !== 'SQLite'))('when %s falls silent', (name) => {
    const at = open(name)

    test('shows that sessions cannot be reached, nothing of where they are, and later that none is lost', async () => {
      await page.goto(at.server.url)
      await adding(page, 'mug').click()
      await cartHolds(page, 1)
      at.backend.pause()
      try {
        await page.goto(`${at.server.url}/cart`)
        await page.getByRole('heading', { name: /session/i }).waitFor({ timeout: 20_000 })
      } finally {
        await at.backend.resume()
      }
      for (const secret of at.backend.secrets) {
        expect(await page.content()).not.toContain(secret)
        expect(at.server.log()).not.toContain(secret)
      }
      await expect
        .poll(
          async () => {
            await page.goto(`${at.server.url}/cart`)
            return page.getByRole('button', { name: 'One Harbour mug more' }).count()
          },
          { timeout: 30_000 },
        )
        .toBe(1)
    })
  })
}
