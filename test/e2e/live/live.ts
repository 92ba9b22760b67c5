import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../../support/chromium.ts'
import { buildApp, type NextApp, type NextServer } from '../../support/next-app.ts'
import { type RedisServer, startRedis } from '../../support/redis-server.ts'
import {
  ask,
  assertShows,
  closeDevices,
  complaints,
  isStream,
  openDevice,
  openTab,
  questions,
  said,
  signedIn,
  streamOf,
} from './tabs.ts'

const source = join(import.meta.dirname, '../apps/live')

interface Stage {
  name: string
  store: 'SQLite' | 'Redis'
  cacheComponents: boolean
  basePath: string
}

/** A session that every tab of a browser follows, served by two processes on one store. */
export function testLive({ name, store, cacheComponents, basePath }: Stage): void {
  let browser: Browser
  let redis: RedisServer | null = null
  let folder: string
  let app: NextApp
  let env: Record<string, string>
  let server: NextServer
  /** Another process on the same store. */
  let elsewhere: NextServer

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sojourn-live-'))
    if (store === 'Redis') redis = await startRedis()
    env = redis === null ? { SESSIONS_FILE: join(folder, 'sessions.db') } : { REDIS_URL: redis.url }
    app = await buildApp(source, { name, cacheComponents, basePath })
    ;[server, elsewhere, browser] = await Promise.all([
      app.start({ env }),
      app.start({ env }),
      launchChromium(),
    ])
  })
  afterAll(async () => {
    await Promise.all([browser?.close(), server?.stop(), elsewhere?.stop()])
    app?.remove()
    await redis?.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  afterEach(closeDevices)

  /** A device of its own, which visits a process. */
  function device(at: NextServer = server): Promise<BrowserContext> {
    return openDevice(browser, `${at.url}${basePath}/`)
  }

  test('a guest is anonymous, and nothing is asked of the server', async () => {
    const page = await (await device()).newPage()
    const asked = questions(page)
    await page.goto('./')
    await assertShows(page, 'anonymous nobody 0 later alive')
    await page.waitForLoadState('networkidle')
    expect(asked).toEqual([])
  })

  test('the first value comes with the page, and nothing else than toClient selects', async () => {
    const context = await device()
    const page = await signedIn(context)
    await page.click('#count')
    await assertShows(page, 'authenticated ada 1 later alive')
    const second = await context.newPage()
    const asked = questions(second)
    await second.goto('./')
    await second.waitForLoadState('load')
    await expect.poll(() => said(second)).toEqual(['authenticated ada 1 later alive'])
    expect(asked.filter((accept) => accept.includes('json'))).toEqual([])
    const html = await (await context.request.get('./')).text()
    expect(html).toContain('ada')
    expect(html).not.toContain('the card of ada')
    const told: unknown = await (await context.request.get('./api/session')).json()
    expect(JSON.stringify(told)).not.toContain('the card of ada')
    expect(told).toMatchObject({ data: { name: 'ada', visits: 1 }, ended: null })
  })

  test.each(['here', 'elsewhere'] as const)(
    'a revocation is seen on another device in less than a second, without polling: process %s',
    async (where) => {
      const times: number[] = []
      // A machine that does much else may be late; it is not late three times.
      for (let round = 0; round < 3 && !times.some((time) => time < 1000); round++) {
        const revoking = await signedIn(await device(where === 'here' ? server : elsewhere))
        const page = await signedIn(await device())
        const asked = questions(page)
        const gone = page.waitForFunction(() =>
          document.querySelector('#badge')?.textContent?.includes('anonymous'),
        )
        const begun = performance.now()
        await Promise.all([ask(revoking, 'revoke'), gone])
        times.push(performance.now() - begun)
        expect(await page.textContent('#badge')).toBe('anonymous nobody 0 later revoked')
        expect(await revoking.textContent('#badge')).toContain('authenticated ada')
        expect(asked).toEqual([])
        await ask(revoking, 'logout')
      }
      console.log(
        `${name}: a revocation in the process ${where} was seen after ${times.map(Math.round).join(', ')} ms`,
      )
      expect(Math.min(...times)).toBeLessThan(1000)
    },
  )

  test('a sign-out is seen in every tab, and so is the next sign-in', async () => {
    const context = await device()
    const first = await signedIn(context)
    const tabs = [await openTab(context), await openTab(context)]
    for (const tab of tabs) await assertShows(tab, 'authenticated ada')
    await first.click('#leave')
    for (const tab of [first, ...tabs]) await assertShows(tab, 'anonymous nobody 0 later logout')
    await first.click('#bob')
    for (const tab of [first, ...tabs]) await assertShows(tab, 'authenticated bob 0 later alive')
  })

  test('a browser holds one stream for all its tabs, and the next tab takes over', async () => {
    const context = await device()
    const first = await signedIn(context)
    const second = await context.newPage()
    const asked = questions(second)
    await second.goto('./')
    await assertShows(second, 'authenticated ada')
    await second.waitForLoadState('networkidle')
    expect(asked).toEqual([])
    const stream = streamOf(second)
    await first.close()
    await stream
    const other = await signedIn(await device(elsewhere))
    await ask(other, 'revoke')
    await assertShows(second, 'anonymous nobody 0 later revoked')
  })

  test('a sign-in as somebody else leaves nothing of the person before, in no tab and no render', async () => {
    const context = await device()
    const first = await signedIn(context)
    const second = await openTab(context)
    await assertShows(second, 'authenticated ada')
    for (const tab of [first, second]) {
      await tab.fill('#draft', 'a secret of ada')
      await expect.poll(() => tab.textContent('#seen')).toBe('ada:a secret of ada')
    }
    await first.reload()
    await expect.poll(() => first.textContent('#seen')).toBe('ada:a secret of ada')
    await first.click('#bob')
    for (const tab of [first, second]) {
      await assertShows(tab, 'authenticated bob')
      await expect.poll(() => tab.textContent('#seen')).toBe('bob:')
      const seen = await tab.evaluate(() => (window as unknown as { drafts: string[] }).drafts)
      expect(seen.filter((text) => /secret/.test(text) && !text.startsWith('ada:'))).toEqual([])
      expect(await tab.evaluate(() => JSON.stringify(Object.entries(sessionStorage)))).not.toContain('secret')
    }
    await second.reload()
    await expect.poll(() => second.textContent('#seen')).toBe('bob:')
  })

  test('what a person wrote is gone with their session, and stays through a new token', async () => {
    const context = await device()
    const page = await signedIn(context)
    await page.fill('#draft', 'a secret of ada')
    await ask(page, 'rotate')
    await page.reload()
    await expect.poll(() => page.textContent('#seen')).toBe('ada:a secret of ada')
    await ask(await signedIn(await device(elsewhere)), 'revoke')
    await assertShows(page, 'anonymous nobody 0 later revoked')
    await expect.poll(() => page.textContent('#seen')).toBe('nobody:')
    expect(await page.evaluate(() => JSON.stringify(Object.entries(sessionStorage)))).not.toContain('secret')
  })

  test('a new token signs nobody out, in no tab', async () => {
    const context = await device()
    const first = await signedIn(context)
    const second = await openTab(context)
    await assertShows(second, 'authenticated ada')
    const stream = streamOf(first)
    await ask(second, 'rotate')
    await stream
    const next = streamOf(first)
    await ask(second, 'login')
    await next
    for (const tab of [first, second]) {
      await tab.click('#refresh')
      expect((await said(tab)).filter((text) => text.startsWith('anonymous')).length).toBeLessThan(2)
      expect((await said(tab)).at(-1)).toContain('authenticated ada')
    }
    await ask(await signedIn(await device(elsewhere)), 'revoke')
    for (const tab of [first, second]) await assertShows(tab, 'anonymous nobody 0 later revoked')
  })

  test('a sign-in by fetch is seen after refresh(), and then in every tab', async () => {
    const context = await device()
    const first = await openTab(context)
    const second = await openTab(context)
    await ask(first, 'login')
    await first.click('#refresh')
    for (const tab of [first, second]) await assertShows(tab, 'authenticated ada')
    await ask(second, 'logout')
    for (const tab of [first, second]) await assertShows(tab, 'anonymous nobody 0 later logout')
  })

  test('an answer that was overtaken is not shown, in no tab', async () => {
    const context = await device()
    const page = await signedIn(context)
    const other = await openTab(context)
    await assertShows(other, 'authenticated ada')
    const [arrival, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let isHeld = false
    await page.route('**/api/session', async (route) => {
      if (isHeld || route.request().headers()['accept'] !== 'application/json') return route.continue()
      isHeld = true
      const response = await route.fetch()
      arrival.resolve()
      await release.promise
      await route.fulfill({ response })
    })
    await page.click('#refresh')
    await arrival.promise
    await page.click('#leave')
    await assertShows(page, 'anonymous nobody 0 later logout')
    const answered = page.waitForEvent('requestfinished', (request) => request.url().endsWith('/api/session'))
    release.resolve()
    await answered
    await page.click('#refresh')
    for (const tab of [page, other]) {
      await assertShows(tab, 'anonymous nobody 0 later logout')
      const texts = await said(tab)
      expect(texts.slice(texts.findIndex((text) => text.includes('logout'))).length).toBe(1)
    }
  })

  test('the focus asks again', async () => {
    const page = await signedIn(await device())
    const asked = questions(page)
    await expect
      .poll(async () => {
        await page.evaluate(() => window.dispatchEvent(new Event('focus')))
        return asked
      })
      .toContain('application/json')
  })

  test('without streams and locks, the focus tells', async () => {
    const context = await device()
    await context.route('**/api/session', (route) =>
      route.request().headers()['accept'] === 'application/json'
        ? route.continue()
        : route.fulfill({ status: 204 }),
    )
    await context.addInitScript(() => {
      Object.defineProperty(navigator, 'locks', { value: undefined })
    })
    const page = await openTab(context)
    await page.click('#ada')
    await assertShows(page, 'authenticated ada')
    await ask(await signedIn(await device()), 'revoke')
    await page.evaluate(() => window.dispatchEvent(new Event('focus')))
    await assertShows(page, 'anonymous nobody 0 later revoked')
  })

  test('a page that was rendered without a session asks for it', async () => {
    const context = await device()
    await signedIn(context)
    const page = await openTab(context, 'unknown')
    await assertShows(page, 'authenticated ada')
    expect((await said(page))[0]).toMatch(/^loading nobody -/)
  })

  test('a page that waited for the session shows it, also after a soft navigation', async () => {
    const context = await device()
    const page = await signedIn(context)
    await page.click('text=awaited')
    await page.waitForURL('**/awaited')
    await assertShows(page, 'authenticated ada')
    const direct = await openTab(context, 'awaited')
    await assertShows(direct, 'authenticated ada')
    await ask(await signedIn(await device(elsewhere)), 'revoke')
    for (const tab of [page, direct]) await assertShows(tab, 'anonymous nobody 0 later revoked')
  })

  test('a page that is left open, and looked at, keeps no session alive', async () => {
    const context = await device()
    const page = await signedIn(context)
    const before = (await (await context.request.get('./api/session')).json()) as { expiresAt: number }
    await page.waitForTimeout(1100)
    await page.click('#refresh')
    const after = (await (await context.request.get('./api/session')).json()) as { expiresAt: number }
    expect(after.expiresAt).toBe(before.expiresAt)
  })

  test('the end is told two minutes before, once the server has confirmed it, until it moves', async () => {
    const page = await openTab(await device())
    const asked = questions(page)
    await page.click('#briefly')
    await assertShows(page, 'authenticated ada 0 soon alive')
    expect(await said(page)).toContain('authenticated ada 0 later alive')
    expect(asked).toContain('application/json')
    await page.click('#stay')
    await assertShows(page, 'authenticated ada 0 later alive')
  })

  test('a page that the browser put away and took out again listens again', async () => {
    const page = await signedIn(await device())
    const asked = questions(page)
    await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })))
    await ask(await signedIn(await device()), 'revoke')
    expect(await page.textContent('#badge')).toContain('authenticated ada')
    await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
    await assertShows(page, 'anonymous nobody 0 later revoked')
    expect(asked).toContain('application/json')
  })

  test('open streams do not keep a server from stopping, and are there again after a restart', async () => {
    const context = await device()
    const page = await signedIn(context)
    const { port } = server
    const stopped = server.stop().then(() => 'stopped')
    expect(await Promise.race([stopped, sleep(30_000)])).toBe('stopped')
    const asked = page.waitForResponse(isStream, { timeout: 60_000 })
    server = await app.start({ env, port })
    await asked
    // The browser tells the console that it found no server meanwhile.
    expect(complaints.splice(0).filter((text) => !text.includes('net::ERR_'))).toEqual([])
    await ask(await signedIn(await device(elsewhere)), 'revoke')
    await assertShows(page, 'anonymous nobody 0 later revoked')
  })

  test('neither the browsers nor the servers had anything to complain about', () => {
    expect(complaints).toEqual([])
    expect(`${server.log()}${elsewhere.log()}`).not.toMatch(/error|unstable value/i)
  })
}
