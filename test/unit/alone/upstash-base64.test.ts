import { afterEach, describe, expect, test, vi } from 'vitest'

const TEXTS = [
  '',
  'a',
  'ab',
  'abc',
  'é',
  '😀',
  '\u{feff}marked',
  '\0',
  'T0s=',
  'OK',
  '"null"',
  '😀'.repeat(50_000),
]
const NOT_BASE64 = ['OK', 'abc', 'ab=c', 'a===', '====', 'ab c', 'ab\n=', 'ab-_', '$raw', '{"v":1}', 'abcd=']

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

describe.each(['Node', 'a runtime of Web APIs'])('on %s', (runtime) => {
  async function load(): Promise<(base64: string) => string | null> {
    vi.resetModules()
    if (runtime !== 'Node') vi.stubGlobal('process', { env: {} })
    return (await import('../../../src/stores/upstash/base64.ts')).textOf
  }

  test('every text comes back', async () => {
    const textOf = await load()
    for (const text of TEXTS) expect(textOf(Buffer.from(text).toString('base64'))).toBe(text)
  })

  test('what is no base64 is no text', async () => {
    const textOf = await load()
    expect(NOT_BASE64.map((text) => [text, textOf(text)])).toEqual(NOT_BASE64.map((text) => [text, null]))
  })

  test('bytes that are no text become the sign for such', async () => {
    expect((await load())(Buffer.from([0x61, 0xff]).toString('base64'))).toBe('a\ufffd')
  })
})
