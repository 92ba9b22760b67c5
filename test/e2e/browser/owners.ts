import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Scene } from './scene.ts'
import { entries, ready } from './state.ts'
import { loadPages, shown } from './tab.ts'

/** What belongs to a session is gone with it. */
export function testOwners(scene: Scene): void {
  test.each([
    ['a sign-out', '#be-nobody', 'nobody'],
    ['a sign-in as somebody else', '#be-bob', 'bob'],
  ])('shows nothing of the person before after %s', async (_, button, tag) => {
    const { page } = await scene.open()
    await page.goto(`${scene.url}/mine`)
    await become(page, 'ada')
    await page.fill('#draft', 'secret of Ada')
    await loadPages(page, 1, 'mine')
    await page.reload()
    await ready(page)
    expect(await visible(page, '#draft').inputValue()).toBe('secret of Ada')
    expect((await shown(page, 'mine')).keys).toHaveLength(40)
    await page.evaluate(() => void (window.seen = []))
    await visible(page, button).click()
    await expect.poll(() => visible(page, '#tag').textContent()).toBe(tag)
    expect(await visible(page, '#draft').inputValue()).toBe('empty')
    expect((await shown(page, 'mine')).keys).toHaveLength(20)
    const seen = await page.evaluate(() => window.seen)
    expect(seen).toContain('mine 20')
    expect(seen).not.toContain('mine 40')
    expect(seen).not.toContain('secret of Ada')
    expect(await entries(page)).not.toContain('secret')
    await become(page, 'ada')
    expect(await visible(page, '#draft').inputValue()).toBe('empty')
  })

  test('shows nothing of a person whose session has ended elsewhere', async () => {
    const { page } = await scene.open()
    await page.goto(`${scene.url}/mine`)
    await become(page, 'ada')
    await page.fill('#draft', 'secret of Ada')
    await page.context().clearCookies()
    await page.reload()
    await ready(page)
    expect(await visible(page, '#tag').textContent()).toBe('nobody')
    expect(await visible(page, '#draft').inputValue()).toBe('empty')
    expect(await page.evaluate(() => window.seen)).not.toContain('secret of Ada')
    expect(await entries(page)).not.toContain('secret')
  })

  test('hands what a guest left to whoever signs in, and to nobody after', async () => {
    const { page } = await scene.open()
    await page.goto(`${scene.url}/mine`)
    await ready(page)
    await page.fill('#draft', 'of a guest')
    await become(page, 'ada')
    expect(await visible(page, '#draft').inputValue()).toBe('of a guest')
    await become(page, 'nobody')
    expect(await visible(page, '#draft').inputValue()).toBe('empty')
    expect(await entries(page)).not.toContain('guest')
  })

  test('shows nothing of the person before on going back to a page that was kept', async () => {
    const { page } = await scene.open()
    await page.goto(`${scene.url}/mine`)
    await become(page, 'ada')
    await page.fill('#draft', 'secret of Ada')
    await page.click('#to-state')
    await page.locator('#huge').waitFor()
    await page.click('#to-mine')
    await visible(page, '#draft').waitFor()
    await become(page, 'bob')
    await page.evaluate(() => void (window.seen = []))
    await page.goBack()
    await page.locator('#huge').waitFor()
    await page.goBack()
    await ready(page)
    expect(await visible(page, '#draft').inputValue()).toBe('empty')
    expect(await page.evaluate(() => window.seen)).not.toContain('secret of Ada')
  })
}

async function become(page: Page, tag: string): Promise<void> {
  await ready(page)
  await visible(page, `#be-${tag}`).click()
  await expect.poll(() => visible(page, '#tag').textContent()).toBe(tag)
}

/** Next.js may keep hidden copies of a page. */
function visible(page: Page, selector: string): Locator {
  return page.locator(selector).filter({ visible: true })
}
