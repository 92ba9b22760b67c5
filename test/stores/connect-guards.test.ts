/**
 * What stores of express-session do that their contract does not say, and what we may do to them.
 * Each is express-session's own store with one habit that was met in the wild.
 */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import session, { type SessionData } from 'express-session'
import sessionFileStore from 'session-file-store'
import { describe, expect, test } from 'vitest'
import { fromConnectStore } from '../../src/connect.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { nameOf } from '../../src/stores/key-value/names.ts'
import { Browser } from '../support/browser.ts'
import { backends, type ConnectBackend } from './connect/stores.ts'
import { Watched } from './connect/watched.ts'

const { MemoryStore } = session
const FileStore = sessionFileStore(session)
const HOUR = 3_600_000
const KEY = 'x'.repeat(43)
const NAME = await nameOf(KEY)
const lifetime = { idle: HOUR, absoluteAt: Date.now() + 24 * HOUR }
const record = { meta: 'meta', fields: new Map([['a', '1']]) }

type Get = (error: unknown, session?: SessionData | null) => void
type Done = (error?: unknown) => void

describe('a store that', () => {
  test('calls back twice is heard once', async () => {
    class Twice extends MemoryStore {
      override get(sid: string, callback: Get): void {
        super.get(sid, (error, data) => {
          callback(error, data)
          callback(new Error('again'))
        })
      }
    }
    const store = fromConnectStore(new Twice())
    await store.create(KEY, record, lifetime)
    expect(await store.load(KEY)).toMatchObject({ meta: 'meta' })
  })

  test('throws, or answers a promise that rejects, fails the operation', async () => {
    class Throwing extends MemoryStore {
      override get(): void {
        throw new Error('at once')
      }
    }
    const get = () => Promise.reject(new Error('a little later'))
    const rejecting = Object.assign(new MemoryStore(), { get })
    await expect(fromConnectStore(new Throwing()).load(KEY)).rejects.toThrow('at once')
    await expect(fromConnectStore(rejecting).load(KEY)).rejects.toThrow('a little later')
  })

  test('answers a promise before it calls back is waited for', async () => {
    const inner = new MemoryStore()
    const get = inner.get.bind(inner)
    const hasty = async (sid: string, callback: Get) => void setTimeout(() => get(sid, callback), 5)
    const store = fromConnectStore(Object.assign(inner, { get: hasty }))
    await store.create(KEY, record, lifetime)
    expect(await store.load(KEY)).toMatchObject({ meta: 'meta' })
  })

  test('never calls back fails in time, and does not hold up who comes next', async () => {
    class Forgetful extends MemoryStore {
      forgets = false
      override set(sid: string, data: SessionData, callback?: Done): void {
        if (!this.forgets) super.set(sid, data, callback)
      }
    }
    const inner = new Forgetful()
    const store = fromConnectStore(inner, { timeout: '50ms' })
    await store.create(KEY, record, lifetime)
    inner.forgets = true
    const late = Promise.resolve(store.update(KEY, { set: new Map([['a', 'lost']]) }, lifetime))
    const next = late.then(
      () => 'done',
      (error: { code?: string }) => {
        inner.forgets = false
        return error.code
      },
    )
    const behind = store.update(KEY, { set: new Map([['b', '2']]) }, lifetime)
    expect(await next).toBe('ERR_STORE_TIMEOUT')
    expect(await behind).toMatchObject({ status: 'ok' })
    expect((await store.load(KEY)) as object).toHaveProperty(
      'fields',
      new Map([...record.fields, ['b', '2']]),
    )
  })

  test.for([
    ['ENOENT', Object.assign(new Error('no such file'), { code: 'ENOENT' })],
    ['that it is unable to find it', new Error('Unable to find the session to touch')],
  ] as const)('says %s means that there is no such session', async ([, error]) => {
    class Loud extends MemoryStore {
      override get(sid: string, callback: Get): void {
        super.get(sid, (_, data) => (data ? callback(null, data) : callback(error)))
      }

      override touch(sid: string, data: SessionData, callback?: Done): void {
        super.get(sid, (_, found) => (found ? super.touch(sid, data, callback) : callback?.(error)))
      }
    }
    const inner = new Loud()
    const store = fromConnectStore(inner)
    expect(await store.load(KEY)).toBeNull()
    expect(await store.touch(KEY, lifetime)).toBe(false)
    await store.create(KEY, record, lifetime)
    expect(await store.touch(KEY, lifetime)).toBe(true)
    const get = inner.get.bind(inner)
    // It goes away between our look and our touch.
    inner.get = (sid, callback) =>
      get(sid, (...answer) => {
        inner.destroy(NAME)
        callback(...answer)
      })
    expect(await store.touch(KEY, lifetime)).toBe(false)
  })

  test('fails for another reason is not taken for one without the session', async () => {
    class Failing extends MemoryStore {
      override get(_sid: string, callback: Get): void {
        callback(new Error('Unable to connect'))
      }
    }
    await expect(fromConnectStore(new Failing()).load(KEY)).rejects.toThrow('Unable to connect')
  })
})

