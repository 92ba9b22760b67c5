import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { plainValues, resolveSecret, signedValues } from '../../src/core/browser/signature.ts'
import { findTokens } from '../../src/core/browser/cookie.ts'
import { isSessionError } from '../../src/core/errors.ts'
import { nodeCrypto, type NodeCrypto } from '../../src/core/runtime.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { createToken } from '../../src/core/record/token.ts'
import { memoryStore, type MemoryStore } from '../../src/stores/memory.ts'
import { anyText } from '../support/any-text.ts'
import { Browser } from '../support/browser.ts'
import { recorded, type Verb } from '../support/pausing-store.ts'
import { runs } from '../support/runs.ts'

const OLD = 'the-old-secret-of-32-characters!!'
const NEW = 'the-new-secret-of-32-characters!!'
const A = createToken()
const B = createToken()
const values = resolveSecret([NEW, OLD], 'app')
const older = resolveSecret(OLD, 'app')

describe('a signed value', () => {
  test('is the token and 16 bytes of HMAC-SHA-256 over purpose, application and token', () => {
    const tag = createHmac('sha256', NEW).update(`sojourn cookie "app" ${A}`).digest().subarray(0, 16)
    expect(values.write(A)).toBe(`${A}.${tag.toString('base64url')}`)
  })

  test('is read under every secret of the list, and written under the first', () => {
    expect(values.read(values.write(A))).toBe(A)
    expect(values.read(older.write(A))).toBe(A)
    expect(older.read(values.write(A))).toBeNull()
    expect(values.write(A)).toBe(resolveSecret(NEW, 'app').write(A))
  })

  test('is not read if it was signed for another application or token', () => {
    expect(resolveSecret(NEW, 'other').read(values.write(A))).toBeNull()
    expect(values.read(A + values.write(B).slice(43))).toBeNull()
  })

  test('is read in one spelling only', () => {
    const value = values.write(A)
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n'
    const spellings = Array.from(value, (own, at) =>
      ['', own + own, ...alphabet.split('')].map((other) => value.slice(0, at) + other + value.slice(at + 1)),
    ).flat()
    expect(new Set(spellings.filter((text) => values.read(text) !== null))).toEqual(new Set([value]))
  })

  test('cannot be made up, and no text makes reading throw', () => {
    const text = fc.oneof(
      anyText(),
      fc.constantFrom('', A, `${A}.`, `${A}..`, `.${A}`, `${A}.${A}`),
      fc.stringMatching(/^[\w-]{22}$/).map((tag) => `${A}.${tag}`),
      fc.stringMatching(/^[\w-]{43}\.[\w-]{22}$/),
    )
    fc.assert(
      fc.property(text, (given) => values.read(given) === null),
      { numRuns: runs(1000) },
    )
  })

  test('takes the time of as many signatures as there are secrets, whatever the tag', () => {
    const node = {
      ...nodeCrypto()!,
      timingSafeEqual: vi.fn<NodeCrypto['timingSafeEqual']>(nodeCrypto()!.timingSafeEqual),
    }
    const counted = signedValues(node, [NEW, OLD], 'app')
    for (const tag of ['A'.repeat(22), older.write(B).slice(44)]) {
      node.timingSafeEqual.mockClear()
      expect(counted.read(`${A}.${tag}`)).toBeNull()
      expect(node.timingSafeEqual).toHaveBeenCalledTimes(2)
    }
  })
})

describe('the option secret', () => {
  test.each([
    ['short', 'x'.repeat(31)],
    ['an empty list', []],
    ['a list with a short one', [NEW, 'x']],
    ['a list with a missing one', [NEW, undefined]],
    ['a number', 42],
    ['null', null],
    ['an object', { secret: NEW }],
    ['a list with one twice', [NEW, OLD, NEW]],
  ])('refuses %s, and its text shows nothing of it', (_, secret) => {
    let error: unknown
    try {
      resolveSecret(secret as string, 'app')
    } catch (thrown) {
      error = thrown
    }
    expect(isSessionError(error, 'ERR_OPTION_INVALID')).toBe(true)
    expect(String(error)).toMatch(
      /^SessionError: secret: (expected a text of at least 32|one is in the list twice)/,
    )
    expect(String(error)).not.toContain(NEW)
  })

  test('leaves the value to the token if it is not set', () => {
    expect(resolveSecret(undefined, 'app')).toBe(plainValues)
    expect([plainValues.write(A), plainValues.read(A), plainValues.read(`${A}.x`)]).toEqual([A, A, null])
  })
})

