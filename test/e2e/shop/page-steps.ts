import type { Page } from 'playwright-core'

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
  await page.getByLabel('Name').fill('ada')
  await page.getByLabel('Password').fill('lovelace')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/dashboard')
  await page.getByText('Ada (ada)').waitFor()
}

/** Puts a mug into the cart. */
export async function fillCart(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.getByRole('button', { name: 'Add Harbour mug to cart' }).click()
  await page.getByRole('link', { name: 'Cart, 1 item' }).waitFor()
}
