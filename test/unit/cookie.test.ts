import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  clearingCookie,
  findTokens,
  mentions,
  serializeCookie,
  tokenCookie,
} from '../../src/core/browser/cookie.ts'
import { resolveOptions } from '../../src/core/options.ts'
import { createToken, isToken } from '../../src/core/record/token.ts'
import { anyText } from '../support/any-text.ts'
import { runs } from '../support/runs.ts'

const A = createToken()
const B = createToken()
const TEN = Array.from({ length: 10 }, () => createToken())
const bad = 'not-a-token'

const CASES: [string, string, string[]][] = [
  ['an empty header', '', []],
  ['one cookie', `sid=${A}`, [A]],
  ['one among others', `a=1; sid=${A}; b=2`, [A]],
  ['no space after ;', `a=1;sid=${A};b=2`, [A]],
  ['spaces and tabs around', `a=1;  \t sid=${A} \t; b=2`, [A]],
  ['a quoted value', `sid="${A}"`, [A]],
  ['half a quoted value', `sid="${A}`, []],
  ['a lone quote', 'sid="', []],
  ['the same token twice', `sid=${A}; sid=${A}`, [A]],
  ['two different tokens', `sid=${A}; sid=${B}`, [A, B]],
  ['two different tokens, one quoted', `sid=${A}; sid="${B}"`, [A, B]],
  ['a malformed copy before', `sid=${bad}; sid=${A}`, [A]],
  ['a malformed copy after', `sid=${A}; sid=${bad}`, [A]],
  ['an empty copy before', `sid=; sid=${A}`, [A]],
  ['a hundred malformed copies before', `${`sid=${bad}; `.repeat(100)}sid=${A}`, [A]],
  ['a name that ends in ours', `xsid=${A}`, []],
  ['a name that ends in ours, with a prefix', `__Host-sid=${A}`, []],
  ['a name that begins with ours', `sid2=${A}`, []],
  ['ours in the value of another', `a=sid=${A}`, []],
  ['ours after another in one pair', `a sid=${A}`, []],
  ['another case', `SID=${A}`, []],
  ['a token with a percent escape', `sid=%${A.slice(1)}`, []],
  ['a token with more behind it', `sid=${A}x`, []],
  ['a token with a comma behind it', `sid=${A},sid=${B}`, []],
  ['no value', 'sid', []],
  ['only separators', ';;;;=;=;', []],
  ['ours behind a thousand pairs', `${'k=v; '.repeat(1000)}sid=${A}`, [A]],
  ['ours beyond 64 KiB', `${'k=v; '.repeat(20_000)}sid=${A}`, [A]],
  ['ours beyond a mebibyte of malformed copies', `${`sid=${bad}; `.repeat(80_000)}sid=${A}`, [A]],
  ['another one beyond 64 KiB', `sid=${A}; ${'k=v; '.repeat(20_000)}sid=${B}`, [A, B]],
  [
    'ten different tokens, of which nine tell that they are too many',
    TEN.map((token) => `sid=${token}`).join('; '),
    TEN.slice(0, 9),
  ],
]

