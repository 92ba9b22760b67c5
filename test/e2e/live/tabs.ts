/**
 * Devices and tabs that visit the application in apps/live.
 *
 * @module
 */

import type { Browser, BrowserContext, Page, Response } from 'playwright-core'
import { expect } from 'vitest'

const contexts: BrowserContext[] = []

/** What tabs have written to their consoles since somebody took it out. */
export const complaints: string[] = []

/** A device of its own: cookies, storage and tabs that no other has. `baseURL` ends with a slash. */
export async function openDevice(browser: Browser, baseURL: string): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL })
  context.setDefaultTimeout(15_000)
  contexts.push(context)
  return context
}

/** Closes all that were opened. */
export async function closeDevices(): Promise<void> {
  await Promise.all(contexts.splice(0).map((context) => context.close()))
}

/** A tab that shows a page. */
export async function openTab(context: BrowserContext, path = ''): Promise<Page> {
  const page = await context.newPage()
  page.on('console', (message) => {
    if (/error|warning/.test(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(`./${path}`)
  return page
}

/** A tab where ada has signed in, and which is being told of news. */
export async function signedIn(context: BrowserContext): Promise<Page> {
  const page = await openTab(context)
  const stream = streamOf(page)
  await page.click('#ada')
  await assertShows(page, 'authenticated ada')
  await stream
  return page
}

/** Resolves when a tab begins to be told of news. */
export async function streamOf(page: Page): Promise<void> {
  await page.waitForResponse(isStream)
}

/** Whether a response is a stream of news. */
export function isStream(response: Response): boolean {
  return (response.headers()['content-type'] ?? '').startsWith('text/event-stream')
}

/** Waits until the badge of a tab shows a text. */
export async function assertShows(page: Page, text: string): Promise<void> {
  await expect.poll(() => page.textContent('#badge'), { timeout: 15_000, interval: 10 }).toContain(text)
}

/** Has a tab do something by `fetch`. */
export async function ask(page: Page, what: string): Promise<void> {
  await page.evaluate(
    async (data) => {
      const base = document.body.dataset['base'] ?? ''
      const response = await fetch(`${base}/api/do`, { method: 'POST', body: JSON.stringify(data) })
      await response.json()
    },
    { what },
  )
}

/** Every text that the badge of a tab has rendered, without repetitions; none before it has. */
export function said(page: Page): Promise<string[]> {
  return page.evaluate(() => (window as unknown as { badges?: string[] }).badges ?? [])
}

/** What a tab asks the route from now on, by what it accepts. */
export function questions(page: Page): string[] {
  const asked: string[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/api/session')) asked.push(request.headers()['accept'] ?? '')
  })
  return asked
}
