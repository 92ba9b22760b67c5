import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { NextServer } from '../../support/next-app.ts'
import { visitor } from '../../support/visitor.ts'

/** What requests do that are made ahead. */
export function testPrefetches(server: () => NextServer, openPage: () => Promise<Page>): void {
  /** A page with a link that is fetched ahead, while a message waits. */
  async function fetchedAhead(): Promise<Page> {
    const page = await openPage()
    await page.goto('/counter')
    await page.click('#increment')
    await expect.poll(() => page.textContent('#count')).toBe('1')
    const { url } = server()
    await page.request.post(`${url}/api/flash`, { data: { value: 'saved' } })
    await page.goto('/ahead')
    await page.waitForLoadState('networkidle')
    return page
  }

  test('leaves a message that <Link prefetch={true}> read to the page that shows it', async () => {
    const page = await fetchedAhead()
    await page.goto('/counter')
    await expect.poll(() => page.textContent('#notice')).toBe('saved')
    await page.reload()
    await expect.poll(() => page.textContent('#notice')).toBe('none')
    await page.context().close()
  })

  test('shows it once where the link is followed', async () => {
    const page = await fetchedAhead()
    await page.click('#ahead')
    await expect.poll(() => page.textContent('#notice')).toBe('saved')
    await page.goto('/counter', { referer: page.url() })
    await expect.poll(() => page.textContent('#notice')).toBe('none')
    await page.context().close()
  })

  test('shows a message once, to the clicks that lead to its page and on', async () => {
    const page = await openPage()
    await page.goto('/counter')
    await page.click('#increment')
    await expect.poll(() => page.textContent('#count')).toBe('1')
    await page.request.post(`${server().url}/api/flash`, { data: { value: 'saved' } })
    const notices: (string | null)[] = []
    for (const way of ['read', 'read', 'links', 'links', 'links']) {
      // Pages that were left stay in the document, hidden.
      await page.click(`#to-${way}:visible`)
      await page.click('#to-counter:visible')
      notices.push(await page.locator('#notice:visible').textContent())
    }
    expect(notices).toEqual(['saved', 'none', 'none', 'none', 'none'])
    await page.context().close()
  })

  test('leaves a message to the browser that only fetched the page, by Sec-Purpose', async () => {
    const guest = visitor(server().url)
    await guest.post('/api/flash', { value: 'saved' })
    const read = async (headers: Record<string, string> = {}) =>
      /id="notice">(\w+)/.exec(await (await guest.get('/counter', { headers })).text())?.[1]
    for (const purpose of ['prefetch', 'prefetch;prerender'])
      expect(await read({ 'sec-purpose': purpose })).toBe('saved')
    expect(await read()).toBe('saved')
    await expect.poll(() => read()).toBe('none')
  })
}
