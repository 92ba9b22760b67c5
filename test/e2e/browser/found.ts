import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Scene } from './scene.ts'
import { assertSame, loadPages, shown } from './tab.ts'

/** Lists whose page is asked for something else, and whose items change on the server. */
export function testFound(scene: Scene): void {
  test.each([
    ['/found', 'the server', 20],
    ['/searched', 'the browser', 0],
  ])('%s is another list for another search by %s, and back after Back', async (address, _, fresh) => {
    const { page } = await scene.open()
    await page.goto(`${scene.url}${address}?q=a`)
    await heading(page, 'a')
    await loadPages(page, 2)
    await page.evaluate(() => scrollTo(0, 407))
    const before = await seen(page)
    expect(before.keys).toHaveLength(fresh + 40)
    await page.click('#find-b >> visible=true')
    await heading(page, 'b')
    await expect.poll(() => titles(page)).toHaveLength(fresh)
    await loadPages(page, 1)
    expect((await titles(page)).every((title) => title.startsWith('b'))).toBe(true)
    await page.goBack()
    await heading(page, 'a')
    await expect.poll(async () => (await titles(page)).length).toBe(fresh + 40)
    expect((await titles(page)).every((title) => title.startsWith('a'))).toBe(true)
    assertSame(await seen(page), before)
    await page.goForward()
    await heading(page, 'b')
    await expect.poll(async () => (await titles(page)).length).toBe(fresh + 20)
    expect((await titles(page)).every((title) => title.startsWith('b'))).toBe(true)
  })

  test('is another list for a search in the place of the one before, also after a reload', async () => {
    const { page } = await scene.open()
    await page.goto(`${scene.url}/found?q=a`)
    await loadPages(page, 1)
    await page.click('#replace')
    await heading(page, 'c')
    await expect.poll(() => titles(page)).toHaveLength(20)
    await page.reload()
    await expect.poll(() => titles(page)).toHaveLength(20)
    expect((await titles(page))[0]).toBe('c 1')
  })

  test('stays beneath another page, such as a modal', async () => {
    const { page } = await open(scene)
    await page.evaluate(() => history.pushState(null, '', '/item/1'))
    await loadPages(page, 1)
    await page.goBack()
    expect((await seen(page)).keys).toHaveLength(80)
    await page.reload()
    await expect.poll(async () => (await titles(page)).length).toBe(80)
  })

  test('shows what the server says of the first page after an action', async () => {
    const { page, q } = await open(scene)
    await page.evaluate(() => scrollTo(0, 810))
    const before = await seen(page)
    expect(before.first).toBe('21')
    await act(page, 'rename', 4)
    await expect.poll(() => titles(page)).toContain(`${q} changed`)
    await act(page, 'delete', 3)
    await expect.poll(() => titles(page)).not.toContain(`${q} 3`)
    const after = await seen(page)
    expect(after.keys).toHaveLength(59)
    expect([after.first, Math.round(after.top)]).toEqual([before.first, Math.round(before.top)])
    await page.reload()
    expect((await seen(page)).keys).toEqual(after.keys)
  })

  test('shows on Back what the server has changed meanwhile', async () => {
    const { page, q } = await open(scene)
    await page.goto(scene.elsewhere)
    const other = await scene.open()
    await other.page.goto(`${scene.url}/found?q=${q}`)
    await act(other.page, 'delete', 5)
    await expect.poll(() => titles(other.page)).not.toContain(`${q} 5`)
    await page.goBack()
    await expect.poll(async () => (await titles(page)).length).toBe(59)
    expect(await titles(page)).not.toContain(`${q} 5`)
  })

  test('changes and removes an item of a later page, and keeps that', async () => {
    const { page, q } = await open(scene)
    await act(page, 'update', 45)
    await expect.poll(() => titles(page)).toContain(`${q} changed`)
    await act(page, 'remove', 46)
    await expect.poll(() => titles(page)).not.toContain(`${q} 46`)
    const after = await titles(page)
    expect(after).toHaveLength(59)
    await page.reload()
    await expect.poll(() => titles(page)).toEqual(after)
  })

  test('loads all pages again, and keeps what is in view', async () => {
    const { page, q } = await open(scene)
    await page.evaluate(() => scrollTo(0, 1810))
    const before = await seen(page)
    await act(page, 'refresh', 30)
    await expect.poll(() => titles(page)).not.toContain(`${q} 30`)
    const after = await seen(page)
    expect(after.keys).toHaveLength(60)
    expect([after.first, Math.round(after.top)]).toEqual([before.first, Math.round(before.top)])
  })
}

let searches = 0

/** A search of its own with three pages, which no other test changes. */
async function open(scene: Scene): Promise<{ page: Page; q: string }> {
  const { page } = await scene.open()
  const q = `own${(searches += 1)}`
  await page.goto(`${scene.url}/found?q=${q}`)
  await loadPages(page, 2)
  return { page, q }
}

async function act(page: Page, button: string, id: number): Promise<void> {
  await page.fill('#id', `${id}`)
  await page.click(`#${button}`)
}

function heading(page: Page, text: string): Promise<void> {
  return page.locator('#posts h1').filter({ visible: true, hasText: text }).waitFor()
}

/** Without the hidden copies of a page that Next.js may keep. */
function titles(page: Page): Promise<string[]> {
  return page.locator('#posts li').filter({ visible: true }).allTextContents()
}

/** Once the list is there, which hidden copies may precede. */
async function seen(page: Page): ReturnType<typeof shown> {
  await page.locator('#posts li').filter({ visible: true }).first().waitFor()
  return shown(page)
}
