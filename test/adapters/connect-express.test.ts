import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { visitor, type Visitor } from '../support/visitor.ts'
import { backends, counted, type Backend } from './connect/backends.ts'
import { startExpress, type App, type AppOptions } from './connect/express-app.ts'

const HOUR = 3_600_000
const url = inject('redisUrl')

let backend: Backend
let apps: App[] = []

afterEach(async () => {
  for (const app of apps) await app.close()
  apps = []
  await backend.close()
})

async function start(options?: AppOptions): Promise<App> {
  const app = await startExpress(backend.store, options)
  apps.push(app)
  return app
}

/** What the page shows of the session. */
async function page(browser: Visitor): Promise<Record<string, unknown>> {
  return (await browser.get('/')).json() as Promise<Record<string, unknown>>
}

async function login(app: App, user = 'ann'): Promise<Visitor> {
  const browser = visitor(app.url)
  await browser.post(`/login/${user}`)
  return browser
}

for (const [name, open] of Object.entries(backends)) {
  describe(`express-session on ${name}`, () => {
    beforeEach(() => {
      backend = open(url)
    })

    test.for([4, 5] as const)('a sign-in leads to a page that knows it (Express %i)', async (version) => {
      const browser = visitor((await start({ version })).url)
      await browser.post('/set/cart/full')
      const before = browser.cookie
      const { status } = await browser.post('/login/ann')
      expect(status).toBe(302)
      expect(browser.cookie).not.toBe(before)
      expect(await page(browser)).toMatchObject({ user: 'ann' })
      expect(await page(browser)).not.toHaveProperty('cart')
      browser.cookie = before
      expect(await page(browser)).not.toHaveProperty('user')
    })

    test('a sign-out ends the session', async () => {
      const app = await start()
      const browser = await login(app)
      const { cookie } = browser
      await browser.post('/logout')
      browser.cookie = cookie
      expect(await page(browser)).not.toHaveProperty('user')
      expect(app.errors).toEqual([])
    })

    test('a request that was under way at sign-out does not bring the session back', async () => {
      const app = await start()
      const browser = await login(app)
      const { cookie } = browser
      const { reached, go } = app.hold()
      const slow = visitor(app.url, cookie).post('/slow/late')
      await reached
      await browser.post('/logout')
      go()
      expect(await slow).toMatchObject({ status: 200 })
      const after = await page(visitor(app.url, cookie))
      expect(after).not.toHaveProperty('user')
      expect(after).not.toHaveProperty('late')
      expect(app.errors).toEqual([])
    })

    test.for([
      ['resave', { resave: true }],
      ['rolling', { rolling: true }],
    ] as const)('nor does one that changed nothing, with %s', async ([, session]) => {
      const app = await start({ session })
      const browser = await login(app)
      const { cookie } = browser
      const { reached, go } = app.hold()
      const slow = visitor(app.url, cookie).get('/slow')
      await reached
      await browser.post('/logout')
      go()
      await (await slow).text()
      expect(await page(visitor(app.url, cookie))).not.toHaveProperty('user')
    })

    test('twenty requests at once each write what is theirs, and all of it stays', async () => {
      const app = await start()
      const browser = await login(app)
      await browser.post('/set/old/value')
      const posts = Array.from({ length: 20 }, (_, i) =>
        visitor(app.url, browser.cookie).post(`/set/k${i}/${i}`),
      )
      await Promise.all([...posts, visitor(app.url, browser.cookie).post('/delete/old')])
      const after = await page(browser)
      for (let i = 0; i < 20; i++) expect(after[`k${i}`]).toBe(`${i}`)
      expect(after).toMatchObject({ user: 'ann' })
      expect(after).not.toHaveProperty('old')
    })

    test.for([true, false])(
      'a slow request takes back nothing that others wrote meanwhile (resave: %s)',
      async (resave) => {
        const app = await start({ session: { resave } })
        const browser = await login(app)
        await browser.post('/set/gone/soon')
        const { reached, go } = app.hold()
        const slow = visitor(app.url, browser.cookie).post('/slow/mine')
        await reached
        await browser.post('/set/theirs/fast')
        await browser.post('/set/user/bob')
        await browser.post('/delete/gone')
        go()
        await slow
        expect(await page(browser)).toMatchObject({ user: 'bob', mine: 'slow', theirs: 'fast' })
        expect(await page(browser)).not.toHaveProperty('gone')
      },
    )

    test('the store holds no id of a session', async () => {
      const app = await start()
      const browser = await login(app)
      const { id } = await page(browser)
      const dump = await backend.dump()
      expect(dump).toContain('ann')
      expect(dump).not.toContain(id)
      expect(await backend.store.load(String(id))).toBeNull()
    })

    test('the cookie comes back as it was, with the deadline of the store', async () => {
      const cookie = {
        maxAge: HOUR,
        sameSite: 'strict',
        path: '/',
        httpOnly: false,
        priority: 'high',
      } as const
      const app = await start({ session: { cookie } })
      const browser = await login(app)
      const shown = (await page(browser))['cookie'] as Record<string, unknown>
      expect(shown).toMatchObject({ originalMaxAge: HOUR, sameSite: 'strict', path: '/', httpOnly: false })
      expect(shown).toMatchObject({ priority: 'high' })
      const left = new Date(String(shown['expires'])).getTime() - Date.now()
      expect(left).toBeGreaterThan(HOUR - 10_000)
      expect(left).toBeLessThanOrEqual(HOUR)
    })

    test('a cookie that ends with the browser stays one, and the store keeps the session for `ttl`', async () => {
      const app = await start({ ttl: '2h' })
      const browser = await login(app)
      expect(browser.setCookies[0]).not.toMatch(/expires|max-age/i)
      const shown = await page(browser)
      expect(shown['cookie']).toMatchObject({ originalMaxAge: null, expires: null })
      const found = await new Promise<{ cookie: { expires: unknown } }>((resolve) =>
        app.store.get(String(shown['id']), (_, data) => resolve(data)),
      )
      expect(found.cookie.expires).toBeNull()
    })

    test('a longer life for one session is kept, though nothing else of it changed', async () => {
      const app = await start({ session: { cookie: { maxAge: HOUR } } })
      const browser = await login(app)
      await browser.post(`/age/${30 * 24 * HOUR}`)
      const shown = (await page(browser))['cookie'] as Record<string, unknown>
      expect(shown).toMatchObject({ originalMaxAge: 30 * 24 * HOUR })
      expect(new Date(String(shown['expires'])).getTime()).toBeGreaterThan(Date.now() + 29 * 24 * HOUR)
    })

    test('a session ends when its time is over', async () => {
      const app = await start({ session: { cookie: { maxAge: 600 } } })
      const browser = await login(app)
      expect(await page(browser)).toHaveProperty('user')
      await new Promise((resolve) => setTimeout(resolve, 700))
      expect(await page(browser)).not.toHaveProperty('user')
    })

    test('a session that is used does not end', async () => {
      const app = await start({ session: { cookie: { maxAge: 1000 } } })
      const browser = await login(app)
      for (let i = 0; i < 6; i++) {
        await new Promise((resolve) => setTimeout(resolve, 250))
        expect(await page(browser)).toHaveProperty('user')
      }
    })

    test('reload() shows what another request wrote, and what follows is added to it', async () => {
      const app = await start()
      const browser = await login(app)
      expect((await browser.post('/reload')).body).toMatchObject({ user: 'ann', reloaded: 'yes' })
      await browser.post('/set/a/1')
      expect(await page(browser)).toMatchObject({ user: 'ann', reloaded: 'yes', a: '1' })
    })

    test('names of every kind are data', async () => {
      const app = await start()
      const browser = await login(app)
      for (const name of ['@', '!', '__proto__', 'constructor', 'a/b', '%', 'é'])
        await browser.post(`/set/${encodeURIComponent(name)}/1`)
      const shown = await page(browser)
      for (const name of ['@', '!', 'a/b', '%', 'é']) expect(shown[name]).toBe('1')
      expect(shown['user']).toBe('ann')
    })
  })
}

describe('express-session asks of the store', () => {
  let asked: string[]
  let app: App
  let browser: Visitor

  beforeEach(async () => {
    backend = backends['memory']!(url)
    const counting = counted(backend.store)
    asked = counting.asked
    app = await startExpress(counting.store, { session: { cookie: { maxAge: HOUR } } })
    apps.push(app)
    browser = await login(app)
    asked.length = 0
  })

  test('one load for a request that changes nothing', async () => {
    await page(browser)
    expect(asked).toEqual(['load'])
  })

  test('one update for one that does', async () => {
    await browser.post('/set/a/1')
    expect(asked).toEqual(['load', 'update'])
  })

  test('nothing for a visitor without a session', async () => {
    await page(visitor(app.url))
    expect(asked).toEqual([])
  })
})
