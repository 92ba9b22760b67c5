/** The recipe of docs/servers.md for a payment that returns by POST, run as it stands. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { type ForeignSite, startForeignSite } from '../support/foreign-site.ts'
import { writeRecipe } from '../support/recipe.ts'

/** The rest of the shop, and the same under SameSite=Strict. */
const SHOP = `
import { createSessions } from 'sojourn/express'
import { app } from './payment.ts'

function shop(path, { getSession }) {
  app.get(path + '/add', async (req, res) => {
    const session = await getSession(req, res)
    await session.set('cart', 'tea')
    res.send('added')
  })
  app.get(path + '/cart', async (req, res) => {
    const session = await getSession(req, res)
    res.send((session.readFlash('notice') ?? 'no notice') + ', ' + (session.get('cart') ?? 'no cart'))
  })
  app.post(path + '/wrong', async (req, res) => {
    const session = await getSession(req, res)
    await session.flash('notice', 'Thank you')
    res.redirect(303, path + '/cart')
  })
}
const strict = createSessions({ app: 'strict', cookie: { name: 'strict', sameSite: 'strict' } })
shop('', createSessions())
shop('/strict', strict)
app.post('/strict/return', (req, res) =>
  res.send('<meta http-equiv="refresh" content="0; url=/strict/done">'))
app.get('/strict/done', async (req, res) => {
  const session = await strict.getSession(req, res)
  await session.flash('notice', 'Thank you')
  res.redirect(303, '/strict/cart')
})
app.set('env', 'test')
const server = app.listen(0, '127.0.0.1', () => console.log('port: ' + server.address().port))
`

let browser: Browser
let foreign: ForeignSite
let server: ChildProcess
let url: string
let folder: string
let home: string
let page: Page

beforeAll(async () => {
  // Inside the repository, so that `sojourn` and `express` are found as a user finds them.
  const workshop = join(import.meta.dirname, '../../.tmp')
  mkdirSync(workshop, { recursive: true })
  folder = mkdtempSync(join(workshop, 'payment-'))
  home = mkdtempSync(join(tmpdir(), 'sojourn-payment-'))
  writeRecipe('docs/servers.md', 'payment.ts', folder)
  writeFileSync(join(folder, 'shop.ts'), SHOP)
  const args = ['--experimental-strip-types', '--no-warnings', join(folder, 'shop.ts')]
  server = spawn(process.execPath, args, { cwd: home, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  for await (const chunk of server.stdout ?? []) {
    output += String(chunk)
    const port = /port: (\d+)/.exec(output)?.[1]
    if (port === undefined) continue
    url = `http://127.0.0.1:${port}`
    break
  }
  foreign = await startForeignSite()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  await foreign.stop()
  server.kill()
  for (const path of [folder, home]) rmSync(path, { recursive: true, force: true })
})
beforeEach(async () => {
  page = await browser.newPage({ baseURL: url })
  return () => page.context().close()
})

async function payAt(path: string): Promise<void> {
  await page.goto(foreign.page('localhost', 'form', url + path))
}

test.each([
  ['lax: 303 to a GET', '', '/payment/return'],
  ['strict: a page that goes on by itself', '/strict', '/strict/return'],
])('%s keeps the cart and shows the message', async (_, shop, path) => {
  await page.goto(`${shop}/add`)
  await payAt(path)
  await page.waitForURL(`**${shop}/cart`)
  expect(await page.innerText('body')).toBe('Thank you, tea')
})

test.each(['', '/strict'])(
  'a write in the POST itself (%s) is refused, and takes nothing away',
  async (shop) => {
    await page.goto(`${shop}/add`)
    const answered = page.waitForResponse((response) => response.url() === `${url}${shop}/wrong`)
    await payAt(`${shop}/wrong`)
    expect((await answered).status()).toBe(403)
    await page.goto(`${shop}/cart`)
    expect(await page.innerText('body')).toBe('no notice, tea')
  },
)
