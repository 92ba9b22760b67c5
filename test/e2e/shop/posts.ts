import { expect, test } from 'vitest'
import type { Scene } from '../browser/scene.ts'
import { assertSame, loadPages, shown } from '../browser/tab.ts'
import { ready } from './page-steps.ts'

/** The journal of the shop: a list with more on demand, and a page for each post. */
export function testPosts(scene: Scene): void {
  test('the journal is as it was left after a post, a reload and another site, and fetches nothing again', async () => {
    const tab = await scene.open()
    const { page, loads } = tab
    await page.goto(`${scene.url}/posts`)
    await ready(page, '#posts .more')
    await loadPages(page, 3)
    await page.evaluate(() => scrollTo(0, 1507))
    const before = await shown(page)
    expect(before.keys).toHaveLength(48)
    expect(new Set(before.keys).size).toBe(48)
    expect(loads).toHaveLength(3)

    const title = page.locator('#posts li h2').nth(before.keys.indexOf(before.first ?? '') + 2)
    const text = await title.innerText()
    await title.click()
    await page.locator('h1', { hasText: text }).waitFor()
    await page.goBack()
    assertSame(await shown(page), before)
    await page.reload()
    assertSame(await shown(page), before)
    await page.goto(scene.elsewhere)
    await page.goBack()
    assertSame(await shown(page), before)
    expect(loads).toHaveLength(3)
  })

  test('the journal begins anew by its link, and ends with the first post', async () => {
    const { page } = await scene.open()
    await page.goto(`${scene.url}/posts`)
    await ready(page, '#posts .more')
    await loadPages(page, 1)
    await page.locator('#posts li a').last().click()
    await page.getByRole('link', { name: 'All posts' }).click()
    await page.waitForURL('**/posts')
    await expect.poll(async () => (await shown(page)).keys.length).toBe(12)
    while ((await page.locator('#posts .more').count()) > 0) await loadPages(page, 1)
    await page.getByText('350 posts, and that is all of them').waitFor()
  })

  test('the journal can be read without JavaScript', async () => {
    const { page } = await scene.open({ javaScript: false })
    await page.goto(`${scene.url}/posts`)
    expect(await page.locator('#posts li').filter({ visible: true }).count()).toBe(12)
    expect(await page.locator('#posts .more').isVisible()).toBe(false)
    await page.locator('#posts li a').first().click()
    await page.locator('article p').first().waitFor()
  })

  test('an unknown post is not found', async () => {
    const { page, complaints } = await scene.open()
    for (const slug of ['mug-351', 'mug-0', 'lantern-350', 'mug-1.5', '-1.5', 'x']) {
      await page.goto(`${scene.url}/posts/${slug}`)
      await page.getByRole('heading', { name: 'No such door' }).waitFor()
    }
    // The browser's own lines about the answers.
    expect(complaints.splice(0).filter((text) => !text.includes('404'))).toEqual([])
  })
}
