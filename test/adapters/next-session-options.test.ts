/** What `nextSession` is told: wrong options are refused at construction, and no cache keeps its cookies. */

import { describe, expect, test } from 'vitest'
import nextSession, { type Options } from '../../src/next-session.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { cookieOf } from '../support/http-visit.ts'
import { sessionApp, visitOnce } from '../support/session-app.ts'

const WRONG: [name: string, options: unknown][] = [
  ['name', { name: 'a b' }],
  ['name', { name: 'ü' }],
  ['name', { name: 'a;b' }],
  ['name', { name: '' }],
  ['name', { name: '__Host-sid' }],
  ['name', { name: '__Secure-sid' }],
  ['name', { name: '__Host-sid', cookie: { secure: true, path: '/x' } }],
  ['name', { name: '__host-sid', cookie: { secure: true, domain: 'x.example' } }],
  ['cookie', { cookie: null }],
  ['cookie', { cookie: 'x' }],
  ['cookie.path', { cookie: { path: 'a;b' } }],
  ['cookie.path', { cookie: { path: '/\n' } }],
  ['cookie.path', { cookie: { path: 'abc' } }],
  ['cookie.domain', { cookie: { domain: 'a;b' } }],
  ['cookie.domain', { cookie: { domain: 'http://x' } }],
  ['cookie.domain', { cookie: { domain: 5 } }],
  ['cookie.sameSite', { cookie: { sameSite: 'foo' } }],
  ['cookie.sameSite', { cookie: { sameSite: 1 } }],
  ['cookie.sameSite', { cookie: { sameSite: 'none' } }],
  ['cookie.maxAge', { cookie: { maxAge: '1d' } }],
  ['cookie.maxAge', { cookie: { maxAge: NaN } }],
  ['cookie.maxAge', { cookie: { maxAge: Infinity } }],
  ['cookie.maxAge', { cookie: { maxAge: 1e15 } }],
  ['cookie.maxAge', { cookie: { maxAge: -1 } }],
  ['cookie.secure', { cookie: { secure: 'yes' } }],
  ['cookie.secure', { cookie: { secure: 'auto' } }],
  ['cookie.httpOnly', { cookie: { httpOnly: 'no' } }],
  ['cookie.expires', { cookie: { expires: new Date() } }],
  ['genid', { genid: 5 }],
  ['encode', { encode: 1 }],
  ['decode', { decode: 'x' }],
  ['touchAfter', { touchAfter: 'x' }],
  ['touchAfter', { touchAfter: NaN }],
  ['autoCommit', { autoCommit: 'no' }],
  ['rolling', { rolling: true }],
  ['store', { store: {} }],
  ['store', { store: 'redis://' }],
  ['store', { store: { get() {}, set() {} } }],
  ['timeout', { timeout: 5 }],
  ['options', 'x'],
]

test.for(WRONG)('%s: %j is refused at construction', ([name, options]) => {
  expect(() => nextSession(options as Options)).toThrow(
    expect.objectContaining({
      code: 'ERR_OPTION_INVALID',
      message: expect.stringContaining(name) as string,
    }),
  )
})

test.for<Options>([
  {},
  { name: '__Host-sid', cookie: { secure: true } },
  { cookie: { sameSite: true, maxAge: 0, path: '', domain: '' } },
  { cookie: { sameSite: 'none', secure: true, maxAge: 31_536_000 } },
  { cookie: { sameSite: 'Lax' as never, domain: '.shop.example', path: '/shop' }, touchAfter: 0 },
  { store: memoryStore(), genid: () => 'id', encode: String, decode: String, autoCommit: false },
])('%j is taken', (options) => {
  expect(() => nextSession(options)).not.toThrow()
})

describe.for([true, false])('with autoCommit %s', (autoCommit) => {
  const headersOf = async (work: Parameters<typeof visitOnce>[2]): Promise<Record<string, unknown>> =>
    (await visitOnce(nextSession, { autoCommit, store: memoryStore() }, work)).headers

  test('no cache keeps a response with our cookie', async () => {
    const headers = await headersOf(async (session, _, response) => {
      session['user'] = 'ann'
      response.setHeader('cache-control', 'public, max-age=60')
      if (!autoCommit) await session.commit()
      response.end()
    })
    expect(headers).toMatchObject({ 'cache-control': 'private, no-store', vary: 'Cookie' })
    expect(headers['set-cookie']).toHaveLength(1)
  })

  test('a response without it stays as it is, and depends on the cookie', async () => {
    const headers = await headersOf((session, _, response) => {
      if (autoCommit) response.setHeader('vary', 'Accept')
      response.end(String(session['user']))
    })
    expect(headers['cache-control']).toBeUndefined()
    expect(headers['vary']).toBe(autoCommit ? 'Accept, Cookie' : 'Cookie')
  })
})

test('a cookie that ends keeps the response out of caches too', async () => {
  const site = await sessionApp(nextSession, { store: memoryStore() }, async (session, request, response) => {
    if (request.url === '/out') await session.destroy()
    else session['user'] = 'ann'
    response.end()
  })
  const out = await site.visit(cookieOf(await site.visit()), '/out')
  expect(out.headers).toMatchObject({ 'cache-control': 'private, no-store' })
})
