/**
 * The parts of next-session beside its sessions: its stores and what stores of express-session
 * need, in that package and in ours.
 */

import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { SessionData } from '../../src/next-session/types.ts'
import { ours, theirs } from '../support/next-sessions.ts'

const NO_COOKIE = {} as SessionData['cookie']

describe.each([theirs, ours])('$name', ({ compat, MemoryStore, hash, commitHeader }) => {
  const { expressSession, promisifyStore } = compat

  describe('MemoryStore', () => {
    test('gives back what was stored, and null for the rest', async () => {
      const store = new MemoryStore()
      await store.set('foo', { cookie: NO_COOKIE, foo: 'bar' })
      expect(store.store.get('foo')).toBe('{"cookie":{},"foo":"bar"}')
      expect(await store.get('foo')).toEqual({ cookie: {}, foo: 'bar' })
      expect(await store.get('fuz')).toBeNull()
    })

    test('forgets what has expired', async () => {
      const store = new MemoryStore()
      const expires = new Date(Date.now() - 1)
      await store.set('foo', { cookie: { ...NO_COOKIE, maxAge: 1, expires } })
      expect(await store.get('foo')).toBeNull()
      expect(store.store.has('foo')).toBe(false)
    })

    test('destroys', async () => {
      const store = new MemoryStore()
      await store.set('foo', { cookie: NO_COOKIE })
      await store.destroy('foo')
      expect(await store.get('foo')).toBeNull()
    })

    test('touch moves the deadline', async () => {
      const store = new MemoryStore()
      const cookie = { ...NO_COOKIE, maxAge: 1, expires: new Date(Date.now() + 60_000) }
      await store.set('foo', { foo: 'bar', cookie: { ...cookie, expires: new Date(Date.now() - 1) } })
      await store.touch('foo', { foo: 'bar', cookie })
      expect(await store.get('foo')).toEqual({ foo: 'bar', cookie })
    })
  })

  describe('expressSession', () => {
    test('Store is an event emitter, made with new, by extends or by call', () => {
      const { Store } = expressSession
      class Modern extends Store {}
      function Classic(this: object): void {
        Store.call(this)
      }
      Object.setPrototypeOf(Classic.prototype, Store.prototype)
      const classic = Reflect.construct(Classic, []) as EventEmitter
      for (const store of [new Store(), new Modern(), classic]) {
        let emitted = ''
        store.on('connect', (text: string) => (emitted = text))
        store.emit('connect', 'yes')
        expect([store instanceof EventEmitter, store instanceof Store, emitted]).toEqual([true, true, 'yes'])
      }
    })

    test('MemoryStore is a Store that calls back and cannot touch', async () => {
      const store = new expressSession.MemoryStore()
      const session = { cookie: {}, foo: 'bar' }
      const get = (): Promise<unknown> =>
        new Promise((resolve) => store.get('foo', (_, found) => resolve(found)))
      await new Promise((resolve) => store.set('foo', session, resolve))
      expect(await get()).toEqual(session)
      await new Promise((resolve) => store.destroy('foo', resolve))
      expect(await get()).toBeNull()
      expect(store).toBeInstanceOf(expressSession.Store)
      expect('touch' in store).toBe(false)
    })

    test('is a function that does nothing', () => {
      expect(expressSession({})).toBeUndefined()
    })
  })

  describe('promisifyStore', () => {
    test('keeps the store itself as this, and turns callbacks into promises', async () => {
      const inner = new expressSession.MemoryStore()
      const store = promisifyStore(inner)
      await store.set('foo', { cookie: NO_COOKIE, foo: 'bar' })
      expect(inner.store.get('foo')).toBe('{"cookie":{},"foo":"bar"}')
      expect(await store.get('foo')).toEqual({ cookie: {}, foo: 'bar' })
      await store.destroy('foo')
      expect(inner.store.size).toBe(0)
      expect('touch' in store).toBe(false)
    })

    test('passes touch on where there is one', async () => {
      const touched: unknown[] = []
      class Touching extends expressSession.MemoryStore {
        touch(sid: string, session: unknown, callback?: () => void): void {
          touched.push([this === inner, sid, session])
          callback?.()
        }
      }
      const inner = new Touching()
      await promisifyStore(inner).touch?.('foo', { cookie: NO_COOKIE, foo: 'bar' })
      expect(touched).toEqual([[true, 'foo', { cookie: {}, foo: 'bar' }]])
    })

    test('rejects with the error of the store', async () => {
      class Broken extends expressSession.MemoryStore {
        override get(_: string, callback: (error: Error) => void): void {
          callback(new RangeError('no such place'))
        }
      }
      await expect(promisifyStore(new Broken()).get('foo')).rejects.toThrow('no such place')
    })
  })

  test('hash leaves out the cookie and what is not enumerable', () => {
    const session = Object.defineProperty({ cookie: { path: '/' }, foo: 'bar' }, 'id', { value: 'secret' })
    expect(hash(session as unknown as SessionData)).toBe('{"foo":"bar"}')
  })

  describe('commitHeader', () => {
    const session = { cookie: NO_COOKIE, id: 'id' }

    /** A response as far as this header goes. */
    function response(header: string | string[] | undefined, headersSent = false) {
      const headers = new Map<string, string | string[] | undefined>([['set-cookie', header]])
      return {
        headersSent,
        getHeader: (name = 'set-cookie') => headers.get(name.toLowerCase()),
        setHeader: (name: string, now: string | string[]) => void headers.set(name.toLowerCase(), now),
        removeHeader: (name: string) => void headers.delete(name.toLowerCase()),
      }
    }

    /** The header after the call. */
    function committed(before: string | string[] | undefined, encode?: (id: string) => string) {
      const res = response(before)
      commitHeader(res as never, 'sid', session, encode)
      return res.getHeader()
    }

    test('does nothing once the headers are sent', () => {
      const res = response(undefined, true)
      commitHeader(res as never, 'sid', session)
      expect(res.getHeader()).toBeUndefined()
    })

    test('sends what encode makes of the id', () => {
      expect(committed(undefined)).toBe('sid=id')
      expect(committed(undefined, () => 'foo')).toBe('sid=foo')
    })

    test('keeps the cookies that are there', () => {
      expect(committed('foo=bar')).toEqual(['foo=bar', 'sid=id'])
      expect(committed(['foo=bar', 'baz=qux'])).toEqual(['foo=bar', 'baz=qux', 'sid=id'])
    })
  })
})
