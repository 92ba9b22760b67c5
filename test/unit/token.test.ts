import { createHash } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'
import { memoryStore } from '../../src/stores/memory.ts'
import { Sessions, settingsOf } from '../../src/core/sessions.ts'
import { createToken, identify, idOfKey, isToken } from '../../src/core/record/token.ts'
import { Browser } from '../support/browser.ts'
import { runs } from '../support/runs.ts'

afterEach(() => void vi.restoreAllMocks())

test('a token is 32 bytes in base64url without padding', () => {
  const token = createToken()
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(Buffer.from(token, 'base64url')).toHaveLength(32)
  expect(isToken(token)).toBe(true)
})

test('tokens, keys and ids stay unique when Math.random and the clock stand still', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  vi.spyOn(Date, 'now').mockReturnValue(1_700_000_000_000)
  vi.spyOn(performance, 'now').mockReturnValue(1)
  const names = { tokens: new Set<string>(), keys: new Set<string>(), ids: new Set<string>() }
  const count = runs(100_000)
  for (let i = 0; i < count; i++) {
    const { token, key, id } = await identify(createToken())
    names.tokens.add(token)
    names.keys.add(key)
    names.ids.add(id)
  }
  expect([names.tokens.size, names.keys.size, names.ids.size]).toEqual([count, count, count])
})

test('every character of a token is spread evenly', () => {
  const counts = Array.from({ length: 42 }, () => new Map<string, number>())
  for (let i = 0; i < 6400; i++) {
    const token = createToken()
    counts.forEach((count, at) => count.set(token.charAt(at), (count.get(token.charAt(at)) ?? 0) + 1))
  }
  for (const count of counts) {
    const chiSquare = [...count.values()].reduce((sum, seen) => sum + (seen - 100) ** 2 / 100, 0)
    expect(count.size).toBe(64)
    // 63 degrees of freedom: exceeded by chance once in more than ten million times.
    expect(chiSquare).toBeLessThan(135)
  }
})

test('the key is the SHA-256 of the token and holds nothing of it', async () => {
  const token = createToken()
  const { key, id } = await identify(token)
  expect(key).toBe(createHash('sha256').update(token).digest('base64url'))
  expect(key).not.toContain(token.slice(0, 8))
  expect(id).toMatch(/^[\w-]{16}$/)
  expect(key).not.toContain(id)
  expect(id).toBe(await idOfKey(key))
})

test('neither the id nor the key of a session opens it', async () => {
  const sessions = new Sessions({}, memoryStore())
  const browser = new Browser(sessions)
  await browser.visit((session) => session.set('theme', 'dark'))
  const { key, id } = await identify(browser.token)
  const { name } = settingsOf(sessions).cookie
  for (const value of [id, key, `${id}${key}`.slice(0, 43), id.padEnd(43, 'A')]) {
    const { session } = await browser.open(`${name}=${value}`)
    expect(session.id).toBeNull()
    expect(session.getAll()).toEqual({})
  }
})

test.each([
  '',
  'a',
  'a'.repeat(42),
  'a'.repeat(44),
  `${'a'.repeat(42)}=`,
  `${'a'.repeat(42)}\n`,
  `${'é'.repeat(43)}`,
])('a text of another form is no token: %j', (text) => {
  expect(isToken(text)).toBe(false)
})
