/** What browsers do to the cookie without telling anybody: the log says it, once. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { SessionOptions } from '../../src/index.ts'
import { createToken } from '../../src/core/record/token.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { plain } from '../support/plain-visitor.ts'
import { servers, type Start } from './habits/servers.ts'

const BROWSER = { 'user-agent': 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15' }
const CHROME = { 'user-agent': 'Mozilla/5.0 (X11; Linux x64) Chrome/142.0.0.0 Safari/537.36' }
const ROBOT = { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1)', host: 'shop.example' }
const TRUSTED = { ...BROWSER, 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }
const BEHIND_PROXY = { ...BROWSER, 'x-forwarded-proto': 'https' }
const SECURE: SessionOptions = { cookie: { secure: true } }
const INSECURE: SessionOptions = { cookie: { secure: false } }

let warnings: [message: string, code: unknown][]
beforeEach(() => {
  warnings = []
  ;(globalThis as { [key: symbol]: Set<string> | undefined })[Symbol.for('sojourn.warned')]?.clear()
  vi.spyOn(process, 'emitWarning').mockImplementation(((message: string, { code }: { code?: string }) => {
    warnings.push([message, code])
  }) as typeof process.emitWarning)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

/** Makes requests, one after another, that begin a session each. */
async function ask(
  start: Start,
  options: SessionOptions,
  ...requests: Record<string, string>[]
): Promise<void> {
  const server = await start({ ...options, store: memoryStore() }, async (session) => {
    await session.set('a', 1)
    return 'done'
  })
  for (const headers of requests) expect((await plain(server.url, { headers })).body).toBe('done')
  await server.close()
}

describe.each(Object.entries(servers))('%s', (_, start) => {
  test('a Secure cookie that a browser gets over plain http', async () => {
    await ask(start, SECURE, {}, TRUSTED, BEHIND_PROXY, CHROME, ROBOT)
    expect(warnings).toEqual([])
    await ask(start, SECURE, BROWSER, BROWSER)
    expect(warnings).toEqual([
      [
        expect.stringMatching(/^A browser asked http:\/\/127\.0\.0\.1:\d+ .*"__Host-sid".*secure: false/),
        'SOJOURN_SECURE_COOKIE_OVER_HTTP',
      ],
    ])
  })

  test('the same, on another host than localhost', async () => {
    await ask(start, SECURE, { ...CHROME, host: '192.168.1.5:3000' })
    expect(warnings).toEqual([[expect.stringContaining('http://192.168.1.5:3000'), expect.anything()]])
  })

  test('a cookie without Secure that a browser gets over https', async () => {
    await ask(start, INSECURE, BEHIND_PROXY)
    vi.stubEnv('NODE_ENV', 'production')
    await ask(start, INSECURE, BROWSER, TRUSTED, {})
    expect(warnings).toEqual([])
    await ask(start, INSECURE, BEHIND_PROXY, BEHIND_PROXY)
    expect(warnings).toEqual([
      [expect.stringContaining('Leave out cookie.secure'), 'SOJOURN_INSECURE_COOKIE'],
    ])
  })
})

test('tokens of another application on localhost', async () => {
  const stranger = (): Record<string, string> => ({ cookie: `sid=${createToken()}` })
  const three = [stranger(), stranger(), stranger()] as const
  const start = servers['http'] as Start
  await ask(start, {}, ...three)
  vi.stubEnv('NODE_ENV', 'development')
  await ask(start, {}, three[0], three[0], three[0], three[1])
  expect(warnings).toEqual([])
  await ask(start, {}, ...three)
  expect(warnings).toEqual([
    [
      expect.stringMatching(/^The application at 127\.0\.0\.1:\d+ .*cookie "sid".*name: 'shop-sid'/),
      'SOJOURN_SHARED_COOKIE_NAME',
    ],
  ])
})
