import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Scene, TabOptions } from './scene.ts'
import { fillStorage, type Tab } from './tab.ts'

/** Column in the documentation, and page of the application. */
const LIBRARIES = [
  ['sojourn', 'sojourn'],
  ['usehooks-ts', 'usehooks-ts'],
  ['usehooks-ts, `initializeWithValue: false`', 'usehooks-ts-later'],
  ['use-session-storage-state', 'use-session-storage-state'],
  ['jotai `atomWithStorage`', 'jotai'],
  ['zustand `persist`', 'zustand'],
] as const

type Open = (options?: TabOptions) => Promise<Tab>

/** Each row of the table, found out in a real browser. */
const ROWS: Record<string, (open: Open) => Promise<string>> = {
  async 'reload with a stored value'(open) {
    const { page, complaints } = await open()
    await page.click('#a .twice')
    await settled(page)
    complaints.length = 0
    await page.reload()
    await expect.poll(() => value(page, 'a')).toBe('2')
    await settled(page)
    return complaints.length === 0 ? 'clean' : 'hydration error'
  },
  async 'two components, one key'(open) {
    const { page } = await open()
    await page.click('#a .twice')
    await settled(page)
    return (await value(page, 'b')) === '2' ? 'same value' : 'differ'
  },
  async 'storage is full'(open) {
    const tab = await open()
    await fillStorage(tab.page)
    return afterSetting(tab)
  },
  async 'storage is blocked'(open) {
    return afterSetting(await open({ blocked: true }))
  },
  async 'damaged entry'(open) {
    const { page } = await open()
    await page.click('#a .twice')
    await settled(page)
    await page.evaluate(() => {
      for (const name of Object.keys(sessionStorage)) sessionStorage.setItem(name, '{')
    })
    await page.reload()
    await settled(page)
    return (await value(page, 'a')) === '0' ? 'default' : 'page fails'
  },
  async 'default that nobody set'(open) {
    const { page } = await open()
    return (await names(page)) > 0 ? 'stored' : 'not stored'
  },
  async 'after removing'(open) {
    const { page } = await open()
    await page.click('#a .twice')
    await settled(page)
    await page.click('#a .remove')
    await settled(page)
    const stored = (await names(page)) > 0 ? 'stored' : 'nothing stored'
    return `${(await value(page, 'a')) === '0' ? 'default' : 'old value'} shown, ${stored}`
  },
  async 'a `Date` after a reload'(open) {
    const { page } = await open()
    await page.click('#a .date')
    await settled(page)
    await page.reload()
    await settled(page)
    return (await page.textContent('#a em')) === 'date' ? '`Date`' : 'string'
  },
}

/** The table of the documentation, cell by cell. */
export function testLibraries(scene: Scene): void {
  test.each(LIBRARIES)('%s does what the table in docs/browser.md says', async (column, name) => {
    const open = async (options?: TabOptions): Promise<Tab> => {
      const tab = await scene.open(options)
      await tab.page.goto(`${scene.url}/libs/${name}`)
      await settled(tab.page)
      return tab
    }
    const found = await Promise.all(
      Object.entries(ROWS).map(async ([row, measure]) => [row, await measure(open)] as const),
    )
    await scene.leave(name === 'sojourn')
    expect(Object.fromEntries(found)).toEqual(columnOf(column))
  })
}

/** What became of a value that was set. */
async function afterSetting({ page, exceptions }: Tab): Promise<string> {
  if ((await page.locator('#a .twice').count()) === 0) return 'page fails'
  exceptions.length = 0
  await page.click('#a .twice')
  await settled(page)
  const [one, two] = [await value(page, 'a'), await value(page, 'b')]
  if (one === '0' || one !== two) return 'value lost'
  return exceptions.length > 0 ? 'kept in memory, setter throws' : 'kept in memory'
}

function columnOf(column: string): Record<string, string> {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/browser.md'), 'utf8')
  const table = text.split('\n\n').find((part) => part.startsWith('|') && part.includes('zustand'))
  const [head = [], , ...rows] = (table ?? '')
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
  const index = head.indexOf(column)
  return Object.fromEntries(rows.map((cells) => [cells[1] ?? '', cells[index] ?? '']))
}

/** Waits until the page is hydrated and all writes have happened, which libraries may put off. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle')
  await page.evaluate(async () => {
    for (let i = 0; i < 30; i++) await new Promise(requestAnimationFrame)
  })
}

async function value(page: Page, id: string): Promise<string> {
  return (await page.locator(`#${id} output`).allTextContents()).join()
}

function names(page: Page): Promise<number> {
  return page.evaluate(() => Object.keys(sessionStorage).filter((name) => !name.startsWith('__next')).length)
}
