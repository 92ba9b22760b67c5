/**
 * Real stores behind `sojourn/next-session`: those of sojourn, and those made for express-session.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RedisStore } from 'connect-redis'
import realNextSession from 'next-session'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createSessions } from '../../src/index.ts'
import nextSession, { type Options, type SessionStore } from '../../src/next-session.ts'
import { expressSession, promisifyStore, type ConnectStore } from '../../src/next-session/compat.ts'
import type { Session } from '../../src/next-session/types.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import { cookieOf, type Site } from '../support/http-visit.ts'
import { sessionApp } from '../support/session-app.ts'

type Factory = (session: typeof expressSession) => new (options: object) => ConnectStore
const require = createRequire(import.meta.url)
const memorystore = require('memorystore') as Factory
const sessionFileStore = require('session-file-store') as Factory

const folder = mkdtempSync(join(tmpdir(), 'sojourn-next-session-'))
const client = createClient({ url: inject('redisUrl') })
const prefix = `next-session-${process.pid}`
beforeAll(() => client.connect())
afterAll(async () => {
  client.destroy()
  rmSync(folder, { recursive: true, force: true })
})

const OURS = {
  memory: () => memoryStore(),
  sqlite: () => sqliteStore({ file: join(folder, 'sessions.db'), durability: 'process' }),
  redis: () => redisStore(client, { prefix }),
}

const CONNECT: Record<string, () => ConnectStore> = {
  'connect-redis': () => new RedisStore({ client, prefix: `${prefix}-connect:` }),
  memorystore: () => new (memorystore(expressSession))({ checkPeriod: 0 }),
  'session-file-store': () =>
    new (sessionFileStore(expressSession))({
      path: join(folder, 'files'),
      retries: 0,
      reapInterval: -1,
      logFn: () => {},
    }),
  'expressSession.MemoryStore': () => new expressSession.MemoryStore(),
}

/** An application with a route for everything; `delay` lets requests overlap. */
function app(options: Options, delay = 0, make = nextSession): Promise<Site> {
  return sessionApp(make, options, async (session, req, res) => {
    const [, verb, key = '', value = ''] = (req.url ?? '').split('/')
    if (delay > 0) await sleep(Math.random() * delay)
    if (verb === 'set') session[key] = value
    if (verb === 'delete') delete session[key]
    if (verb === 'touch') session.touch()
    if (verb === 'remember') remember(session, Number(key))
    if (verb === 'destroy') await session.destroy()
    res.setHeader('x-id', session.id)
    res.end(JSON.stringify(session))
  })
}

function remember(session: Session, maxAge: number): void {
  Object.assign(session.cookie, { maxAge })
  session.touch()
}

async function data(site: Site, cookie: string): Promise<Record<string, unknown>> {
  return JSON.parse((await site.visit(cookie)).body) as Record<string, unknown>
}

describe.each(Object.keys(OURS) as (keyof typeof OURS)[])('our %s store', (name) => {
  const store = OURS[name]()
  afterAll(() => (name === 'redis' ? undefined : store.close?.()))

  test('keeps all of 50 keys that 50 parallel requests write', async () => {
    const site = await app({ store }, 20)
    const cookie = cookieOf(await site.visit('', '/set/first/1'))
    const keys = Array.from({ length: 50 }, (_, i) => `key${i}`)
    await Promise.all(keys.map((key) => site.visit(cookie, `/set/${key}/${key}`)))
    const { cookie: _, ...kept } = await data(site, cookie)
    expect(kept).toEqual({ first: '1', ...Object.fromEntries(keys.map((key) => [key, key])) })
  })

  test('keeps what another request wrote while this one deletes', async () => {
    const site = await app({ store }, 20)
    const cookie = cookieOf(await site.visit('', '/set/old/1'))
    await Promise.all([site.visit(cookie, '/delete/old'), site.visit(cookie, '/set/new/2')])
    expect(await data(site, cookie)).toEqual({ cookie: expect.anything(), new: '2' })
  })

  test('lets no request in flight bring back a session that was destroyed', async () => {
    const site = await app({ store }, 30)
    const cookie = cookieOf(await site.visit('', '/set/user/ann'))
    const late = Array.from({ length: 20 }, (_, i) => site.visit(cookie, `/set/key${i}/1`))
    const logout = await site.visit(cookie, '/destroy')
    expect(logout.cookies).toEqual([expect.stringMatching(/^sid=.*Expires=Thu, 01 Jan 1970/)])
    const statuses = new Set((await Promise.all(late)).map(({ status }) => status))
    expect([200, 401].filter((status) => !statuses.delete(status)).length).toBeLessThan(2)
    expect([...statuses]).toEqual([])
    expect(await data(site, cookie)).toEqual({ cookie: expect.anything() })
  })

  test('ends a session maxAge seconds after it began, though it is written', async () => {
    const site = await app({ store, cookie: { maxAge: 2 } })
    const first = await site.visit('', '/set/user/ann')
    expect(first.cookies[0]).toMatch(/; Expires=/)
    await sleep(1000)
    await site.visit(cookieOf(first), '/set/seen/yes')
    expect(await data(site, cookieOf(first))).toMatchObject({ user: 'ann', seen: 'yes' })
    await sleep(1200)
    expect(await data(site, cookieOf(first))).not.toHaveProperty('user')
  })

  test('touch extends it, and so may a longer maxAge of its own', async () => {
    const site = await app({ store, cookie: { maxAge: 2 } })
    const first = await site.visit('', '/set/user/ann')
    await sleep(1000)
    const touched = await site.visit(cookieOf(first), '/touch')
    expect(cookieOf(touched)).toBe(cookieOf(first))
    await sleep(1000)
    await site.visit(cookieOf(first), '/remember/60')
    await sleep(1500)
    expect(await data(site, cookieOf(first))).toMatchObject({ user: 'ann', cookie: { maxAge: 60 } })
  })

  test('never sees the id, and keeps values with their types', async () => {
    const site = await sessionApp(nextSession, { store }, (session, _, res) => {
      session['at'] ??= new Date(0)
      session['tags'] ??= new Set(['a'])
      session['price'] ??= { toJSON: () => '9.99' }
      const { at, tags, price } = session
      res.end(`${at instanceof Date} ${tags instanceof Set} ${JSON.stringify(price)}`)
    })
    const cookie = cookieOf(await site.visit())
    expect((await site.visit(cookie)).body).toBe('true true "9.99"')
    const id = cookie.slice(4)
    expect(id).toMatch(/^[\w-]{43}$/)
    expect(await store.load(id)).toBeNull()
  })

  test('is read by createSessions too', async () => {
    const site = await app({ store })
    const cookie = cookieOf(await site.visit('', '/set/user/ann'))
    const sessions = createSessions({ store, cookie: { name: 'sid', secure: false } })
    const session = await sessions.open({ header: cookie, send: () => () => {} })
    expect(session.data).toEqual({ user: 'ann' })
    await session.set('seen', true)
    expect(await data(site, cookie)).toMatchObject({ user: 'ann', seen: true })
  })
})

