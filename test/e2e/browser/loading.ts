import { expect, test } from 'vitest'
import type { Scene } from './scene.ts'
import { assertSame, browse, loadPages, shown } from './tab.ts'

/** How lists load their pages, and load them again. */
export function testLoading(scene: Scene): void {
  test('drops pages far from what is in view, and fetches them again', async () => {
    const tab = await scene.open()
    const { page } = tab
    const before = await browse(tab, `${scene.url}/bounded`, { pages: 14, top: 6003 })
    expect(before.keys).toHaveLength(300)
    await page.reload()
    const restored = await shown(page)
    expect(restored.keys.length).toBeLessThan(150)
    expect(before.keys.join()).toContain(restored.keys.join())
    assertSame({ ...restored, keys: [] }, { ...before, keys: [] })
    expect(tab.loads).toHaveLength(14)

    // Without the mouse, which would have to scroll there.
    await page.locator('.previous').dispatchEvent('click')
    await expect.poll(async () => (await shown(page, 'posts', 1)).keys.length).toBe(restored.keys.length + 20)
    const longer = await shown(page)
    assertSame({ ...longer, keys: [] }, { ...before, keys: [] })
    while ((await page.locator('.previous').count()) > 0) {
      const count = await page.locator('#posts li').count()
      await page.locator('.previous').click()
      await expect.poll(() => page.locator('#posts li').count()).toBeGreaterThan(count)
    }
    while ((await page.locator('#posts li').count()) < 300) await loadPages(page, 1)
    expect((await shown(page)).keys).toEqual(before.keys)
  })

  test('asks once for a page, however often it is told to, and no more when the list is gone', async () => {
    const tab = await scene.open()
    const { page, loads } = tab
    const aborted: string[] = []
    page.on('requestfailed', (request) => aborted.push(request.failure()?.errorText ?? ''))
    await page.goto(`${scene.url}/list`)
    await page.route('**/api/items**', () => {})
    await page.locator('.more').dblclick()
    await page.getByText('loading', { exact: true }).click()
    expect(loads).toHaveLength(1)
    await page.click('#to-')
    await page.locator('h1', { hasText: 'home' }).waitFor()
    await expect.poll(() => aborted).toEqual(['net::ERR_ABORTED'])
    await page.unroute('**/api/items**')
    await page.goBack()
    await loadPages(page, 1)
    expect((await shown(page)).keys).toHaveLength(40)
  })

  test('shows what a request failed with, also after a reload, and tries again', async () => {
    const tab = await scene.open()
    const { page, complaints } = tab
    await page.goto(`${scene.url}/list`)
    await page.route('**/api/items**', (route) => route.fulfill({ status: 500 }))
    await page.locator('.more').click()
    await page.getByText('status 500').waitFor()
    await page.reload()
    await page.getByText('status 500').waitFor()
    await page.unroute('**/api/items**')
    await loadPages(page, 1)
    expect(await page.textContent('.error')).toBe('')
    // The browser's own line about the answer.
    expect(complaints.splice(0)).toEqual([expect.stringContaining('500')])
  })
}
