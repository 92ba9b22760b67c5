import { describe, expect, test } from 'vitest'
import { resolveOptions } from '../../src/core/options.ts'
import { cookieWouldCome } from '../../src/core/browser/withheld.ts'

type SameSite = 'lax' | 'strict' | 'none'

function comes(sameSite: SameSite, headers: Record<string, string>, method?: string): boolean | null {
  const settings = resolveOptions({ cookie: { sameSite, secure: true } })
  const asNode = cookieWouldCome({ method, headers }, settings)
  expect(cookieWouldCome({ method, headers: new Headers(headers) }, settings)).toBe(asNode)
  return asNode
}

const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
const frame = { ...link, 'sec-fetch-dest': 'iframe' }
const script = { ...link, 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }
const form = { ...link, origin: 'null', 'content-type': 'application/x-www-form-urlencoded' }

describe('from another site the cookie comes', () => {
  test.each<[string, Record<string, string>, string | undefined, Record<SameSite, boolean>]>([
    ['a link', link, 'GET', { none: true, lax: true, strict: false }],
    ['a link, by HEAD', link, 'HEAD', { none: true, lax: true, strict: false }],
    ['a link, method untold', link, undefined, { none: true, lax: true, strict: false }],
    ['a form', form, 'POST', { none: true, lax: false, strict: false }],
    ['a form, method untold', form, undefined, { none: true, lax: false, strict: false }],
    [
      'a form of no type, method untold',
      { ...link, origin: 'https://b.test' },
      undefined,
      { none: true, lax: false, strict: false },
    ],
    [
      'a form of no origin, method untold',
      { ...link, 'content-type': 'text/plain' },
      undefined,
      { none: true, lax: false, strict: false },
    ],
    ['a frame', frame, 'GET', { none: true, lax: false, strict: false }],
    ['a script', script, 'GET', { none: true, lax: false, strict: false }],
    [
      'a script that posts',
      { ...script, origin: 'https://b.test' },
      'POST',
      { none: true, lax: false, strict: false },
    ],
  ])('%s', (_, headers, method, expected) => {
    for (const sameSite of ['none', 'lax', 'strict'] as const)
      expect([sameSite, comes(sameSite, headers, method)]).toEqual([sameSite, expected[sameSite]])
  })
})

test.each(['same-origin', 'same-site', 'none', 'something-new'])('from %s it comes', (site) => {
  for (const sameSite of ['none', 'lax', 'strict'] as const)
    expect(comes(sameSite, { 'sec-fetch-site': site }, 'POST')).toBe(true)
})

test('where nothing is told, nothing is claimed', () => {
  const host = 'shop.example'
  expect(comes('lax', { host }, 'POST')).toBe(true)
  expect(comes('lax', { host, origin: 'null' }, 'POST')).toBe(false)
  expect(comes('lax', { host: 'app:3000', origin: 'https://shop.example' }, 'POST')).toBeNull()
  expect(comes('lax', { host: '[::1]:3000', origin: 'https://shop.example' }, 'POST')).toBeNull()
  expect(comes('lax', { host: '[::1]:3000', origin: 'http://[::1]:3000' }, 'POST')).toBe(true)
  expect(comes('lax', { host, origin: 'capacitor://localhost' }, 'POST')).toBe(false)
  expect(comes('lax', { host, origin: 'no origin' }, 'POST')).toBeNull()
  expect(comes('lax', { origin: 'https://shop.example' }, 'POST')).toBeNull()
  expect(comes('lax', { host, referer: 'no address' }, 'POST')).toBe(true)
})