describe.each(Object.keys(CONNECT))('%s through promisifyStore', (name) => {
  test('keeps a session, changes it and ends it', async () => {
    const site = await app({ store: promisifyStore((CONNECT[name] as () => ConnectStore)()) })
    const first = await site.visit('', '/set/user/ann')
    const cookie = cookieOf(first)
    await site.visit(cookie, '/set/theme/dark')
    const second = await site.visit(cookie)
    expect(second.headers['x-id']).toBe(first.headers['x-id'])
    expect(JSON.parse(second.body)).toMatchObject({ user: 'ann', theme: 'dark' })
    expect(second.cookies).toEqual([])
    await site.visit(cookie, '/destroy')
    expect(await data(site, cookie)).not.toHaveProperty('user')
  })

  test('takes an id that it does not know for none', async () => {
    const site = await app({ store: promisifyStore((CONNECT[name] as () => ConnectStore)()) })
    const answer = await site.visit('sid=unknown')
    expect(answer.status).toBe(200)
    expect(answer.headers['x-id']).not.toBe('unknown')
  })

  test('keeps it for maxAge seconds, not milliseconds, and not longer', async () => {
    const site = await app({
      store: promisifyStore((CONNECT[name] as () => ConnectStore)()),
      cookie: { maxAge: 2 },
    })
    const first = await site.visit('', '/set/user/ann')
    await sleep(200)
    expect(await data(site, cookieOf(first))).toMatchObject({ user: 'ann', cookie: { maxAge: 2 } })
    await site.visit(cookieOf(first), '/touch')
    await sleep(1000)
    expect(await data(site, cookieOf(first))).toMatchObject({ user: 'ann' })
    await sleep(2000)
    expect(await data(site, cookieOf(first))).not.toHaveProperty('user')
  })
})

test('a memorystore that next-session drops after milliseconds is kept here', async () => {
  const store = (): ConnectStore => (CONNECT['memorystore'] as () => ConnectStore)()
  const before = await app(
    { store: plain(store()), cookie: { maxAge: 2 } },
    0,
    realNextSession as typeof nextSession,
  )
  const first = await before.visit('', '/set/user/ann')
  await sleep(100)
  expect(await data(before, cookieOf(first))).not.toHaveProperty('user')
})

test('sessions that next-session stored through connect-redis live on', async () => {
  const { promisifyStore: theirs } = (await import('next-session/lib/compat')) as {
    promisifyStore: typeof promisifyStore
  }
  const store = (CONNECT['connect-redis'] as () => ConnectStore)()
  const options = { cookie: { maxAge: 60 } }
  const before = await app({ store: theirs(store), ...options }, 0, realNextSession as typeof nextSession)
  const cookie = cookieOf(await before.visit('', '/set/user/ann'))
  const after = await app({ store: promisifyStore(store), ...options })
  expect(await data(after, cookie)).toMatchObject({ user: 'ann', cookie: { maxAge: 60 } })
  await after.visit(cookie, '/set/seen/yes')
  expect(await data(after, cookie)).toMatchObject({ user: 'ann', seen: 'yes', cookie: { maxAge: 60 } })
  const kept = JSON.parse((await client.get(`${prefix}-connect:${cookie.slice(4)}`)) ?? '{}') as Session
  expect(kept.cookie).toMatchObject({ originalMaxAge: 60_000 })
})

/** A store with its methods as promises, as the documentation of next-session has it. */
function plain(store: ConnectStore): SessionStore {
  return {
    get: (sid) => new Promise((resolve) => store.get(sid, (_, session) => resolve(session))),
    set: (sid, session) => new Promise((resolve) => store.set(sid, session, () => resolve())),
    destroy: (sid) => new Promise((resolve) => store.destroy(sid, () => resolve())),
  }
}
