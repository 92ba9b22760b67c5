/** A change from express-session to each part of Next.js, in a browser. */

import { createServer } from 'node:http'
import { join } from 'node:path'
import { RedisStore } from 'connect-redis'
import expressSession from 'express-session'
import type { Browser, Page } from 'playwright-core'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { listen, type Running } from '../adapters/subject.ts'
import { launchChromium } from '../support/chromium.ts'
import { type BuiltApp, buildApp, type NextServer, type Variant } from '../support/next-app.ts'
import { connect, SECRET } from '../support/old-libraries.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

const VARIANTS: Variant[] = [{ name: 'adopt' }, { name: 'adopt-cached', cacheComponents: true }]

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

describe.each(VARIANTS)('$name', (variant) => {
  let redis: RedisServer
  let client: ReturnType<typeof createClient>
  let app: BuiltApp
  let server: NextServer
  let old: Running
  let scoped: Running

  beforeAll(async () => {
    redis = await startRedis()
    client = createClient({ url: redis.url })
    await client.connect()
    app = await buildApp(join(import.meta.dirname, 'apps/adopt'), variant)
    server = await app.start({ env: { REDIS_URL: redis.url } })
    old = await connect.start(new RedisStore({ client }) as never)
    scoped = await startScoped()
  })
  afterAll(async () => {
    await Promise.all([old?.close(), scoped?.close(), server?.stop()])
    app.remove()
    await client.close()
    await redis.stop()
  })

  /** An old application whose cookie has the name of ours, and another path. */
  function startScoped(): Promise<Running> {
    const middleware = expressSession({
      secret: SECRET,
      name: 'sid',
      cookie: { path: '/api' },
      store: new RedisStore({ client, prefix: 'scoped:' }),
      resave: false,
      saveUninitialized: false,
    })
    return listen(
      createServer((req, res) => {
        middleware(req as never, res as never, () => {
          const { session } = req as unknown as { session?: { user: string } }
          // There is none outside of its path, such as for the icon that browsers ask for.
          if (session !== undefined) session.user = 'ann'
          res.end('ann')
        })
      }),
    )
  }

  /** A page of a browser that is signed in to the old application. Ports share cookies. */
  async function signedIn(login: string): Promise<Page> {
    const context = await browser.newContext({ baseURL: server.url })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(login)
    return page
  }

  async function names(page: Page): Promise<string[]> {
    return (await page.context().cookies(`${server.url}/api/who`)).map(({ name }) => name).toSorted()
  }

  test.each(['/api/who', '/legacy', '/proxied', '/api/proxied'])(
    'by way of %s: at every request',
    async (path) => {
      const page = await signedIn(`${old.url}/login`)
      for (let request = 0; request < 4; request++) {
        await page.goto(path)
        await page.getByText('ann').waitFor()
        expect(await names(page)).toEqual(['sid'])
      }
      await page.goto('/')
      await page.locator('#user', { hasText: 'ann' }).waitFor()
    },
  )

  test('by way of a page, which can send no cookie, and an action', async () => {
    const page = await signedIn(`${old.url}/login`)
    for (let request = 0; request < 3; request++) {
      await page.goto('/')
      await page.locator('#user', { hasText: 'ann' }).waitFor()
      expect(await names(page)).toEqual(['connect.sid'])
    }
    await page.click('#add')
    await page.locator('#added', { hasText: '1' }).waitFor()
    expect(await names(page)).toEqual(['sid'])
    for (let request = 0; request < 3; request++) {
      await page.goto('/')
      await page.locator('#user', { hasText: 'ann' }).waitFor()
      await page.locator('#added', { hasText: '1' }).waitFor()
    }
  })

  test.each(['/api/who', '/api/proxied'])(
    'by way of %s, from a cookie with the name of ours and another path',
    async (path) => {
      const page = await signedIn(`${scoped.url}/api/login`)
      for (let request = 0; request < 4; request++) {
        await page.goto(path)
        await page.getByText('ann').waitFor()
        expect(await names(page)).toEqual(['sid'])
      }
      const [cookie] = await page.context().cookies(`${server.url}/api/who`)
      expect(cookie?.path).toBe('/')
    },
  )
})
