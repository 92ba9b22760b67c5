/**
 * README's first page in what `create-next-app` makes for who only presses Enter: its code blocks
 * as they stand, in production and in development, with two browsers.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { writeBlock } from '../support/markdown-blocks.ts'
import { openWorkshop, type Application, type Served, type Workshop } from './workshop.ts'

const README = ['lib/session.ts', 'app/actions.ts', 'app/dashboard/page.tsx']
/** A form for the action of README, and one for what README shows to write. */
const FORMS = {
  'app/sign-in/page.tsx': `import { signIn } from '../actions'
export default function Page() {
  return <form action={signIn}><input name="user" /><button>Sign in</button></form>
}
`,
}

let workshop: Workshop
let app: Application
let browser: Browser

beforeAll(async () => {
  ;[workshop, browser] = await Promise.all([openWorkshop(), launchChromium()])
  app = await workshop.createNextApp()
  withoutFonts(join(app.folder, 'app/layout.tsx'))
  for (const name of README) writeBlock('README.md', name, app.folder)
  app.write(FORMS)
}, 600_000)

afterAll(async () => {
  await browser?.close()
  workshop?.remove()
})

/** The template fetches its fonts from the web while it is built. */
function withoutFonts(file: string): void {
  const text = readFileSync(file, 'utf8')
    .replace(/^import .*next\/font.*\n/m, '')
    .replace(/^const geist\w* = \w+\(\{[^}]*\}\);\n/gim, '')
    .replaceAll(/\$\{geist\w*\.variable\} ?/gi, '')
  expect(text).not.toMatch(/geist/i)
  writeFileSync(file, text)
}

async function newPage(server: Served): Promise<Page> {
  const context = await browser.newContext({ baseURL: server.url })
  onTestFinished(() => context.close())
  return context.newPage()
}

async function signIn(page: Page, user: string): Promise<void> {
  await page.goto('/sign-in')
  await page.fill('[name=user]', user)
  await page.click('button')
  await page.waitForURL('**/dashboard')
  await page.getByText(`Hello ${user}`).waitFor()
}

test('it is installed without a complaint', () => {
  expect(app.complaints).toEqual([])
})

test('it is built', async () => {
  expect(await app.tool('next', ['build'])).toMatch(/◐ \/dashboard/)
})

// After the build, which generates types of its own.
test('it compiles with TypeScript as older templates set it up', async () => {
  const config = JSON.parse(readFileSync(join(app.folder, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: object
  }
  const compilerOptions = { ...config.compilerOptions, moduleResolution: 'node', incremental: false }
  app.write({ 'tsconfig.node10.json': JSON.stringify({ ...config, compilerOptions }) })
  expect(await app.tool('tsc', ['-p', 'tsconfig.node10.json'])).toBe('')
})

describe.each(['start', 'dev'] as const)('next %s', (mode) => {
  let server: Served
  beforeAll(async () => {
    server = await app.start(mode)
  }, 120_000)
  afterAll(() => server?.stop())

  test('two visitors sign in, and each stays who they are', async () => {
    const [ann, bob] = [await newPage(server), await newPage(server)]
    await signIn(ann, 'ann')
    await signIn(bob, 'bob')
    for (const [page, user] of [
      [ann, 'ann'],
      [bob, 'bob'],
    ] as const) {
      await page.reload()
      await page.getByText(`Hello ${user}`).waitFor()
      const cookies = await page.context().cookies()
      expect(cookies.map(({ name }) => name)).toEqual([mode === 'dev' ? 'sid' : '__Host-sid'])
    }
    expect(server.log()).not.toMatch(/error|warning/i)
  })
})
