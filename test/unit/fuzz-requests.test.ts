import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { resolveSecret } from '../../src/core/browser/signature.ts'
import { findTokens, MOST_TOKENS } from '../../src/core/browser/cookie.ts'
import { createCsrfToken, isCsrfToken } from '../../src/core/browser/form-token.ts'
import { milliseconds, type Duration } from '../../src/core/record/duration.ts'
import { isSessionError } from '../../src/core/errors.ts'
import { assertSameOrigin } from '../../src/core/browser/same-origin.ts'
import { createToken, isToken } from '../../src/core/record/token.ts'
import { holds, INPUTS, isTyped, SEED } from '../support/fuzz.ts'
import { mutator } from '../support/mutator.ts'
import { seeded } from '../support/seeded.ts'

const A = createToken()
const B = createToken()

describe(`${INPUTS} inputs (FUZZ_SEED=${SEED}) break no rule`, { timeout: 60_000 }, () => {
  test('in the cookie header, which is read as RFC 6265 has it', () => {
    const corpus = [
      `sid=${A}`,
      `a=1; sid=${A}; b=2`,
      `sid="${A}"`,
      `sid=x; sid=${A}; sid=${B}`,
      `xsid=${B};sid=${A}`,
      'k=v; '.repeat(50),
    ]
    const kept = holds(mutator(SEED, corpus, ['sid=', '; sid=', A, B, `sid=${A}`]), (header) => {
      const values = header.split(';').flatMap((pair) => /^[ \t]*sid=(.*)$/s.exec(pair)?.[1] ?? [])
      const texts = values.map((value) => value.trim().replace(/^"(.*)"$/s, '$1'))
      return isDeepStrictEqual(
        findTokens(header, 'sid'),
        [...new Set(texts.filter(isToken))].slice(0, MOST_TOKENS + 1),
      )
    })
    expect(kept).toBe(INPUTS)
  })

  test('in the signed cookie, of which no other is read', () => {
    const values = resolveSecret(
      ['the-new-secret-of-32-characters!!', 'the-old-secret-of-32-characters!!'],
      'app',
    )
    const valid = new Map([A, B].map((token) => [values.write(token), token]))
    const other = resolveSecret('another-secret-of-32-characters!!', 'app')
    const kept = holds(
      mutator(SEED, [...valid.keys(), other.write(A)], [A, B]),
      (text) => values.read(text) === (valid.get(text) ?? null),
    )
    expect(kept).toBe(INPUTS)
  })

  test('in a duration', () => {
    const kept = holds(
      mutator(SEED, ['15m', '1.5s', '30d', '900ms', '2w', '0.001ms'], ['s', 'm', 'h', '99999999', '.']),
      (text) =>
        isTyped('ERR_OPTION_INVALID', () => {
          const value = milliseconds(text as Duration, 'idle')
          return Number.isSafeInteger(value) && value > 0
        }),
    )
    expect(kept).toBe(INPUTS)
  })

  test('in a form token, of which no other is taken', () => {
    const valid = new Set(Array.from({ length: 4 }, () => createCsrfToken(A, 'pay')))
    const corpus = [...valid, createCsrfToken(B, 'pay'), createCsrfToken(A, 'buy')]
    const kept = holds(mutator(SEED, corpus, [A]), (text) => isCsrfToken(text, A, 'pay') === valid.has(text))
    expect(kept).toBe(INPUTS)
  })

  test('in the headers that say where a request comes from: what passes has a reason to', () => {
    const random = seeded(SEED)
    const word = mutator(SEED, [
      'https://shop.example',
      'http://shop.example',
      'shop.example:80',
      'same-origin',
      'none',
      `sid=${A}`,
    ])
    /** Mostly absent or one of these, sometimes anything. */
    function header(...known: string[]): string | undefined {
      const dice = random()
      if (dice < 0.1) return word()
      return dice < 0.4 ? undefined : known[Math.floor(random() * known.length)]
    }
    const inputs = (): Record<string, string | undefined> => ({
      'sec-fetch-site': header('same-origin', 'none', 'same-site', 'cross-site', 'Same-Origin'),
      origin: header('https://shop.example', 'https://evil.example', 'null', 'http://shop.example'),
      host: header('shop.example', 'SHOP.example', 'evil.example', 'localhost:3000'),
      cookie: header(`sid=${A}`, 'a=1', 'xsid=1'),
    })
    let passed = 0
    const kept = holds(inputs, (headers) => {
      if (!passes(headers)) return true
      passed++
      const { 'sec-fetch-site': site, origin, host = '', cookie = '' } = headers
      if (site !== undefined) return site === 'same-origin' || site === 'none'
      if (origin === undefined) return !/(^|;)[ \t]*sid=/.test(cookie)
      return origin.slice(origin.indexOf('//') + 2) === host.toLowerCase() && origin.startsWith('https://')
    })
    expect(kept).toBe(INPUTS)
    expect(passed).toBeGreaterThan(INPUTS / 10)
  })
})

/** Whether a POST with these headers is let through; throws what is not the refusal. */
function passes(headers: Record<string, string | undefined>): boolean {
  try {
    assertSameOrigin({ method: 'POST', headers }, { origins: [], cookie: { name: 'sid', secure: true } })
    return true
  } catch (error) {
    if (isSessionError(error, 'ERR_CROSS_SITE')) return false
    throw error
  }
}
