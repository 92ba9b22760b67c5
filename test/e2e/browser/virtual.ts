import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Scene } from './scene.ts'
import { shown } from './tab.ts'

/** The list of docs/browser.md that renders only what can be seen. */
export function testVirtual(scene: Scene): void {
  test('brings a virtualised list back after a reload, Back and another site', async () => {
    const tab = await scene.open()
    const { page } = tab
    await page.addInitScript(() => {
      addEventListener('DOMContentLoaded', () => {
        const style = document.createElement('style')
        style.textContent = '[data-index$="3"] { height: 130px } [data-index$="6"] { height: 61px }'
        document.head.append(style)
      })
    })
    await page.goto(`${scene.url}/virtual`)
    for (let pages = 1; pages < 6; pages++) {
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
      const before = await height(page)
      await page.locator('.more').click()
      await expect.poll(() => height(page)).toBeGreaterThan(before)
    }
    await page.evaluate(() => scrollTo(0, 2507))
    const before = await shown(page)
    expect(before.keys.length).toBeLessThan(60)
    expect(Number(before.first)).toBeGreaterThan(40)
    expect(tab.loads).toHaveLength(5)

    await page.reload()
    assertThere(await shown(page), before)
    await page.click('#to-state')
    await page.locator('#huge').waitFor()
    await page.goBack()
    assertThere(await shown(page), before)
    await page.goto(scene.elsewhere)
    await page.goBack()
    assertThere(await shown(page), before)
    expect(tab.loads).toHaveLength(5)
    // What was restored is let go: the visitor may scroll on.
    await page.mouse.wheel(0, 900)
    await expect.poll(async () => (await shown(page)).first).not.toBe(before.first)
  })
}

function height(page: Page): Promise<number> {
  return page.locator('#posts ul').evaluate((list) => list.clientHeight)
}

/** How much is rendered around what can be seen is no matter. */
function assertThere(now: Awaited<ReturnType<typeof shown>>, before: typeof now): void {
  expect(now.first).toBe(before.first)
  expect(Math.abs(now.top - before.top)).toBeLessThanOrEqual(2)
}
