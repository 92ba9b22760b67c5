/**
 * One tab of a real Chromium, which notes every complaint, and what a list on it looks like.
 *
 * @module
 */

import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'

/** A tab, and what its pages and their requests did. */
export interface Tab {
  readonly page: Page
  /** Errors and warnings of the console, and uncaught exceptions. */
  readonly complaints: string[]
  /** The uncaught exceptions among them. */
  readonly exceptions: string[]
  /** Addresses asked for items so far. */
  readonly loads: string[]
}

/** What a list shows. */
export interface Shown {
  keys: string[]
  /** The first item that can be seen, and where its top is. */
  first: string | undefined
  top: number
}

/** Opens a tab. */
export async function openTab(context: BrowserContext): Promise<Tab> {
  return watchTab(await context.newPage())
}

/** Watches a tab that is open. */
export function watchTab(page: Page): Tab {
  const complaints: string[] = []
  const exceptions: string[] = []
  const loads: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.text()} ${message.location().url}`)
  })
  page.on('pageerror', (error) => {
    complaints.push(error.message)
    exceptions.push(error.message)
  })
  page.on('request', (request) => {
    if (request.url().includes('/api/items') || request.method() === 'POST') loads.push(request.url())
  })
  return { page, complaints, exceptions, loads }
}

/** What a list shows, once the page has been at rest for so many frames. */
export async function shown(page: Page, list = 'posts', frames = 40): Promise<Shown> {
  await page.locator(`#${list} li`).first().waitFor()
  return page.evaluate(
    async ([id, count]) => {
      for (let i = 0; i < count; i++) await new Promise(requestAnimationFrame)
      const items = [...document.querySelectorAll<HTMLElement>(`#${id} li`)].filter((item) =>
        item.checkVisibility(),
      )
      const first = items.find((item) => item.getBoundingClientRect().bottom > 0)
      return {
        keys: items.map((item) => item.dataset['item'] ?? ''),
        first: first?.dataset['item'],
        top: first?.getBoundingClientRect().top ?? 0,
      }
    },
    [list, frames] as const,
  )
}

/** Fails unless a list shows the same items, the same one first, within two pixels. */
export function assertSame(now: Shown, before: Shown): void {
  expect({ count: now.keys.length, first: now.first }).toEqual({
    count: before.keys.length,
    first: before.first,
  })
  expect(now.keys).toEqual(before.keys)
  expect(Math.abs(now.top - before.top)).toBeLessThanOrEqual(2)
}

/** Opens a list, loads so many pages, scrolls; answers what it shows then. */
export async function browse(
  { page }: Tab,
  address: string,
  { pages = 3, top = 1507, list = 'posts' }: { pages?: number; top?: number; list?: string } = {},
): Promise<Shown> {
  await page.goto(address)
  await loadPages(page, pages, list)
  await page.evaluate((y) => scrollTo(0, y), top)
  return shown(page, list)
}

/** Presses the button for more so many times, each time waiting for the items. */
export async function loadPages(page: Page, pages: number, list = 'posts'): Promise<void> {
  const items = page.locator(`#${list} li`)
  await page.locator(`#${list} .more`).waitFor()
  for (let i = 0; i < pages; i++) {
    const before = await items.count()
    await page.locator(`#${list} .more`).click()
    await expect.poll(() => items.count(), { timeout: 20_000 }).toBeGreaterThan(before)
  }
}

/** Follows the first link of the list that is in view, and waits for its page. */
export async function followItem(page: Page, { first }: Shown): Promise<void> {
  await page.locator(`li[data-item="${Number(first) + 2}"] a`).click()
  await page.locator('#item').waitFor()
}

/** Back or Forward, also where the browser freezes pages, for which Playwright cannot wait. */
export async function travel(page: Page, steps: number): Promise<void> {
  const before = page.url()
  await page.evaluate((count) => void setTimeout(() => history.go(count)), steps)
  await expect.poll(() => page.url()).not.toBe(before)
}

/** Takes all the room that the storage has left. */
export async function fillStorage(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (let size = 2_000_000, i = 0; size >= 1;) {
      try {
        sessionStorage.setItem(`junk-${i++}`, 'x'.repeat(size))
      } catch {
        size = Math.floor(size / 2)
      }
    }
  })
}