describe('what a store is given', () => {
  test('is a cookie that says in milliseconds, and as a Date, how long to keep the session', async () => {
    const inner = new Watched()
    await fromConnectStore(inner).create(KEY, record, lifetime)
    const [, , data] = inner.calls.findLast(([verb, sid]) => verb === 'set' && sid === NAME)!
    const { cookie } = data!
    expect(cookie.expires).toBeInstanceOf(Date)
    expect(cookie.originalMaxAge).toBeGreaterThanOrEqual(HOUR)
    expect(cookie.originalMaxAge).toBeLessThan(2 * HOUR)
    expect(cookie.maxAge).toBeLessThanOrEqual(cookie.originalMaxAge!)
    expect(cookie.maxAge).toBeGreaterThan(cookie.originalMaxAge! - 5000)
    expect(Object.keys(cookie)).not.toContain('maxAge')
    expect(JSON.parse(JSON.stringify(cookie))).toEqual({
      originalMaxAge: cookie.originalMaxAge,
      expires: (cookie.expires as Date).toISOString(),
      httpOnly: true,
      path: '/',
    })
  })

  test('are ids that are safe in paths and patterns, and no longer than its own, whatever the key', async () => {
    const inner = new Watched()
    const store = fromConnectStore(inner, { lists: true })
    for (const key of ['../escape', 'a/b', '*', '', '.', 'é', '\0', 'x'.repeat(300), KEY]) {
      await store.create(key, record, lifetime)
      await store.touch(key, lifetime)
      await store.index!.add(key, { key, createdAt: 1, until: Date.now() + HOUR })
      await store.destroy(key, 'logout')
    }
    expect(inner.calls.length).toBeGreaterThan(50)
    for (const [, sid] of inner.calls) expect(sid).toMatch(/^[A-Za-z0-9_-]{16,32}$/)
  })

  test('leads to no file outside the directory', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'sojourn-traversal-'))
    const path = join(parent, 'sessions')
    const files = new FileStore({ path, ttl: 3600, retries: 0, reapInterval: -1, logFn: () => {} })
    await fromConnectStore(files).create('../escape', record, lifetime)
    expect(readdirSync(parent)).toEqual(['sessions'])
    expect(readdirSync(path)).toHaveLength(2)
    rmSync(parent, { recursive: true })
  })

  test('holds no token: what lies there opens no session', async () => {
    const backend = (await backends['better-sqlite3-session-store']!()) as ConnectBackend
    const browser = new Browser(new Sessions({}, fromConnectStore(backend.open())))
    await browser.visit((visit) => visit.login('ann', { data: { n: 1n, when: new Date(0) } }))
    const dump = await backend.dump()
    expect(dump).toContain('ann')
    expect(dump).not.toContain(browser.token)
    expect(await browser.visit((visit) => visit.get('when' as never))).toEqual(new Date(0))
    await backend.close()
  })
})

test('a visitor is anonymous, and stays so, where another program keeps its own sessions', async () => {
  const inner = new MemoryStore()
  const events: unknown[] = []
  const sessions = new Sessions({ onEvent: (event) => void events.push(event) }, fromConnectStore(inner))
  const browser = new Browser(sessions)
  await browser.visit((visit) => visit.login('ann'))
  const [sid] = Object.keys((inner as unknown as { sessions: object }).sessions).filter(
    (id) => !id.endsWith('-l'),
  )
  inner.set(sid!, { cookie: { originalMaxAge: null }, user: 'bob' } as never)
  expect(await browser.visit((visit) => visit.userId)).toBeNull()
  expect(events.at(-1)).toMatchObject({ type: 'unreadable' })
})

test.for<[string, () => unknown]>([
  ['no store', () => fromConnectStore(undefined as never)],
  ['a Map', () => fromConnectStore(new Map() as never, { lists: true })],
  ['a limit of no time', () => fromConnectStore(new MemoryStore(), { timeout: '0s' })],
])('%s is refused at construction', ([, make]) => {
  expect(make).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
})
