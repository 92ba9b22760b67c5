import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Scene } from './scene.ts'
import { fillStorage, openTab, travel } from './tab.ts'

declare global {
  interface Window {
    /** What the application has rendered. */
    seen?: string[]
  }
}

/** Values that stay in the tab, shared by all who name them. */
export function testState(scene: Scene): void {
  test('shows a value in every component, steps by functions, and keeps it over a reload', async () => {
    const { page } = await scene.open()
    await openState(scene, page)
    expect(await counter(page, 'a')).toBe('0 default none')
    expect(await entries(page)).toBe('[]')
    await page.click('#a .add')
    expect([await counter(page, 'a'), await counter(page, 'b')]).toEqual(['2 stored none', '2 stored none'])
    await page.reload()
    await ready(page)
    expect([await counter(page, 'a'), await counter(page, 'b')]).toEqual(['2 stored none', '2 stored none'])
    await page.click('#b .remove')
    expect([await counter(page, 'a'), await counter(page, 'b')]).toEqual(['0 default none', '0 default none'])
    expect(await entries(page)).toBe('[]')
  })

  test('paints the stored value, and never the default, once the page is hydrated', async () => {
    const { page } = await scene.open()
    await openState(scene, page)
    await page.click('#a .add')
    await page.addInitScript(() => {
      const painted: string[] = []
      Object.assign(window, { painted })
      const look = (): void => {
        const hydrated = document.querySelector('#ready')?.textContent === 'ready'
        if (hydrated) painted.push(document.querySelector('#a output')?.textContent ?? '')
        if (painted.length < 10) requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
    })
    await page.reload()
    await expect
      .poll(() => page.evaluate(() => (window as unknown as { painted: string[] }).painted))
      .toEqual(Array.from({ length: 10 }, () => '2'))
  })

  test('writes what was set last at the latest when the page goes away', async () => {
    const { page } = await scene.open()
    await openState(scene, page)
    await page.evaluate(() => {
      document.querySelector<HTMLButtonElement>('#a .add')?.click()
      location.reload()
    })
    await expect.poll(() => counter(page, 'b')).toBe('2 stored none')
  })

  test('keeps a value for another site and back, and in a duplicate of the tab, not in a new one', async () => {
    const tab = await scene.open({ duplicating: true })
    const { page } = tab
    await openState(scene, page)
    await page.click('#a .add')
    await page.goto(scene.elsewhere)
    await page.goBack()
    await ready(page)
    await expect.poll(() => counter(page, 'a')).toBe('2 stored none')
    const copy = await scene.duplicate(tab)
    await ready(copy.page)
    await expect.poll(() => counter(copy.page, 'a')).toBe('2 stored none')
    await copy.page.click('#a .add')
    await copy.page.reload()
    await ready(copy.page)
    await expect.poll(() => counter(copy.page, 'a')).toBe('4 stored none')
    await page.bringToFront()
    await page.reload()
    await ready(page)
    await expect.poll(() => counter(page, 'a')).toBe('2 stored none')
    const fresh = await openTab(page.context())
    await openState(scene, fresh.page)
    expect(await counter(fresh.page, 'a')).toBe('0 default none')
    expect(fresh.complaints).toEqual([])
  })

  test('shows what a later page has set, when the browser shows a frozen page again', async () => {
    const { page } = await scene.open({ freezing: true })
    await openState(scene, page)
    await page.click('#a .add')
    await page.evaluate(() => {
      addEventListener('pageshow', ({ persisted }) => (document.title = persisted ? 'frozen' : 'loaded'))
      location.href = '/state?later'
    })
    await page.waitForURL('**/state?later')
    await ready(page)
    await page.click('#a .add')
    await expect.poll(() => entries(page)).toContain('\\n4')
    await travel(page, -1)
    await expect.poll(() => page.title()).toBe('frozen')
    await expect.poll(() => counter(page, 'b')).toBe('4 stored none')
  })

  test('shows the default without JavaScript', async () => {
    const { page } = await scene.open({ javaScript: false })
    await page.goto(`${scene.url}/state`)
    expect(await counter(page, 'a')).toBe('0 server none')
  })

  test('keeps dates, sets, maps and big integers', async () => {
    const { page } = await scene.open()
    await openState(scene, page)
    await page.click('#rich button')
    await page.reload()
    await expect
      .poll(() => page.textContent('#rich output'))
      .toBe('1970-01-01T00:00:00.000Z a,b big,1152921504606846976')
  })

  test('shows another value under another key', async () => {
    const { page } = await scene.open()
    await openState(scene, page)
    await page.click('#switching .add')
    await page.click('#switch')
    expect(await counter(page, 'switching')).toBe('0 default none')
    await page.click('#switching .add')
    await page.click('#switching .add')
    await page.click('#switch')
    expect(await counter(page, 'switching')).toBe('2 stored none')
    await page.click('#switch')
    expect(await counter(page, 'switching')).toBe('4 stored none')
  })

  test.each([
    ['no entry at all', 'rubbish', 'UNREADABLE'],
    ['broken content', '[1,0,0,null]\n{', 'UNREADABLE'],
    ['a value that the schema refuses', '[1,0,0,null]\n"text"', 'INVALID'],
    ['a version from the future', '[2,0,0,null]\n5', 'OUTDATED'],
    ['an expired entry', '[1,0,1,null]\n5', 'EXPIRED'],
  ])('falls back to the default for %s, and reports it once', async (_, text, code) => {
    const { page } = await scene.open()
    await openState(scene, page)
    await page.evaluate((entry) => sessionStorage.setItem('sojourn:=count', entry), text)
    await page.reload()
    await ready(page)
    await expect.poll(() => counter(page, 'a')).toBe(`0 default ERR_STORAGE_${code}`)
    const told = await page.locator('#a b, #b b').allTextContents()
    expect(told.join('')).toBe(`ERR_STORAGE_${code}`)
    await page.reload()
    await ready(page)
    expect(await counter(page, 'a')).toBe('0 default none')
  })

  test('keeps working in memory while the storage is full, and stores again when it is not', async () => {
    const { page } = await scene.open()
    await openState(scene, page)
    await fillStorage(page)
    await page.click('#huge .grow')
    await expect.poll(() => page.textContent('#huge')).toContain('1000000 memory')
    await page.click('#to-')
    await page.locator('h1', { hasText: 'home' }).waitFor()
    await page.click('#to-state')
    await page.locator('#huge').filter({ visible: true }).waitFor()
    expect(await page.textContent('#huge')).toContain('1000000 memory')
    await page.evaluate(() => sessionStorage.removeItem('junk-0'))
    await page.click('#huge .shrink')
    await expect.poll(() => page.textContent('#huge')).toContain('1 stored')
  })

  test('keeps working in memory where the visitor blocks the storage', async () => {
    const { page } = await scene.open({ blocked: true })
    await openState(scene, page)
    const refusal = await page.evaluate(() => {
      try {
        return typeof sessionStorage
      } catch (error) {
        return (error as Error).name
      }
    })
    expect(refusal).toBe('SecurityError')
    await page.click('#a .add')
    await expect.poll(() => counter(page, 'b')).toBe('2 memory ERR_STORAGE_UNWRITABLE')
    await page.click('#a .add')
    await expect.poll(() => counter(page, 'b')).toBe('4 memory ERR_STORAGE_UNWRITABLE')
    await page.click('#a .remove')
    expect(await counter(page, 'b')).toBe('0 default none')
  })
}

/** Values of one entry of the history. */
export function testPlaced(scene: Scene): void {
  test('keeps a value for each entry of the history', async () => {
    const { page } = await scene.open()
    await page.goto(`${scene.url}/placed`)
    await ready(page)
    await page.click('#a .add')
    expect(await counter(page, 'b')).toBe('2 stored none')
    await page.click('#to-')
    await page.locator('h1', { hasText: 'home' }).waitFor()
    await page.click('#to-placed')
    await page.waitForURL('**/placed')
    await ready(page)
    await expect.poll(() => counter(page, 'a')).toBe('0 default none')
    await page.click('#b .add')
    await page.click('#b .add')
    await page.reload()
    await ready(page)
    await expect.poll(() => counter(page, 'a')).toBe('4 stored none')
    await page.evaluate(() => Object.assign(window, { seen: [] }))
    await page.goBack()
    await page.locator('h1', { hasText: 'home' }).waitFor()
    // Leaving, it does not show what the page that comes next would keep.
    expect((await page.evaluate(() => window.seen))?.filter((text) => text.includes('default'))).toEqual([])
    await page.goBack()
    await ready(page)
    await expect.poll(() => counter(page, 'a')).toBe('2 stored none')
    await page.evaluate(() => history.go(2))
    await expect.poll(() => counter(page, 'a')).toBe('4 stored none')
    await page.evaluate(() => history.go(-2))
    await expect.poll(() => counter(page, 'a')).toBe('2 stored none')
  })
}

/** Waits until the page is hydrated. */
export async function ready(page: Page): Promise<void> {
  await page.locator('#ready', { hasText: 'ready' }).filter({ visible: true }).waitFor()
  await expect.poll(() => page.locator('#ready').filter({ visible: true }).textContent()).toBe('ready')
}

/** Value, status and error of a counter, as shown. */
export async function counter(page: Page, id: string): Promise<string> {
  const parts = page.locator(`#${id} :is(output, em, i)`).filter({ visible: true })
  return (await parts.allTextContents()).join(' ')
}

/** What the hooks have stored, as text. */
export async function entries(page: Page): Promise<string> {
  const all = await page.evaluate(() =>
    Object.entries<string>(sessionStorage as object as Record<string, string>),
  )
  return JSON.stringify(all.filter(([name]) => name.startsWith('sojourn:')))
}

async function openState(scene: Scene, page: Page): Promise<void> {
  await page.goto(`${scene.url}/state`)
  await ready(page)
}
