import { expect, test } from 'vitest'
import { assertSame, browse, fillStorage, followItem, loadPages, shown, travel } from './tab.ts'
import type { Scene } from './scene.ts'

/** Lists that are there again, wherever the visitor comes back from. */
export function testLists(scene: Scene): void {
  test.each([
    ['/list', 'fetching in the browser'],
    ['/action', 'with a Server Action'],
    ['/private', 'streamed and never cached'],
  ])('%s, %s, is back after Back, Forward and a reload', async (address) => {
    const tab = await scene.open()
    const { page, loads } = tab
    await page.goto(scene.url)
    const before = await browse(tab, scene.url + address)
    expect(before.keys).toHaveLength(80)
    expect(loads).toHaveLength(3)

    await followItem(page, before)
    await page.goBack()
    assertSame(await shown(page), before)
    await page.reload()
    assertSame(await shown(page), before)
    await page.goBack()
    await page.locator('h1', { hasText: 'home' }).waitFor()
    await page.goForward()
    assertSame(await shown(page), before)
    expect(loads).toHaveLength(3)
    await loadPages(page, 1)
    expect(new Set((await shown(page)).keys).size).toBe(100)
  })

  test.each(['/list', '/private'])('%s is back from another site', async (address) => {
    const tab = await scene.open()
    const before = await browse(tab, scene.url + address)
    await tab.page.goto(scene.elsewhere)
    await tab.page.goBack()
    assertSame(await shown(tab.page), before)
    expect(tab.loads).toHaveLength(3)
  })

  test('is back from another site, frozen by the browser', async () => {
    const tab = await scene.open({ freezing: true })
    const before = await browse(tab, `${scene.url}/list`)
    await tab.page.evaluate(() => {
      addEventListener('pageshow', ({ persisted }) => (document.title = persisted ? 'frozen' : 'loaded'))
    })
    await tab.page.evaluate((address) => void (location.href = address), scene.elsewhere)
    await tab.page.waitForURL(`${scene.elsewhere}/**`)
    await travel(tab.page, -1)
    await expect.poll(() => tab.page.title()).toBe('frozen')
    assertSame(await shown(tab.page), before)
    expect(tab.loads).toHaveLength(3)
  })

  test('begins anew on a fresh visit, and each visit has a list of its own', async () => {
    const tab = await scene.open()
    const { page } = tab
    const first = await browse(tab, `${scene.url}/list`)
    await followItem(page, first)
    await page.click('#to-list')
    const fresh = await shown(page)
    expect({ count: fresh.keys.length, first: fresh.first, top: fresh.top }).toEqual({
      count: 20,
      first: '0',
      top: 0,
    })
    await loadPages(page, 1)
    await page.evaluate(() => scrollTo(0, 433))
    const second = await shown(page)
    expect(second.keys).toHaveLength(40)
    await page.click('#to-state')
    await page.locator('#ready').waitFor()
    await page.goBack()
    assertSame(await shown(page), second)
    await page.goBack()
    await page.locator('#item').waitFor()
    await page.goBack()
    assertSame(await shown(page), first)
    await page.goto(`${scene.url}/list?again`)
    expect((await shown(page)).keys).toHaveLength(20)
  })

  test('tells two visits of a page apart where the visitor goes from one straight to the other', async () => {
    const tab = await scene.open()
    const { page } = tab
    const first = await browse(tab, `${scene.url}/list`)
    await followItem(page, first)
    await page.click('#to-list')
    expect((await shown(page)).keys).toHaveLength(20)
    await loadPages(page, 1)
    const second = await shown(page)
    await page.evaluate(() => history.go(-2))
    await expect.poll(() => page.locator('#posts li').filter({ visible: true }).count()).toBe(80)
    assertSame(await shown(page), first)
    await page.evaluate(() => history.go(2))
    await expect.poll(() => page.locator('#posts li').filter({ visible: true }).count()).toBe(40)
    assertSame(await shown(page), second)
  })

  test('shows a visit of which nothing is stored as it was, straight after one with more', async () => {
    const tab = await scene.open()
    const { page } = tab
    await page.goto(`${scene.url}/list`)
    await followItem(page, await shown(page))
    await page.click('#to-list')
    await loadPages(page, 2)
    expect((await shown(page)).keys).toHaveLength(60)
    await page.evaluate(() => {
      for (const name of Object.keys(sessionStorage))
        if (name.endsWith('~posts')) sessionStorage.removeItem(name)
      history.go(-2)
    })
    await expect.poll(() => page.locator('#posts li').filter({ visible: true }).count()).toBe(20)
    await page.evaluate(() => history.go(2))
    await expect.poll(() => page.locator('#posts li').filter({ visible: true }).count()).toBe(60)
  })

  test('stays after a jump within the page, and is back there', async () => {
    const tab = await scene.open()
    const { page } = tab
    await browse(tab, `${scene.url}/list`)
    await page.click('#to-below')
    await page.waitForURL('**/list#below')
    await page.evaluate(() => scrollTo(0, 907))
    const before = await shown(page)
    expect(before.keys).toHaveLength(80)
    await followItem(page, before)
    await page.goBack()
    assertSame(await shown(page), before)
    await page.reload()
    assertSame(await shown(page), before)
  })

  test('is back after more pages than Next.js keeps alive', async () => {
    const tab = await scene.open()
    const { page } = tab
    const before = await browse(tab, `${scene.url}/list`)
    for (const name of ['two', 'state', 'placed', 'long', '']) {
      await page.click(`#to-${name}`)
      await page.waitForURL(`${scene.url}/${name}`)
    }
    await travel(page, -5)
    assertSame(await shown(page), before)
    expect(tab.loads).toHaveLength(3)
  })

  test('keeps two lists of a page apart', async () => {
    const tab = await scene.open()
    const { page } = tab
    await page.goto(`${scene.url}/two`)
    await loadPages(page, 2, 'first')
    await loadPages(page, 1, 'second')
    await page.evaluate(() => document.querySelector('#second li:nth-child(15)')?.scrollIntoView())
    await page.evaluate(() => scrollBy(0, 7))
    const before = [await shown(page, 'first'), await shown(page, 'second')] as const
    expect([before[0].keys.length, before[1].keys.length]).toEqual([60, 40])
    expect(before[1].first).toBe('1014')
    await page.reload()
    assertSame(await shown(page, 'second'), before[1])
    expect((await shown(page, 'first')).keys).toEqual(before[0].keys)
    await followItem(page, before[1])
    await page.goBack()
    assertSame(await shown(page, 'second'), before[1])
    expect((await shown(page, 'first')).keys).toEqual(before[0].keys)
  })

  test('finds the place in a box that scrolls', async () => {
    const tab = await scene.open()
    const { page } = tab
    await browse(tab, `${scene.url}/boxed`, { top: 0 })
    await page.evaluate(() => document.querySelector('#box')?.scrollTo(0, 1009))
    const before = await shown(page)
    expect(before.first).not.toBe('0')
    await page.reload()
    assertSame(await shown(page), before)
    await followItem(page, before)
    await page.goBack()
    assertSame(await shown(page), before)
  })

  test('brings back 5,000 items', async () => {
    const tab = await scene.open()
    const { page, loads } = tab
    const before = await browse(tab, `${scene.url}/long`, { pages: 19, top: 123_457 })
    expect(before.keys).toHaveLength(5000)
    await page.reload()
    assertSame(await shown(page), before)
    await followItem(page, before)
    await page.goBack()
    assertSame(await shown(page), before)
    expect(loads).toHaveLength(19)
  })

  test('is there in a duplicate of the tab, and goes on there by itself', async () => {
    const tab = await scene.open({ duplicating: true })
    const before = await browse(tab, `${scene.url}/list`)
    const copy = await scene.duplicate(tab)
    assertSame(await shown(copy.page), before)
    await loadPages(copy.page, 1)
    expect((await shown(copy.page)).keys).toHaveLength(100)
    await tab.page.bringToFront()
    await tab.page.reload()
    assertSame(await shown(tab.page), before)
  })

  test.each([
    ['is full', false],
    ['is blocked', true],
  ])('is back in the same page, and begins anew after a reload, while the storage %s', async (_, blocked) => {
    const tab = await scene.open({ blocked })
    const { page } = tab
    await page.goto(`${scene.url}/list`)
    if (!blocked) await fillStorage(page)
    const before = await browse(tab, `${scene.url}/list`)
    await followItem(page, before)
    await page.goBack()
    assertSame(await shown(page), before)
    expect(tab.loads).toHaveLength(3)
    await page.reload()
    expect((await shown(page)).keys).toHaveLength(20)
  })

  test('finds its place without the Navigation API', async () => {
    const tab = await scene.open()
    await tab.page.addInitScript(() => Object.defineProperty(window, 'navigation', { value: undefined }))
    const before = await browse(tab, `${scene.url}/list`)
    await followItem(tab.page, before)
    await tab.page.goBack()
    assertSame(await shown(tab.page), before)
    await tab.page.reload()
    assertSame(await shown(tab.page), before)
    await tab.page.click('#to-')
    await tab.page.click('#to-list')
    expect((await shown(tab.page)).keys).toHaveLength(20)
  })

  test('shows the list of the server without JavaScript', async () => {
    const { page } = await scene.open({ javaScript: false })
    await page.goto(`${scene.url}/list`)
    expect(await page.locator('#posts li').count()).toBe(20)
  })
}
