/** What a real browser withholds, and what becomes of the session that it has, on every server but Next.js. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { memoryStore } from '../../src/stores/memory.ts'
import type { Running } from '../adapters/subject.ts'
import { expressSubjects } from '../adapters/subjects/express.ts'
import { fastifySubjects } from '../adapters/subjects/fastify.ts'
import { http, microSubject } from '../adapters/subjects/node.ts'
import { fetchHandler, hono } from '../adapters/subjects/web.ts'
import { chromiumOptions } from '../support/chromium.ts'
import { type Attack, type ForeignSite, startForeignSite } from '../support/foreign-site.ts'
import { recorded, type Verb } from '../support/pausing-store.ts'

let browser: BrowserContext
let foreign: ForeignSite
let page: Page
let profile: string
beforeAll(async () => {
  // micro and Hono print every error that a route throws.
  vi.spyOn(console, 'error').mockImplementation(() => {})
  foreign = await startForeignSite()
  profile = mkdtempSync(join(tmpdir(), 'sojourn-chromium-'))
  mkdirSync(join(profile, 'Default'))
  writeFileSync(join(profile, 'Default/Preferences'), JSON.stringify(PREFERENCES))
  browser = await chromium.launchPersistentContext(profile, chromiumOptions())
  page = await browser.newPage()
})
afterAll(async () => {
  await browser.close()
  rmSync(profile, { recursive: true, force: true })
  await foreign.stop()
  vi.restoreAllMocks()
})

/** Else it blocks cookies in frames and scripts of other sites, whatever SameSite says. */
const PREFERENCES = { profile: { block_third_party_cookies: false, cookie_controls_mode: 0 } }
const WAYS: readonly Attack[] = ['link', 'form', 'script', 'embed']
/** In which ways the cookie comes (RFC 6265bis section 5.8.3). */
const COMES = { lax: ['link'], strict: [], none: WAYS } as const

for (const subject of [http, microSubject, ...expressSubjects, ...fastifySubjects, hono, fetchHandler]) {
  describe.each(['lax', 'strict', 'none'] as const)(`${subject.name}, SameSite=%s`, (sameSite) => {
    let server: Running
    let calls: Verb[]
    beforeEach(async () => {
      const { store, calls: seen } = recorded(memoryStore())
      calls = seen
      server = await subject.start({ store, cookie: { name: 'sid', sameSite, secure: true } })
      await page.context().clearCookies()
    })
    afterEach(() => server.close())

    /** What our server answers to a request that a foreign page makes. */
    async function from(way: Attack, path: string): Promise<{ status: number; brought: boolean }> {
      const answered = page.waitForResponse((response) => response.url() === server.url + path)
      await page.goto(foreign.page('localhost', way, server.url + path))
      const answer = await answered
      const { cookie } = await answer.request().allHeaders()
      return { status: answer.status(), brought: cookie !== undefined }
    }

    async function state(): Promise<unknown> {
      await page.goto(`${server.url}/state`)
      return JSON.parse(await page.innerText('body'))
    }

    test('no page of another site takes the place of a session', async () => {
      await page.goto(`${server.url}/forget-login`)
      await page.goto(`${server.url}/set?key=cart&value=tea`)
      calls.length = 0
      for (const way of WAYS) {
        const comes = (COMES[sameSite] as readonly Attack[]).includes(way)
        const answer = await from(way, '/flash')
        expect({ way, ...answer }).toEqual({ way, status: comes ? 200 : 403, brought: comes })
        expect(await state()).toEqual({ user: 'ada', cart: 'tea', notice: comes ? 'paid' : null })
      }
      expect(calls).not.toContain('create')
    })

    test('a link begins one for a visitor who has none, if that is sure', async () => {
      const { status } = await from('link', '/flash')
      expect(status).toBe(sameSite === 'strict' ? 403 : 200)
    })
  })
}
