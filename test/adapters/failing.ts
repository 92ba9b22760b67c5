/**
 * What every adapter promises when the store fails.
 *
 * @module
 */

import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/stores/memory.ts'
import { faulty } from '../support/pausing-store.ts'
import { faultyStores } from './faulty-stores.ts'
import { scene } from './scene.ts'
import type { Subject } from './subject.ts'

/** Runs these tests against an adapter. */
export function testFailingStores(subject: Subject): void {
  const { name, isLazy } = subject
  describe(`${name}`, () => {
    const { visit, another, data, ourCookies } = scene(subject)

    describe('a failing store', () => {
      const failing = [
        '/forget',
        '/forget-redirect',
        '/forget-login',
        '/forget-stream',
        '/forget-empty?status=204',
        '/forget-cookies',
        '/forget-public',
      ]

      test.each(failing)('makes a first write 503 without a cookie: %s', async (path) => {
        const { store, fail } = faulty(memoryStore())
        const guest = await visit(store)
        fail('create')
        const response = await guest.get(path)
        expect([response.status, ourCookies(guest)]).toEqual([503, []])
        expect(response.headers.get('cache-control')).toBe('private, no-store')
        expect(response.headers.get('location')).toBeNull()
        expect(await response.text()).not.toMatch(/forgotten|welcome|one|public/)
        fail(null)
        expect(await data(guest)).toEqual({})
      })

      test.each(failing)('makes a further write 503 without a cookie: %s', async (path) => {
        const { store, fail } = faulty(memoryStore())
        const guest = await visit(store)
        await guest.get('/set?key=b')
        fail(path === '/forget-login' ? 'destroy' : 'update')
        const response = await guest.get(path)
        expect([response.status, ourCookies(guest)]).toEqual([503, []])
        await response.text()
        fail(null)
        expect(await data(guest)).toEqual({ b: '1' })
      })

      test('is answered with 503 when a session is opened, and with the page when none is', async () => {
        const { store, fail } = faulty(memoryStore())
        const guest = await visit(store)
        await guest.get('/set')
        fail('load')
        expect((await guest.get('/read')).status).toBe(503)
        expect((await guest.get('/plain')).status).toBe(isLazy ? 200 : 503)
        expect(guest.setCookies).toEqual([])
        fail(null)
        expect((await guest.get('/read')).status).toBe(200)
      })

      test('is the affair of a route that catches what it awaits', async () => {
        const { store, fail } = faulty(memoryStore())
        const guest = await visit(store)
        fail('create')
        const response = await guest.get('/caught')
        expect([response.status, await response.text()]).toEqual([200, 'ERR_STORE_UNAVAILABLE'])
        expect(guest.setCookies).toEqual([])
      })

      test('gives 503 for a write that was awaited and not caught', async () => {
        const { store, fail } = faulty(memoryStore())
        const guest = await visit(store)
        fail('create')
        expect((await guest.get('/set')).status).toBe(503)
        expect(ourCookies(guest)).toEqual([])
      })

      test.each(Object.entries(faultyStores))('that %s is answered in time', async (_how, make) => {
        const { store, spoil } = make(memoryStore())
        const guest = await visit(store, { timeout: '50ms' })
        await guest.get('/set?key=b')
        for (const path of ['/read', '/set', '/forget', '/forget-stream', '/login', '/logout']) {
          spoil(true)
          const response = await guest.get(path, { signal: AbortSignal.timeout(5000) })
          await response.text()
          expect([path, response.status < 600]).toEqual([path, true])
          spoil(false)
        }
        const newcomer = another()
        await expect.poll(async () => (await newcomer.get('/set?key=c')).status, { timeout: 5000 }).toBe(200)
        expect(await data(newcomer)).toEqual({ c: '1' })
      })
    })
  })
}