describe('findTokens of signed values', () => {
  const [a, b, forged] = [values.write(A), values.write(B), `${B}.${'A'.repeat(22)}`]

  test.each<[string, string, string[]]>([
    ['a signed one', `sid=${a}`, [A]],
    ['a token without signature', `sid=${A}`, []],
    ['a forged one', `sid=${forged}`, []],
    ['forged and plain ones around a signed one', `sid=${forged}; sid=${B}; sid=${a}; sid=${forged}`, [A]],
    ['two signed ones', `sid=${a}; sid=${b}`, [A, B]],
    ['one token signed under two secrets', `sid=${a}; sid=${older.write(A)}`, [A]],
    ['two tokens signed under two secrets', `sid=${a}; sid=${older.write(B)}`, [A, B]],
    ['a quoted one', `sid="${a}"`, [A]],
    ['nine hundred forged ones before', `${`sid=${forged}; `.repeat(800)}sid=${a}`, [A]],
  ])('%s', (_, header, expected) => {
    expect(findTokens(header, 'sid', values)).toEqual(expected)
  })

  test('reads each copy once', () => {
    const read = vi.fn<(value: string) => string | null>((value) => values.read(value))
    findTokens(`sid=${forged};`.repeat(800), 'sid', { ...values, read })
    expect(read).toHaveBeenCalledTimes(800)
  })
})

describe('sessions with a secret', () => {
  let memory: MemoryStore
  let calls: Verb[]
  beforeEach(() => {
    memory = memoryStore()
  })

  function open(secret: string | string[] | undefined, token = ''): Browser {
    const { store, calls: seen } = recorded(memory)
    calls = seen
    const browser = new Browser(new Sessions(secret === undefined ? {} : { secret }, store))
    browser.token = token
    return browser
  }

  test('are found again, through login, rotation and logout', async () => {
    const browser = open(NEW)
    const seen: string[] = []
    await browser.visit((session) => session.set('a', 1))
    seen.push(browser.token)
    await browser.visit((session) => session.login('ann'))
    seen.push(browser.token)
    await browser.visit((session) => session.rotate())
    seen.push(browser.token)
    expect(new Set(seen.map((value) => value.slice(0, 43))).size).toBe(3)
    expect(seen.every((value) => /^[\w-]{43}\.[\w-]{22}$/.test(value))).toBe(true)
    expect(await browser.visit((session) => [session.userId, session.get('a')])).toEqual(['ann', 1])
    await browser.visit((session) => session.logout())
    expect(browser.token).toBe('')
  })

  test('send one cookie for the first write, though the store takes its time', async () => {
    const { session, cookies } = await open(NEW).open()
    await Promise.all([session.set('a', 1), session.increment('b'), session.update('c', () => 1)])
    expect(cookies()).toHaveLength(1)
  })

  test('refuse unsigned, forged and foreign cookies without a store call', async () => {
    const browser = open(undefined)
    await browser.visit((session) => session.login('ann'))
    const token = browser.token
    const others = [token, `${token}.${'A'.repeat(22)}`, resolveSecret(OLD, 'sojourn').write(token)]
    for (const value of [...others, resolveSecret(NEW, 'other').write(token)]) {
      const visitor = open(NEW, value)
      expect(await visitor.visit((session) => [session.userId, session.id])).toEqual([null, null])
      expect(calls).toEqual([])
    }
    const right = open(NEW, resolveSecret(NEW, 'sojourn').write(token))
    expect(await right.visit((session) => session.userId)).toBe('ann')
    expect(calls).toEqual(['load'])
  })

  test('take a cookie of an older secret, and sign the next one anew', async () => {
    const browser = open(OLD)
    await browser.visit((session) => session.login('ann'))
    const signedByOld = browser.token
    const next = open([NEW, OLD], signedByOld)
    await next.visit((session) => session.set('a', 1))
    expect(next.token).toBe(signedByOld)
    await next.visit((session) => session.rotate())
    expect(await open(NEW, next.token).visit((session) => session.userId)).toBe('ann')
    expect(await open(NEW, signedByOld).visit((session) => session.userId)).toBeNull()
  })

  test('sign the same token anew where every write sends the cookie', async () => {
    const browser = open(OLD)
    await browser.visit((session) => session.login('ann'))
    const next = new Browser(new Sessions({ secret: [NEW, OLD] }, memory), { resend: true })
    next.token = browser.token
    await next.visit((session) => session.set('a', 1))
    expect(next.token).toBe(resolveSecret(NEW, 'sojourn').write(browser.token.slice(0, 43)))
  })

  test('end at a logout with a cookie that is not signed: it is cleared', async () => {
    const browser = open(NEW, A)
    await browser.visit((session) => session.logout())
    expect([browser.token, calls]).toEqual(['', []])
  })
})
