import { expect, test } from 'vitest'
import type { Scene } from './scene.ts'
import { counter, ready } from './state.ts'
import { assertSame, browse, followItem, shown } from './tab.ts'

/** React runs every effect twice in development, and says what the server and the browser disagree about. */
export function testStrict(scene: Scene): void {
  test('shares a value, and hydrates with it', async () => {
    const { page } = await scene.open()
    await page.goto(`${scene.url}/state`)
    await ready(page)
    await page.click('#a .add')
    expect([await counter(page, 'a'), await counter(page, 'b')]).toEqual(['2 stored none', '2 stored none'])
    await page.reload()
    await ready(page)
    expect([await counter(page, 'a'), await counter(page, 'b')]).toEqual(['2 stored none', '2 stored none'])
  })

  test('reports a damaged entry once', async () => {
    const { page } = await scene.open()
    await page.goto(`${scene.url}/state`)
    await ready(page)
    await page.evaluate(() => sessionStorage.setItem('sojourn:=count', 'rubbish'))
    await page.reload()
    await ready(page)
    await expect
      .poll(async () => (await page.locator('#a b, #b b').allTextContents()).join(''))
      .toBe('ERR_STORAGE_UNREADABLE')
  })

  test('brings a list back after a reload and after Back', async () => {
    const tab = await scene.open()
    const before = await browse(tab, `${scene.url}/list`)
    await tab.page.reload()
    assertSame(await shown(tab.page), before)
    await followItem(tab.page, before)
    await tab.page.goBack()
    assertSame(await shown(tab.page), before)
    expect(tab.loads).toHaveLength(3)
  })
}
