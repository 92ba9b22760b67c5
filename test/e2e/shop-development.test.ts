import { join } from 'node:path'
import { expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { prepareApp } from '../support/next-app.ts'
import { openTab } from './browser/tab.ts'
import { BACKENDS } from './shop/backends.ts'
import { shopAndSignIn } from './shop/shopping.ts'

const shop = join(import.meta.dirname, '../../examples/shop')

test('the shop in development says nothing on the console', async () => {
  const browser = await launchChromium()
  const app = prepareApp(shop, { name: 'shop-dev', cacheComponents: true })
  const server = await app.start({ dev: true, env: (await BACKENDS.SQLite()).env })
  try {
    const { page, complaints } = await openTab(await browser.newContext())
    // A development server compiles each page when it is first asked for.
    page.setDefaultTimeout(120_000)
    await shopAndSignIn(page, server.url)
    // By fetch: on a page of the Pages Router, Next's own development client complains.
    for (const path of ['/legacy', '/api/views']) {
      expect(await page.evaluate((url) => fetch(url).then(({ status }) => status), path)).toBe(200)
    }
    expect(complaints).toEqual([])
    expect(server.log()).not.toMatch(/⚠|unstable value|API resolved without/)
  } finally {
    await browser.close()
    await server.stop()
    app.remove()
  }
})
