/** A sign-in that finds the session grown since it was read, so that there is no room for its data. */

import { createServer } from 'node:http'
import express from 'express'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { createSessions, type Session } from '../../src/express.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { listen } from '../adapters/subject.ts'
import { Browser } from '../support/browser.ts'
import { gated } from '../support/pausing-store.ts'
import { visitor } from '../support/visitor.ts'

const TEXT = 'x'.repeat(600)
const maxBytes = 1000

describe('a sign-in without room for its data', () => {
  test.for([
    ['nobody', null],
    ['the same person', 'ann'],
    ['somebody else, whose data would come along', 'bob'],
  ] as const)('leaves the session as it was, under a new token: %s was signed in', async ([, before]) => {
    const { store, hold } = gated(memoryStore())
    const sessions = new Sessions({ maxBytes }, store)
    const browser = new Browser(sessions)
    await browser.visit((session) =>
      before === null ? session.set('a', 1) : session.login(before, { data: { a: 1 } }),
    )
    const old = browser.token
    const { session, end } = await browser.open()
    const gate = hold('destroy')
    const login = session.login('ann', { data: { cart: TEXT }, keep: true })
    await gate.reached
    await browser.visit((other) => other.set('more', TEXT))
    gate.open()
    await expect(login).rejects.toMatchObject({ code: 'ERR_RECORD_TOO_LARGE', status: 413 })
    expect([session.userId, session.getAll()]).toEqual([before, { a: 1, more: TEXT }])
    await session.set('b', 2)
    end()

    expect(browser.token).not.toBe(old)
    const seen = await browser.visit((next) => [next.userId, next.getAll()])
    expect(seen).toEqual([before, { a: 1, more: TEXT, b: 2 }])
    const lists = await Promise.all(['ann', 'bob'].map((user) => sessions.list(user)))
    expect(lists.map((list) => list.length)).toEqual([before === 'ann' ? 1 : 0, before === 'bob' ? 1 : 0])
    browser.token = old
    expect(await browser.visit((next) => next.getAll())).toEqual({})
  })

  test('a rotation at the same moment takes all along', async () => {
    const { store, hold } = gated(memoryStore())
    const migrate = { 1: ({ a }: Record<string, unknown>) => ({ a, b: 'x'.repeat(500) }) }
    const memory = new Browser(new Sessions({ maxBytes }, store))
    await memory.visit((session) => session.set('a', 1))
    const browser = new Browser(new Sessions({ maxBytes, version: 2, migrate }, store))
    browser.token = memory.token
    const { session, end } = await browser.open()
    const gate = hold('destroy')
    const rotation = session.rotate()
    await gate.reached
    await memory.visit((other) => other.namespace('n').set('more', TEXT))
    gate.open()
    await rotation
    end()
    const more = await browser.visit((next) => next.namespace('n').get('more'))
    expect(more).toBe(TEXT)
  })
})

test.each(['caught', 'not caught'])('over http the browser gets the new token, the error %s', async (way) => {
  const { store, hold } = gated(memoryStore())
  const { middleware } = createSessions({ store, maxBytes, cookie: { secure: false } })
  const app = express()
  app.set('env', 'test')
  app.use(middleware)
  app.post('/set/:key/:length', async (request, response) => {
    const { session } = request as typeof request & { session: Session }
    await session.set(request.params.key, 'x'.repeat(Number(request.params.length)))
    response.send('ok')
  })
  app.post('/login', async (request, response) => {
    const { session } = request as typeof request & { session: Session }
    const login = session.login('ann', { data: { cart: TEXT } })
    if (way === 'caught') await login.catch(() => response.status(413))
    else await login
    response.send('')
  })
  app.get('/', (request, response) => {
    const { session } = request as typeof request & { session: Session }
    response.send({ userId: session.userId, keys: Object.keys(session.getAll()) })
  })
  const server = await listen(createServer(app))
  onTestFinished(() => server.close())
  const ann = visitor(server.url)
  await ann.get('/set/a/1', { method: 'POST' })
  const before = ann.cookie

  const gate = hold('destroy')
  const login = ann.get('/login', { method: 'POST' })
  await gate.reached
  await visitor(server.url, before).get('/set/more/600', { method: 'POST' })
  gate.open()
  expect((await login).status).toBe(413)
  expect(ann.cookie).not.toBe(before)
  expect(await (await ann.get('/')).json()).toEqual({ userId: null, keys: ['a', 'more'] })
  expect(await (await visitor(server.url, before).get('/')).json()).toEqual({ userId: null, keys: [] })
})
