/**
 * What README and docs show for Next.js, in what `create-next-app` makes for who only presses Enter: the code
 * blocks as they stand, those of README in production and in development, with two browsers.
 */

import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { CookieJar } from '../support/cookie-jar.ts'
import { packagesOf, writeBlock } from '../support/markdown-blocks.ts'
import { startRedis } from '../support/redis-server.ts'
import { BUILDS } from './pages.ts'
import { openWorkshop, type Application, type Served, type Workshop } from './workshop.ts'

/** Pages that show the action and the component of README. */
const FORMS = {
  'app/sign-in/page.tsx': `import { signIn } from '../actions'
export default function Page() {
  return <form action={signIn}><input name="user" /><button>Sign in</button></form>
}
`,
  'app/comment/page.tsx': `import { Suspense } from 'react'
import { SessionProvider } from 'sojourn/react'
import { Comment } from '../comment'
const initial = { tag: null, expiresAt: null, at: 0, ended: null, data: null }
export default function Page() {
  return <Suspense><SessionProvider initial={initial}><Comment /></SessionProvider></Suspense>
}
`,
}
/** A page that shows the components of docs/browser.md. */
const COMPONENTS = {
  'app/components/page.tsx': `import { Suspense } from 'react'
import { Account } from '../account'
import { Draft } from '../draft'
import { morePosts } from '../posts/actions'
import { VirtualPosts } from '../posts/virtual-posts'
export default async function Page() {
  const posts = await morePosts(0)
  return <Suspense><Account /><Draft /><VirtualPosts initial={posts} /></Suspense>
}
`,
}
/** What the template made and what stays between builds. */
const KEPT = ['node_modules', 'package.json', 'package-lock.json']

let workshop: Workshop
let app: Application
let browser: Browser

beforeAll(async () => {
  ;[workshop, browser] = await Promise.all([openWorkshop(), launchChromium()])
  app = await workshop.createNextApp()
  withoutFonts(join(app.folder, 'app/layout.tsx'))
  cpSync(app.folder, template(), { recursive: true, filter: (from) => !KEPT.includes(basename(from)) })
  put('README.md')
  app.write(FORMS)
}, 600_000)

afterAll(async () => {
  await browser?.close()
  workshop?.remove()
})

/** Where the files of the template are kept. */
function template(): string {
  return join(app.folder, '../template')
}

/** Writes the files of one build; answers what they import. */
function put(build: string): string[] {
  const files = BUILDS[build] ?? []
  return packagesOf(files.map(([page, file, nth]) => writeBlock(page, file, app.folder, nth)).join())
}

/** Makes another application in its place, and serves it. */
async function rebuild(build: string, more: Record<string, string>): Promise<Served> {
  for (const name of readdirSync(app.folder))
    if (!KEPT.includes(name)) rmSync(join(app.folder, name), { recursive: true })
  cpSync(template(), app.folder, { recursive: true })
  await app.add(put(build).filter((name) => !['next', 'react'].includes(name)))
  const server = await app.serve(more)
  onTestFinished(() => server.stop())
  return server
}

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

  test('the component of README greets strangers', async () => {
    const page = await newPage(server)
    await page.goto('/comment')
    await page.getByText('Sign in to comment.').waitFor()
    expect(await page.locator('textarea').count()).toBe(0)
  })
})

/** Writes for a new visitor once its response has begun. */
const LATE = `
import { getSession } from '@/lib/session'

export async function POST() {
  const session = await getSession()
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(new TextEncoder().encode('begun '))
      await new Promise((resolve) => setTimeout(resolve, 300))
      const code = await session.set('theme', 'dark').then(() => 'stored', (error) => error.code)
      controller.enqueue(new TextEncoder().encode(code))
      controller.close()
    },
  })
  return new Response(body)
}
`

test('docs/browser.md: its components know the visitor and show their list', async () => {
  const server = await rebuild('docs/browser.md', { ...COMPONENTS, 'app/late/route.ts': LATE })
  // Answered once instrumentation.ts has run, without a session.
  await fetch(`${server.url}/_next/static/none`)
  const late = await fetch(`${server.url}/late`, { method: 'POST' })
  expect(await late.text()).toBe('begun ERR_HEADERS_SENT')
  const page = await newPage(server)
  await page.goto('/components')
  await page.getByText('Welcome').waitFor()
  await page.getByText('A post 1', { exact: true }).waitFor()
  await page.goto('/posts')
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('listitem').nth(39).waitFor()
  expect(await page.getByRole('listitem').count()).toBe(40)
})

test('docs/nextjs.md and others: routes, actions, proxy and streams', async () => {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const server = await rebuild('docs/nextjs.md and others', { '.env': `REDIS_URL=${redis.url}` })
  const { url } = server
  const jar = new CookieJar()
  const post = (path: string, body = ''): Promise<Response> => jar.fetch(url + path, { method: 'POST', body })
  // The proxy has given a session to the first of all requests.
  expect(JSON.parse(await jar.text(`${url}/api/visit`))).toEqual({ id: expect.any(String), count: 0 })
  expect(await jar.text(`${url}/api/count`)).toBe('{"count":1}')
  expect(await (await post('/api/chat', 'Hello')).text()).toBe('You said: Hello')
  expect((await post('/api/heartbeat')).status).toBe(204)
  expect(JSON.parse(await jar.text(`${url}/api/visit`))).toEqual({ id: expect.any(String), count: 1 })
  const returned = await post('/payment/return')
  expect([returned.status, returned.headers.get('location')]).toEqual([303, '/payment/done'])
  expect((await jar.fetch(`${url}/payment/done`)).headers.get('location')).toMatch(/\/cart$/)
  expect((await jar.fetch(`${url}/dashboard`)).status).toBe(200)
  expect((await jar.fetch(`${url}/api/ready`)).status).toBe(204)
  for (const visits of [1, 2])
    expect(await jar.text(`${url}/api/views`)).toBe(`You have been here ${visits} time(s).`)
  expect(server.log()).not.toMatch(/error|warning/i)
})
