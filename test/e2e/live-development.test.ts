/** React runs every effect twice in development, and there the hooks say what is wrong. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { type NextApp, type NextServer, prepareApp } from '../support/next-app.ts'
import {
  ask,
  assertShows,
  closeDevices,
  complaints,
  openDevice,
  openTab,
  signedIn,
  streamOf,
} from './live/tabs.ts'

const folder = mkdtempSync(join(tmpdir(), 'sojourn-development-'))
let browser: Browser
let app: NextApp
let server: NextServer

beforeAll(async () => {
  browser = await launchChromium()
  app = prepareApp(join(import.meta.dirname, 'apps/live'), { name: 'live-development', basePath: '/shop' })
  server = await app.start({ dev: true, env: { SESSIONS_FILE: join(folder, 'sessions.db') } })
  // Each is compiled when it is first asked for.
  for (const path of ['', '/astray', '/api/session', '/nowhere']) await fetch(`${server.url}/shop${path}`)
})
afterAll(async () => {
  await browser.close()
  await server.stop()
  app.remove()
  rmSync(folder, { recursive: true, force: true })
})
afterEach(async () => {
  await closeDevices()
  complaints.length = 0
})

function device(): Promise<BrowserContext> {
  return openDevice(browser, `${server.url}/shop/`)
}

test('a tab is told of the end of its session, below a basePath, without complaints', async () => {
  const page = await signedIn(await device())
  await ask(await signedIn(await device()), 'revoke')
  await assertShows(page, 'anonymous nobody 0 later revoked')
  expect(complaints).toEqual([])
})

test('the next tab takes over when one goes away', async () => {
  const context = await device()
  const first = await signedIn(context)
  const second = await openTab(context)
  await assertShows(second, 'authenticated ada')
  const stream = streamOf(second)
  await first.close()
  await stream
  await ask(await signedIn(await device()), 'revoke')
  await assertShows(second, 'anonymous nobody 0 later revoked')
})

test('a wrong address is said once', async () => {
  const page = await openTab(await device(), 'astray')
  const warnings = (): string[] => complaints.filter((text) => text.startsWith('sojourn'))
  await expect.poll(warnings, { timeout: 15_000 }).toHaveLength(1)
  expect(warnings()[0]).toMatch(/not live.*status 404.*\/nowhere/)
  await page.click('#refresh')
  await page.waitForLoadState('networkidle')
  expect(warnings()).toHaveLength(1)
})
