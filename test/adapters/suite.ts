/**
 * What every adapter promises, asked over HTTP.
 *
 * @module
 */

import { request as httpRequest } from 'node:http'
import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/stores/memory.ts'
import { gated, recorded } from '../support/pausing-store.ts'
import { scene } from './scene.ts'
import { fateOf } from './shop.ts'
import type { Subject } from './subject.ts'

/** Runs the suite against an adapter. */
export function testAdapter(subject: Subject): void {
  const { name, isLazy } = subject
  describe(`${name}`, () => {
    const { visit, another, data, ourCookies, url } = scene(subject)

    describe('a visitor', () => {
      test('who stores nothing gets no cookie, and the store is not asked', async () => {
        const { store, calls } = recorded(memoryStore())
        const guest = await visit(store)
        expect(await (await guest.get('/plain')).text()).toBe('plain')
        expect(await data(guest)).toEqual({})
        expect([calls, guest.setCookies]).toEqual([[], []])
      })

      test('with a session costs one read', async () => {
        const { store, calls } = recorded(memoryStore())
        const guest = await visit(store)
        await guest.get('/set')
        calls.length = 0
        await guest.get('/plain')
        expect(calls).toEqual(isLazy ? [] : ['load'])
        calls.length = 0
        await guest.get('/read')
        expect(calls).toEqual(['load'])
      })

      test('gets one cookie with the first write, and none with the next', async () => {
        const guest = await visit(memoryStore())
        const response = await guest.get('/set?key=a&value=1')
        expect(ourCookies(guest)).toEqual([
          expect.stringMatching(/^sid=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/),
        ])
        expect(response.headers.get('cache-control')).toBe('private, no-store')
        await guest.get('/set?key=b&value=2')
        expect(guest.setCookies).toEqual([])
        expect(await data(guest)).toEqual({ a: '1', b: '2' })
      })

      test('who reads is told apart by caches', async () => {
        const guest = await visit(memoryStore())
        expect((await guest.get('/read')).headers.get('vary')).toBe('Cookie')
      })

      test('signs in, is redirected, is known there, and signs out', async () => {
        const guest = await visit(memoryStore())
        expect((await guest.get('/who')).status).toBe(401)
        await guest.get('/set?key=cart&value=tea')
        const login = await guest.get('/login?user=ada')
        expect([login.status, ourCookies(guest).length]).toEqual([303, 1])
        expect(await (await guest.get('/who')).text()).toBe('ada')
        expect(await data(guest)).toEqual({ cart: 'tea' })
        await guest.get('/logout')
        expect(ourCookies(guest)).toEqual([expect.stringContaining('Max-Age=0')])
        expect(guest.cookie).toBe('')
        expect((await guest.get('/who')).status).toBe(401)
      })
    })

    describe('a write that nobody awaits', () => {
      test.each([
        ['a redirect', '/forget-redirect', 302, expect.any(String)],
        ['a text', '/forget', 200, 'forgotten'],
        ['a stream', '/forget-stream', 200, 'one two three'],
        ['204', '/forget-empty?status=204', 204, ''],
        ['304', '/forget-empty?status=304', 304, ''],
        ['404', '/forget-empty?status=404', 404, ''],
      ])('is stored, and its cookie sent, before the first byte of %s', async (_what, path, status, text) => {
        const { store, hold } = gated(memoryStore())
        const guest = await visit(store)
        const gate = hold('create')
        let isAnswered = false
        const answer = guest.get(path).then((response) => {
          isAnswered = true
          return response
        })
        await gate.reached
        await new Promise((resolve) => setTimeout(resolve, 30))
        expect(isAnswered).toBe(false)
        gate.open()
        const response = await answer
        expect([response.status, ourCookies(guest).length]).toEqual([status, 1])
        expect(await response.text()).toEqual(text)
        expect(await data(guest)).toEqual({ a: '1' })
      })

      test('is stored for HEAD as well', async () => {
        const guest = await visit(memoryStore())
        const response = await guest.get('/forget', { method: 'HEAD' })
        expect([response.status, await response.text()]).toEqual([200, ''])
        expect(await data(guest)).toEqual({ a: '1' })
      })

      test('leaves the cookies of the application alone', async () => {
        const guest = await visit(memoryStore())
        await guest.get('/forget-cookies')
        expect(guest.setCookies).toHaveLength(3)
        expect(guest.setCookies).toEqual(
          expect.arrayContaining(['x=1; Path=/', 'y=2; Path=/', expect.stringMatching(/^sid=/)]),
        )
      })

      test('keeps a response out of caches that the application meant for them', async () => {
        const guest = await visit(memoryStore())
        const { headers } = await guest.get('/forget-public')
        expect(headers.get('cache-control')).toBe('private, no-store')
        expect(headers.get('vary')?.split(/, */).sort()).toEqual(['Accept', 'Cookie'])
        const again = await guest.get('/forget-public')
        expect(again.headers.get('cache-control')).toBe('public, max-age=60')
      })

      test('is stored though the route fails after it', async () => {
        const guest = await visit(memoryStore())
        expect((await guest.get('/set?key=b')).status).toBe(200)
        expect((await guest.get('/forget-throw')).status).toBe(500)
        expect(await data(guest)).toEqual({ a: '1', b: '1' })
      })

      test('becomes 413 if the session would grow too large', async () => {
        const guest = await visit(memoryStore())
        expect((await guest.get('/forget-large')).status).toBe(413)
        expect(guest.setCookies).toEqual([])
      })

      test('is stored though its visitor has gone', async () => {
        const { store, hold } = gated(memoryStore())
        const guest = await visit(store)
        await guest.get('/set?key=b')
        for (const path of ['/forget', '/forget-stream', '/forget-redirect']) {
          const gate = hold('update')
          const leaving = abort(`${url()}${path}`, guest.cookie)
          await gate.reached
          leaving.now()
          await leaving.done
          gate.open()
        }
        expect(await data(guest)).toEqual({ a: '1', b: '1' })
      })
    })

    test('an error of the route is its own', async () => {
      const guest = await visit(memoryStore())
      expect((await guest.get('/throw')).status).toBe(500)
      expect((await guest.get('/plain')).status).toBe(200)
    })

    test('fifty requests at once, each writing a value of its own, keep all fifty', async () => {
      const guest = await visit(memoryStore())
      await guest.get('/set?key=first')
      const keys = Array.from({ length: 50 }, (_, i) => `k${i}`)
      await Promise.all(
        keys.map(async (key, i) => (await guest.get(`/${i % 2 ? 'set' : 'forget'}?key=${key}`)).text()),
      )
      expect(Object.keys(await data(guest)).sort()).toEqual(['first', ...keys].sort())
    })

    test('a write after the response has begun throws, and detached() can do it', async () => {
      const guest = await visit(memoryStore())
      await guest.get('/set?key=b')
      const known = await (await guest.get(`/late?name=${name}-known`)).text()
      expect(known).toBe('begun ERR_HEADERS_SENT')
      await expect.poll(() => fateOf(`${name}-known`)).toBe('stored')
      expect(await data(guest)).toEqual({ b: '1', late: '2' })
      const stranger = another()
      expect(await (await stranger.get(`/late?name=${name}-new`)).text()).toBe('begun ERR_HEADERS_SENT')
      await expect.poll(() => fateOf(`${name}-new`)).toBe('ERR_HEADERS_SENT')
      expect(stranger.setCookies).toEqual([])
    })

    test('a page of another site is refused with 403', async () => {
      const guest = await visit(memoryStore())
      await guest.get('/set?key=b')
      const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
      const refused = await guest.get('/transfer', { method: 'POST', headers })
      expect([refused.status, guest.setCookies]).toEqual([403, []])
      const own = { origin: url(), 'sec-fetch-site': 'same-origin' }
      expect((await guest.get('/transfer', { method: 'POST', headers: own })).status).toBe(200)
      expect(await data(guest)).toEqual({ b: '1', transferred: '1' })
    })
  })
}

/** Sends a request that can be left. */
function abort(url: string, cookie: string): { now: () => void; done: Promise<void> } {
  const request = httpRequest(url, { headers: { cookie } })
  const done = new Promise<void>((resolve) => {
    request.on('error', () => {})
    request.on('close', () => resolve())
  })
  request.end()
  return { now: () => void request.destroy(), done }
}
