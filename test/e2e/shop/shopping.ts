/** @module A visit to the shop that touches all it remembers. */

import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

/** From the shelf to the dashboard: two lanterns, the dark theme, and a password that is right at last. */
export async function shopAndSignIn(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await adding(page, 'lantern').click()
  await cartHolds(page, 1)
  await page.goto(`${url}/cart`)
  await page.getByRole('button', { name: 'One Late lantern more' }).click()
  await cartHolds(page, 2)

  await page.goto(`${url}/preferences`)
  await page.getByText('dark', { exact: true }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.locator('html[data-theme=dark]').waitFor()

  await page.goto(`${url}/login`)
  await enterPassword(page, 'wrong')
  await page.getByRole('alert').filter({ hasText: /\w/ }).first().waitFor()
  await enterPassword(page, 'lovelace')
  await page.waitForURL('**/dashboard')
  await page.getByText('Welcome, Ada').waitFor()
}

/** All that `shopAndSignIn` left, but the welcome, which is said once. */
export async function seeEverythingAgain(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/dashboard`)
  await page.getByText('Ada (ada)').waitFor()
  expect(await page.getByText('Welcome, Ada').count()).toBe(0)
  await cartHolds(page, 2)
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
}

/** Leaves, and finds that the dashboard is closed. */
export async function signOut(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/dashboard`)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('You are signed out').waitFor()
  await page.goto(`${url}/dashboard`)
  await page.waitForURL('**/login')
}

/** Fills in the form of the sign-in page, which is shown. */
export async function enterPassword(page: Page, password: string): Promise<void> {
  await page.getByLabel('Name').fill('ada')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** The button that puts a product into the cart. */
export function adding(page: Page, product: string): Locator {
  return page.locator('form', { has: page.locator(`input[value=${product}]`) }).getByRole('button')
}

/** Waits for the header to say so. */
export async function cartHolds(page: Page, count: number): Promise<void> {
  await page.getByRole('link', { name: new RegExp(`Cart, ${count} item`) }).waitFor()
}
