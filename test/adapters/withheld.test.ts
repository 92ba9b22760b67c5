/** Requests whose cookie the browser withholds: they begin no session, so that no page can take the visitor's. */

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { SessionOptions } from '../../src/core/options.ts'
import { customSession } from '../../src/adopt.ts'
import { createToken } from '../../src/core/record/token.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { Store } from '../../src/core/store.ts'
import { PlainVisitor, type PlainInit } from '../support/plain-visitor.ts'
import { recorded } from '../support/pausing-store.ts'
import { scene } from './scene.ts'
import { expressSubjects } from './subjects/express.ts'
import { fastifySubjects } from './subjects/fastify.ts'
import { http, microSubject } from './subjects/node.ts'
import { fetchHandler, hono } from './subjects/web.ts'

// micro and Hono print every error that a route throws.
beforeAll(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterAll(() => void vi.restoreAllMocks())

const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
const elsewhere = { 'sec-fetch-site': 'cross-site' }
/** What a browser sends where it withholds a lax cookie. */
const WITHHELD: [string, PlainInit][] = [
  ['a form', { method: 'POST', headers: { ...elsewhere, ...navigation, origin: 'https://bank.example' } }],
  ['a form without an origin', { method: 'POST', headers: { ...elsewhere, ...navigation, origin: 'null' } }],
  ['a frame', { headers: { ...elsewhere, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' } }],
  ['a script', { headers: { ...elsewhere, 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' } }],
  ['an image', { headers: { ...elsewhere, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' } }],
]
const WRITES = ['/set', '/start', '/increment', '/append', '/update', '/flash', '/forget', '/forget-stream']

const lax: SessionOptions = {}
const strict: SessionOptions = { cookie: { sameSite: 'strict' } }
const none: SessionOptions = { cookie: { sameSite: 'none', secure: true, name: 'sid' } }
const form = WITHHELD[0]?.[1] as PlainInit
const frame = WITHHELD[2]?.[1] as PlainInit
const link: PlainInit = { headers: { ...elsewhere, ...navigation } }

function told(site: string): PlainInit {
  return { method: 'POST', headers: { 'sec-fetch-site': site } }
}

/** From a browser that sends no Sec-Fetch-Site, to a host that a proxy may have named. */
function untold(host: string, source: Record<string, string>, method = 'POST'): PlainInit {
  return { method, headers: { host, ...source } }
}

const CASES: [string, SessionOptions, PlainInit, number][] = [
  ['a link', lax, link, 200],
  ['a link, strict', strict, link, 403],
  ['a form, strict', strict, form, 403],
  ['a form, none', none, form, 200],
  ['a frame, none', none, frame, 200],
  ['a form of our own', lax, told('same-origin'), 200],
  ['a form of our own, strict', strict, told('same-origin'), 200],
  ['a form of a sibling, strict', strict, told('same-site'), 200],
  ['no page, strict', strict, told('none'), 200],
  ['no browser, strict', strict, { method: 'POST' }, 200],
  ['an older browser, our own', lax, untold('shop.example', { origin: 'http://shop.example:80' }), 200],
  [
    'an older browser, another port',
    lax,
    untold('shop.example:3000', { origin: 'http://shop.example' }),
    200,
  ],
  ['an older browser, a sibling', lax, untold('shop.example', { origin: 'https://www.shop.example' }), 200],
  ['an older browser, perhaps a sibling', lax, untold('a.co.uk', { origin: 'http://b.co.uk' }), 200],
  ['an older browser, elsewhere', lax, untold('shop.example', { origin: 'https://bank.example' }), 403],
  ['an older browser, told by Referer', lax, untold('shop.example', { referer: 'https://b.test/x?y' }), 403],
  ['an older browser, Origin hidden', lax, untold('shop.example', { origin: 'null' }), 403],
  [
    'an older browser, behind a proxy',
    lax,
    untold('localhost:3000', { origin: 'https://bank.example' }),
    200,
  ],
  ['an older browser, to an address', lax, untold('10.0.0.5', { origin: 'https://bank.example' }), 200],
  ['an older browser, from an address', lax, untold('shop.example', { origin: 'http://10.0.0.5' }), 403],
  [
    'an older browser, listed',
    { origins: ['https://b.test'] },
    untold('shop.example', { origin: 'https://b.test' }),
    200,
  ],
  ['an older browser, a link', lax, untold('shop.example', { referer: 'https://b.test/' }, 'GET'), 200],
  [
    'an older browser, a link, strict',
    strict,
    untold('shop.example', { referer: 'https://b.test/' }, 'GET'),
    403,
  ],
  ['an older browser, typed, strict', strict, untold('shop.example', {}, 'GET'), 200],
]

for (const subject of [http, microSubject, ...expressSubjects, ...fastifySubjects, hono, fetchHandler]) {
  describe(`${subject.name}`, () => {
    const { visit, url } = scene(subject)
    const another = (): PlainVisitor => new PlainVisitor(url())
    async function begin(store: Store = memoryStore(), options: SessionOptions = {}): Promise<PlainVisitor> {
      await visit(store, options)
      return another()
    }

    test.each(WITHHELD)('%s of another site begins no session', async (_, init) => {
      const { store, calls } = recorded(memoryStore())
      await visit(store)
      for (const path of WRITES) {
        const { status, cookies } = await another().get(path, init)
        expect([path, status, cookies]).toEqual([path, 403, []])
      }
      expect(calls).not.toContain('create')
    })

    test.each([
      ['malformed', 'sid=junk'],
      ['dead', `sid=${createToken()}`],
    ])('nor does one that brings a cookie of our name that is %s', async (_, cookie) => {
      const guest = await begin()
      const answer = await guest.get('/set', { ...form, headers: { ...form.headers, cookie } })
      expect([answer.status, answer.cookies]).toEqual([403, []])
    })

    test('nor does one take over the session of another library', async () => {
      const old: Record<string, string> = { one: 'ann' }
      const adopt = customSession({
        name: 'old',
        read: (id) => (old[id] === undefined ? null : { user: old[id] }),
        remove: (id) => void delete old[id],
        map: ({ user }) => ({ userId: user }),
      })
      const guest = await begin(memoryStore(), { adopt })
      const cookie = 'old=one'
      for (const init of [form, frame]) {
        const { body, cookies } = await guest.get('/who', { ...init, headers: { ...init.headers, cookie } })
        expect([body.includes('ann'), cookies]).toEqual([false, []])
      }
      const { body, cookies } = await guest.get('/who', { headers: { ...link.headers, cookie } })
      expect(body).toBe('ann')
      expect(new Set(cookies.map((line) => line.split('=', 1)[0]))).toEqual(new Set(['old', 'sid']))
    })

    test('what creates nothing passes there', async () => {
      const guest = await begin()
      for (const path of ['/read', '/delete', '/notice']) {
        const { status, cookies } = await guest.get(path, form)
        expect([path, status, cookies]).toEqual([path, 200, []])
      }
    })

    test('the handler learns why, and may answer otherwise', async () => {
      const guest = await begin()
      expect(await guest.get('/caught', form)).toMatchObject({ body: 'ERR_CROSS_SITE', cookies: [] })
    })

    test('a sign-in from there, such as form_post, takes the place of the session, and is written to', async () => {
      const guest = await begin()
      const answer = await guest.get('/login', form)
      expect([answer.status, answer.cookies.length]).toEqual([303, 1])
      expect((await guest.get('/who')).body).toBe('ada')
    })

    test('a sign-out from there ends nothing, and does not look as if it had', async () => {
      const ada = await begin()
      await ada.get('/login')
      expect(await another().get('/logout', form)).toMatchObject({ status: 403, cookies: [] })
      expect((await ada.get('/who')).body).toBe('ada')
    })

    test('a sign-in that fails there takes nothing away', async () => {
      const store = memoryStore()
      store.create = () => {
        throw new Error('down')
      }
      const guest = await begin(store)
      expect(await guest.get('/login', form)).toMatchObject({ status: 503, cookies: [] })
    })

    test('payment return: 303 to a GET of ours, where the cart is, and the message', async () => {
      const guest = await begin()
      await guest.get('/set?key=cart&value=tea')
      expect((await guest.get('/flash', link)).body).toBe('flashed')
      expect((await guest.get('/notice')).body).toBe('paid')
      expect(JSON.parse((await guest.get('/read')).body)).toEqual({ cart: 'tea' })
    })

    test.each(CASES)('%s: its first write', async (_, options, init, status) => {
      const guest = await begin(memoryStore(), options)
      const answer = await guest.get('/set', init)
      expect(answer.status).toBe(status)
      expect(answer.cookies).toHaveLength(status === 200 ? 1 : 0)
    })

    test('a session that exists is written to, wherever the request comes from', async () => {
      const guest = await begin()
      await guest.get('/set')
      expect((await guest.get('/increment', form)).status).toBe(200)
    })
  })
}
