import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { beforeEach, expect, test, vi } from 'vitest'
import { createCsrfToken, isCsrfToken } from '../../src/core/browser/form-token.ts'
import type { Session } from '../../src/core/session/session.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { createToken, identify } from '../../src/core/record/token.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { Browser } from '../support/browser.ts'

let browser: Browser
let sessions: Sessions

beforeEach(() => {
  sessions = new Sessions({}, memoryStore())
  browser = new Browser(sessions)
})

function made(session: Session, purpose?: string): string {
  const token = session.csrfToken(purpose)
  if (token === null) throw new Error('There is no form token.')
  return token
}

test('a form token of one request is valid in later requests of the same session', async () => {
  await browser.visit((session) => session.start())
  const token = await browser.visit((session) => made(session))
  expect(token).toMatch(/^[\w-]{86}$/)
  expect(await browser.visit((session) => session.verifyCsrfToken(token))).toBe(true)
  expect(await browser.visit((session) => session.verifyCsrfToken(token))).toBe(true)
})

test('it can be made in the request that begins the session', async () => {
  const token = await browser.visit(async (session) => {
    await session.set('cart', 1)
    return made(session)
  })
  expect(await browser.visit((session) => session.verifyCsrfToken(token))).toBe(true)
})

test('a visitor without a session has none, and none is valid', async () => {
  const other = new Browser(sessions)
  await other.visit((session) => session.start())
  const token = await other.visit((session) => made(session))
  await browser.visit((session) => {
    expect(session.csrfToken()).toBe(null)
    expect(session.verifyCsrfToken(token)).toBe(false)
    expect(session.verifyCsrfToken(null)).toBe(false)
  })
})

test('it is valid in its own session only', async () => {
  const other = new Browser(sessions)
  await Promise.all([browser, other].map((each) => each.visit((session) => session.start())))
  const token = await browser.visit((session) => made(session))
  expect(await other.visit((session) => session.verifyCsrfToken(token))).toBe(false)
})

test('it is valid for its own purpose only', async () => {
  await browser.visit(async (session) => {
    await session.start()
    const tokens = ['', 'pay', 'payment', 'delete'].map(
      (purpose) => [purpose, made(session, purpose)] as const,
    )
    for (const [purpose, token] of tokens) {
      for (const [asked] of tokens) expect(session.verifyCsrfToken(token, asked)).toBe(asked === purpose)
    }
  })
})

test.each([
  ['a sign-in', (session: Session) => session.login('ann')],
  ['a rotation', (session: Session) => session.rotate()],
  ['a logout', (session: Session) => session.logout()],
])('it is dead after %s, at once and later', async (_, change) => {
  await browser.visit((session) => session.start())
  const token = await browser.visit((session) => made(session))
  await browser.visit(async (session) => {
    await change(session)
    expect(session.verifyCsrfToken(token)).toBe(false)
  })
  expect(await browser.visit((session) => session.verifyCsrfToken(token))).toBe(false)
})

test('it stays valid while data changes, and writes nothing itself', async () => {
  const store = memoryStore()
  const update = vi.spyOn(store, 'update')
  const visitor = new Browser(new Sessions({}, store))
  await visitor.visit((session) => session.start())
  const token = await visitor.visit((session) => made(session))
  expect(update).not.toHaveBeenCalled()
  await visitor.visit((session) => session.set('theme', 'dark'))
  expect(await visitor.visit((session) => session.verifyCsrfToken(token))).toBe(true)
})

test('a thousand of one session have nothing in common, and hold neither token, key nor id', async () => {
  await browser.visit((session) => session.start())
  const { key, id } = await identify(browser.token)
  const tokens = await browser.visit((session) => Array.from({ length: 1000 }, () => made(session)))
  for (let at = 0; at < 86; at++) expect(new Set(tokens.map((token) => token[at])).size).toBeGreaterThan(1)
  for (let at = 0; at <= 78; at++)
    expect(new Set(tokens.map((token) => token.slice(at, at + 8))).size).toBe(1000)
  for (const secret of [browser.token, key, id])
    expect(tokens.filter((token) => token.includes(secret))).toEqual([])
})

test('it cannot be made of what the store holds', async () => {
  await browser.visit((session) => session.start())
  const { key, id } = await identify(browser.token)
  const salt = createToken()
  const forged = [key, id, ''].map(
    (secret) => salt + createHmac('sha256', secret).update(`sojourn csrf ${salt}`).digest('base64url'),
  )
  await browser.visit((session) => {
    for (const text of [...forged, key + key, salt + key, browser.token + browser.token])
      expect(session.verifyCsrfToken(text)).toBe(false)
  })
})

test('nothing but a whole form token is valid, and nothing throws', () => {
  const token = createToken()
  const good = createCsrfToken(token, '')
  expect(isCsrfToken(good, token, '')).toBe(true)
  const changed = fc
    .tuple(fc.nat(84), fc.constantFrom('A', 'b', '0', '-', '_', 'é', ' '))
    .map(([at, other]) => good.slice(0, at) + other + good.slice(at + 1))
    .filter((text) => text !== good)
  const anything = fc.oneof(changed, fc.string(), fc.stringMatching(/^[\w-]{86}$/), fc.anything())
  fc.assert(fc.property(anything, (text) => !isCsrfToken(text, token, '')))
  for (const text of [`${good}=`, ` ${good}`, `${good}\n`, good.slice(1), [good], new String(good)])
    expect(isCsrfToken(text, token, '')).toBe(false)
})

test('no salt and purpose pass for another purpose', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      const token = createToken()
      return isCsrfToken(createCsrfToken(token, one), token, other) === (one === other)
    }),
  )
})
