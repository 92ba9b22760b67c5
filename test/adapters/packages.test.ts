/**
 * passport 0.7, connect-flash 0.1.1 and csurf 1.11: they work on express-session over our stores,
 * and fail loudly on our own middleware, where they once showed one visitor's message to another.
 */

import type { RequestHandler } from 'express'
import session from 'express-session'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { toConnectStore } from '../../src/connect.ts'
import { createSessions } from '../../src/express.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { visitor, type Visitor } from '../support/visitor.ts'
import { backends, type Backend } from './connect/backends.ts'
import { startApp } from './packages/app.ts'
import type { Running } from './subject.ts'

let app: Running | undefined
let ann: Visitor
let bob: Visitor

afterEach(() => app?.close())

async function start(sessions: RequestHandler): Promise<void> {
  app = await startApp(sessions)
  ann = visitor(app.url)
  bob = visitor(app.url)
}

async function page(browser: Visitor): Promise<unknown> {
  return (await browser.get('/')).json()
}

function post(browser: Visitor, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return browser.get(path, { method: 'POST', headers })
}

describe.each(Object.entries(backends))('on express-session over %s', (_, open) => {
  let backend: Backend

  beforeEach(async () => {
    backend = open(inject('redisUrl'))
    const store = toConnectStore(backend.store)
    await start(session({ secret: 'keyboard cat', resave: false, saveUninitialized: false, store }))
  })

  afterEach(() => backend.close())

  test('passport signs two browsers in and one out, and flash shows each its own message, once', async () => {
    expect((await post(ann, '/login/ann')).status).toBe(303)
    expect((await post(bob, '/login/bob')).status).toBe(303)
    expect(await page(bob)).toEqual({ user: 'bob', info: ['Welcome bob'] })
    expect(await page(bob)).toEqual({ user: 'bob', info: [] })
    expect(await page(ann)).toEqual({ user: 'ann', info: ['Welcome ann'] })
    const { cookie } = ann
    expect((await post(ann, '/logout')).status).toBe(303)
    expect(await page(ann)).toEqual({ user: null, info: [] })
    expect(await page(visitor(app!.url, cookie))).toEqual({ user: null, info: [] })
    expect(await page(bob)).toEqual({ user: 'bob', info: [] })
  })

  test('csurf takes the token of its own session alone', async () => {
    await post(ann, '/login/ann')
    await post(bob, '/login/bob')
    const token = await (await ann.get('/form')).text()
    await (await bob.get('/form')).text()
    expect((await post(ann, '/form', { 'csrf-token': token })).status).toBe(200)
    expect((await post(bob, '/form', { 'csrf-token': token })).status).toBe(403)
  })
})

test('methods of a session that express-session gets from us carry nothing from one visitor to another', async () => {
  const store = toConnectStore(memoryStore())
  const [one, other] = ['a', 'b'].map((sessionID) =>
    store.createSession({ sessionID, sessionStore: store }, { cookie: { maxAge: 1000 } }),
  ) as [Record<string, object>, Record<string, object>]
  for (const holder of [one, one['cookie']]) {
    const prototype = Object.getPrototypeOf(holder) as object
    const values = Object.values(Object.getOwnPropertyDescriptors(prototype)).map(
      ({ value }) => value as unknown,
    )
    const methods = values.filter((value) => typeof value === 'function')
    expect(methods.length).toBeGreaterThan(1)
    expect(methods.filter((method) => !Object.isFrozen(method))).toEqual([])
  }
  expect(() => Object.assign(one['save']!, { note: 'for Ann' })).toThrow(TypeError)
  expect(other['save']).not.toHaveProperty('note')
})

describe('on our own middleware', () => {
  beforeEach(() => start(createSessions({ store: memoryStore() }).middleware as unknown as RequestHandler))

  test.each([
    ['passport', '/login/ann', 'POST', 'session.regenerate'],
    ['passport, signing out', '/logout', 'POST', 'session.save'],
    ['connect-flash', '/', 'GET', 'session.flash'],
    ['csurf', '/form', 'GET', "session.set('csrfSecret', …)"],
  ])('%s fails at once, and the text leads to the way that works', async (_, path, method, what) => {
    for (const browser of [ann, bob]) {
      const response = await browser.get(path, { method })
      const text = await response.text()
      expect(response.status).toBe(500)
      expect(text).toContain(what)
      expect(text).toContain('toConnectStore')
      expect(response.headers.getSetCookie()).toEqual([])
    }
  })
})
