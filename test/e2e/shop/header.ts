import { expect, test } from 'vitest'
import type { Scene } from '../browser/scene.ts'
import { openTab } from '../browser/tab.ts'
import { fillCart, signIn } from './page-steps.ts'

/** The header of the shop, which follows the session. */
export function testHeader(scene: Scene): void {
  test('the header knows who is signed in with the page, and asks for nothing', async () => {
    const { page } = await scene.open()
    await signIn(page, scene.url)
    const { page: second, complaints } = await openTab(page.context())
    const asked: string[] = []
    second.on('request', (request) => {
      const { accept = '' } = request.headers()
      if (request.url().endsWith('/api/session') && accept.includes('json')) asked.push(request.url())
    })
    await second.goto(`${scene.url}/posts`, { waitUntil: 'load' })
    await second.getByRole('link', { name: 'Ada', exact: true }).waitFor()
    expect(await (await page.context().request.get(`${scene.url}/posts`)).text()).toMatch(/>Ada<\/a>/)
    expect([asked, complaints]).toEqual([[], []])
  })

  test('a sign-in and a sign-out reach the other tabs, the header at once and the page after it', async () => {
    const { page } = await scene.open()
    const { page: other, complaints } = await openTab(page.context())
    await other.goto(`${scene.url}/posts`)
    await other.getByRole('link', { name: 'Sign in' }).waitFor()
    await signIn(page, scene.url)
    await other.getByRole('link', { name: 'Ada', exact: true }).waitFor()
    await fillCart(page, scene.url)

    await other.goto(`${scene.url}/account/devices`)
    await other.getByText('This device').waitFor()
    await other.getByRole('link', { name: 'Cart, 1 item' }).waitFor()
    await page.goto(`${scene.url}/dashboard`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('You are signed out').waitFor()
    await other.getByRole('link', { name: 'Sign in' }).waitFor()
    await other.waitForURL('**/login')
    await other.getByRole('link', { name: 'Cart, 0 items' }).waitFor()
    // Its message stays: the page that signed out does not fetch itself again.
    expect(await page.getByText('You are signed out').isVisible()).toBe(true)
    expect(complaints).toEqual([])
  })

  test('a revocation on another device leads to the sign-in page, which says why', async () => {
    const mine = await scene.open()
    const lost = await scene.open()
    await signIn(mine.page, scene.url)
    await signIn(lost.page, scene.url)
    await mine.page.goto(`${scene.url}/account/devices`)
    await mine.page.getByRole('button', { name: 'Sign out everywhere else' }).click()
    await lost.page.getByRole('link', { name: 'Sign in' }).waitFor()
    await lost.page.getByText('You were signed out from another device').waitFor()
    expect(await mine.page.getByRole('link', { name: 'Ada', exact: true }).isVisible()).toBe(true)
  })
}