describe('findTokens', () => {
  test.each(CASES)('%s', (_, header, expected) => {
    expect(findTokens(header, 'sid')).toEqual(expected)
  })

  test('takes names with characters that are special in patterns literally', () => {
    expect(findTokens(`a.b=${A}`, 'a.b')).toEqual([A])
    expect(findTokens(`axb=${A}`, 'a.b')).toEqual([])
    expect(findTokens(`$a|b*=${A}`, '$a|b*')).toEqual([A])
  })

  test('finds nothing but tokens, at most three and all different, in any header', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'sid=',
        'sid',
        '=',
        ';',
        '; ',
        ' ',
        '\t',
        '"',
        'xsid=',
        A,
        B,
        `sid=${A}`,
        `; sid=${B}`,
        bad,
      ),
      fc.string({ maxLength: 12 }),
      anyText({ maxLength: 6 }),
    )
    const headers = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(headers, (header) => {
        const tokens = findTokens(header, 'sid')
        return tokens.length <= 3 && new Set(tokens).size === tokens.length && tokens.every(isToken)
      }),
      { numRuns: runs(100_000) },
    )
  })

  test('agrees with a plain reading of RFC 6265 pairs', () => {
    const pair = fc.oneof(
      fc.tuple(fc.constantFrom('sid', 'xsid', 'sid2', 'a'), fc.constantFrom(A, B, bad, '', `"${A}"`)),
      fc.tuple(fc.stringMatching(/^[a-z]{1,4}$/), fc.stringMatching(/^[\w-]{0,50}$/)),
    )
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 8 }), (pairs) => {
        const header = pairs.map(([name, value]) => `${name}=${value}`).join('; ')
        const ours = pairs.filter(([name]) => name === 'sid').map(([, value]) => value.replaceAll('"', ''))
        expect(findTokens(header, 'sid')).toEqual([...new Set(ours.filter(isToken))].slice(0, 2))
      }),
      { numRuns: runs(5000) },
    )
  })

  test.each([
    ['copies of our name', 'sid='],
    ['separators', ';'],
    ['spaces', ' '],
    ['pairs of ours', 'sid=x;'],
    ['spaces before copies', '          sid='],
    ['quotes', 'sid="'],
  ])('looks at each character a bounded number of times: %s', (_, piece) => {
    const header = piece.repeat(Math.floor(262_144 / piece.length))
    let reads = 0
    const counting = new Proxy(Object(header) as object, {
      get(target, property) {
        if (typeof property === 'string' && /^\d+$/.test(property)) reads++
        if (property === 'length') return header.length
        const value: unknown = Reflect.get(target, property)
        return typeof value === 'function' ? (...args: unknown[]) => counted(property, args) : value
      },
    })
    function counted(method: string | symbol, args: unknown[]): unknown {
      const result: unknown = (header as unknown as Record<string | symbol, (...all: unknown[]) => unknown>)[
        method
      ]?.(...args)
      const from = typeof args[1] === 'number' ? args[1] : 0
      if (method === 'indexOf') reads += (result === -1 ? header.length : Number(result) + 1) - from
      if (method === 'slice') reads += String(result).length
      return result
    }
    expect(findTokens(counting as unknown as string, 'sid')).toEqual([])
    expect(reads).toBeLessThan(header.length * 8)
  })
})

describe('mentions', () => {
  test.each(CASES)('sees whatever findTokens reads: %s', (_, header, expected) => {
    expect(mentions(header, 'sid') || expected.length === 0).toBe(true)
  })

  test.each([
    [true, `sid=${bad}`],
    [true, 'sid='],
    [true, `${'k=v; '.repeat(20_000)}sid=`],
    [false, `xsid=${A}; sid2=${A}; a=sid=${A}`],
    [false, 'sid'],
    [false, ''],
  ])('%s: %.40s', (expected, header) => {
    expect(mentions(header, 'sid')).toBe(expected)
  })
})

describe('the cookies to send', () => {
  const settings = resolveOptions({ cookie: { secure: true } }).cookie

  test('carry the token with all attributes', () => {
    expect(serializeCookie(tokenCookie(settings, A, 60))).toBe(
      `__Host-sid=${A}; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax`,
    )
  })

  test('carry no Max-Age when the session ends with the browser', () => {
    expect(serializeCookie(tokenCookie(settings, A))).not.toMatch(/max-age|expires/i)
  })

  test('clear with the same attributes and Max-Age=0', () => {
    const wide = resolveOptions({
      cookie: {
        secure: true,
        domain: 'a.example',
        path: '/app',
        partitioned: true,
        sameSite: 'none',
        priority: 'high',
      },
    }).cookie
    const attributes = (line: string): string[] =>
      line
        .split('; ')
        .slice(1)
        .filter((part) => !part.startsWith('Max-Age'))
    const sent = serializeCookie(tokenCookie(wide, A, 60))
    const cleared = serializeCookie(clearingCookie(wide))
    expect(cleared).toMatch(/^__Secure-sid=; Max-Age=0; /)
    expect(attributes(cleared)).toEqual(attributes(sent))
    expect(attributes(cleared)).toHaveLength(7)
  })
})
