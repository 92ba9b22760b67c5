import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Scene } from '../browser/scene.ts'
import { fillCart, ready, signIn } from './page-steps.ts'

/** The checkout of the shop: a form in steps whose draft stays in the tab. */
export function testCheckout(scene: Scene): void {
  test('a draft survives a reload, Back and another site, and is gone with the order, as is the cart', async () => {
    const { page } = await scene.open()
    await fillCart(page, scene.url)
    await page.goto(`${scene.url}/checkout`)
    await fillAddress(page)
    await page.getByText('by ferry').click()
    await page.getByLabel('A note').fill('Knock twice')
    await proceed(page, 'review')

    const summary = 'For Grace, 7 Quay Lane, Ferryport, by ferry. “Knock twice”'
    await page.getByText(summary).waitFor()
    await page.reload()
    await page.getByText(summary).waitFor()
    await page.goBack()
    await page.waitForURL('**/checkout?step=delivery')
    expect(await page.getByLabel('A note').inputValue()).toBe('Knock twice')
    await page.goBack()
    await expect.poll(() => page.getByLabel('Name').inputValue()).toBe('Grace')
    await page.goto(scene.elsewhere)
    await page.goto(`${scene.url}/checkout?step=review`)
    await page.getByText(summary).waitFor()
    expect(await draft(page)).toContain('Quay Lane')

    await ready(page, '.wizard')
    await page.getByRole('button', { name: 'Place order' }).click()
    await page.getByRole('heading', { name: 'Thank you, Grace' }).waitFor()
    await page.getByText('€18.00 would be on their way to Ferryport by ferry').waitFor()
    await page.getByRole('link', { name: 'Cart, 0 items' }).waitFor()
    await expect.poll(() => draft(page)).toBeUndefined()
    await page.reload()
    await page.getByRole('heading', { name: 'No order here' }).waitFor()
    await page.goto(`${scene.url}/checkout?step=review`)
    await page.getByText('There is nothing in your cart').waitFor()
  })

  test('no step is shown before the address is there', async () => {
    const { page } = await scene.open()
    await fillCart(page, scene.url)
    await page.goto(`${scene.url}/checkout?step=review`)
    await ready(page, '.wizard')
    await expect.poll(() => page.locator('legend:visible').innerText()).toContain('Step 1 of 3')
    await page.getByLabel('Name').fill('Grace')
    await page.getByRole('button', { name: 'Continue' }).click()
    expect(await page.locator('legend:visible').innerText()).toContain('Step 1 of 3')
  })

  test('moves the focus to the next step', async () => {
    const { page } = await scene.open()
    await fillCart(page, scene.url)
    await page.goto(`${scene.url}/checkout`)
    await fillAddress(page)
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.querySelector('legend')?.textContent))
      .toContain('Step 2 of 3')
  })

  test('a draft of somebody who signs out is gone', async () => {
    const { page } = await scene.open()
    await signIn(page, scene.url)
    await fillCart(page, scene.url)
    await page.goto(`${scene.url}/checkout`)
    await fillAddress(page)
    await expect.poll(() => draft(page)).toContain('Quay Lane')
    await page.goto(`${scene.url}/dashboard`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/login')
    await expect.poll(() => draft(page)).toBeUndefined()
    await fillCart(page, scene.url)
    await page.goto(`${scene.url}/checkout`)
    await ready(page, '.wizard')
    expect(await page.getByLabel('Street').inputValue()).toBe('')
  })

  test('an order can be placed without JavaScript', async () => {
    const { page } = await scene.open({ javaScript: false })
    await fillCart(page, scene.url)
    await page.goto(`${scene.url}/checkout`)
    expect(await page.locator('legend:visible').count()).toBe(3)
    await page.getByLabel('Name').fill('Grace')
    await page.getByLabel('Street').fill('7 Quay Lane')
    await page.getByLabel('Town').fill('Ferryport')
    await page.getByText('by hand').click()
    await page.getByRole('button', { name: 'Place order' }).click()
    await page.getByText('€18.00 would be on their way to Ferryport by hand').waitFor()
    await page.goto(`${scene.url}/cart`)
    await page.getByText('Nothing here yet').waitFor()
  })
}

async function fillAddress(page: Page): Promise<void> {
  await ready(page, '.wizard')
  await page.getByLabel('Name').fill('Grace')
  await page.getByLabel('Street').fill('7 Quay Lane')
  await page.getByLabel('Town').fill('Ferryport')
  await proceed(page, 'delivery')
}

async function proceed(page: Page, step: string): Promise<void> {
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.waitForURL(`**/checkout?step=${step}`)
}

/** What the tab keeps of the form. */
function draft(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    const name = Object.keys(sessionStorage).find((key) => key.endsWith('=checkout'))
    return name === undefined ? undefined : (sessionStorage.getItem(name) ?? undefined)
  })
}
