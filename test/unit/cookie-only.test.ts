import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { beforeEach, expect, test } from 'vitest'
import { nodeChannel } from '../../src/core/server/node-channel.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { Browser } from '../support/browser.ts'
import { recorded, type Verb } from '../support/pausing-store.ts'

let sessions: Sessions
let calls: Verb[]
let token: string
beforeEach(async () => {
  const { store, calls: seen } = recorded(memoryStore())
  sessions = new Sessions({}, store)
  const browser = new Browser(sessions)
  await browser.visit((session) => session.login('ann'))
  token = browser.token
  calls = seen
  calls.length = 0
})

/** A request that carries the token in some place. */
function request(place: (message: IncomingMessage & { body?: unknown }) => void): IncomingMessage {
  const message = new IncomingMessage(new Socket())
  message.method = 'POST'
  message.url = '/'
  place(message)
  return message
}

test('a token in the cookie signs in', async () => {
  const message = request(({ headers }) => (headers.cookie = `sid=${token}`))
  const session = await sessions.open(nodeChannel(message, new ServerResponse(message)))
  expect(session.userId).toBe('ann')
})

test.each<[string, Parameters<typeof request>[0]]>([
  ['the query', (message) => (message.url = `/?sid=${token}&session=${token}`)],
  ['the path', (message) => (message.url = `/;sid=${token}/${token}`)],
  ['the body', (message) => (message.body = { sid: token, cookie: `sid=${token}` })],
  ['Authorization', ({ headers }) => (headers.authorization = `Bearer ${token}`)],
  ['Cookie2', ({ headers }) => (headers['cookie2'] = `sid=${token}`)],
  ['Set-Cookie', ({ headers }) => (headers['set-cookie'] = [`sid=${token}`])],
  ['X-Session-Id', ({ headers }) => (headers['x-session-id'] = token)],
  ['a header of the cookie’s name', ({ headers }) => (headers['sid'] = token)],
  ['Referer', ({ headers }) => (headers.referer = `https://shop.example/?sid=${token}`)],
  [
    'a cookie of another name',
    ({ headers }) => (headers.cookie = `xsid=${token}; sid2=${token}; SID=${token}`),
  ],
  ['the value of another cookie', ({ headers }) => (headers.cookie = `theme="a, sid=${token}"`)],
])('a token in %s signs nobody in and costs no store call', async (_, place) => {
  const message = request(place)
  const session = await sessions.open(nodeChannel(message, new ServerResponse(message)))
  expect([session.userId, session.id, session.isNew]).toEqual([null, null, true])
  expect(calls).toEqual([])
})
