import type { Page } from 'playwright-core'
import { adding, cartHolds, enterPassword } from './shopping.ts'

/** Waits until React answers for an element: a click before would be lost. */
export async function ready(page: Page, selector: string): Promise<void> {
  await page.waitForFunction((wanted) => {
    const element = document.querySelector(wanted)
    return element !== null && Object.keys(element).some((key) => key.startsWith('__reactProps'))
  }, selector)
}

/** Signs in as Ada. */
export async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/login`)
  await enterPassword(page, 'lovelace')
  await page.waitForURL('**/dashboard')
  await page.getByText('Ada (ada)').waitFor()
}

/** Puts a mug into the cart. */
export async function fillCart(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await adding(page, 'mug').click()
  await cartHolds(page, 1)
}
