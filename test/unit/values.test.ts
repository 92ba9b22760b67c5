import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeInteger, decodeValue, encodeValue } from '../../src/core/record/values.ts'
import { isSessionError } from '../../src/core/errors.ts'
import { anyText } from '../support/any-text.ts'
import { runs } from '../support/runs.ts'

function roundTrip(value: unknown): unknown {
  return decodeValue(encodeValue(value, 'key'))
}

const strings = fc.oneof(
  anyText(),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
    .map((codes) => String.fromCharCode(...codes)),
  fc.constantFrom(
    '',
    '\0',
    '\ud800',
    '\udc00',
    '$',
    ':',
    '~',
    '42',
    '1e5',
    '-0',
    'null',
    '__proto__',
    '\u2028',
  ),
)

const VALUES: [string, unknown, string | RegExp][] = [
  ['text', 'dark', '$dark'],
  ['text that looks like a number', '42', '$42'],
  ['an empty text', '', '$'],
  ['a lone surrogate', 'a\ud800b', /^:"a\\ud800b"$/],
  ['NUL', 'a\0b', '$a\0b'],
  ['an integer', 42, '42'],
  ['zero', 0, '0'],
  ['a negative integer', -7, '-7'],
  ['the largest safe integer', 2 ** 53 - 1, '9007199254740991'],
  ['the smallest safe integer', -(2 ** 53) + 1, '-9007199254740991'],
  ['2^53', 2 ** 53, ':9007199254740992'],
  ['a fraction', 0.1, ':0.1'],
  ['minus zero', -0, /^~/],
  ['NaN', Number.NaN, /^~/],
  ['infinity', -Infinity, /^~/],
  ['null', null, ':null'],
  ['true', true, ':true'],
  ['an object', { a: [1, 'x', null] }, ':{"a":[1,"x",null]}'],
  ['a lone surrogate in an object', { '\udfff': '\ud800' }, /^:/],
  ['a key __proto__', JSON.parse('{"__proto__":{"isAdmin":true}}'), ':{"__proto__":{"isAdmin":true}}'],
  ['keys constructor and then', JSON.parse('{"constructor":1,"then":2}'), /^:/],
  ['a key toJSON', { toJSON: 'text' }, /^~/],
  ['undefined inside', { a: undefined, b: [undefined] }, /^~/],
  ['a sparse list', [1, , 3], /^~/], // oxlint-disable-line no-sparse-arrays
  ['a Date', new Date(1_700_000_000_000), /^~/],
  ['an invalid Date', new Date(Number.NaN), /^~/],
  ['a Map', new Map<unknown, unknown>([['a', new Set([1n])]]), /^~/],
  ['a BigInt', 2n ** 70n, /^~/],
  ['a pattern', /a\/b/giu, /^~/],
  ['bytes', new Uint8Array([0, 255, 7]), /^~/],
  ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 }), /^~/],
]

describe('a value comes back unchanged', () => {
  test.each(VALUES)('%s', (_, value, stored) => {
    const text = encodeValue(value, 'key')
    expect(typeof stored === 'string' ? text === stored : stored.test(text), text).toBe(true)
    expect(decodeValue(text)).toStrictEqual(value)
  })

  test('any text', () => {
    fc.assert(
      fc.property(strings, (text) => roundTrip(text) === text),
      { numRuns: runs(5000) },
    )
  })

  test('any number', () => {
    const numbers = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.constantFrom(2 ** 53, -(2 ** 53), -0),
    )
    fc.assert(
      fc.property(numbers, (number) => Object.is(roundTrip(number), number)),
      { numRuns: runs(5000) },
    )
  })

  test('any plain data, with keys of any name', () => {
    const keys = fc.oneof(strings, fc.constantFrom('__proto__', 'constructor', 'toJSON', 'then', 'length'))
    const values = fc.anything({ key: keys, maxDepth: 4, withNullPrototype: true })
    fc.assert(
      fc.property(values, (value) => {
        // devalue refuses to write __proto__ beside values that JSON cannot hold.
        let text
        try {
          text = encodeValue(value, 'key')
        } catch (error) {
          return isSessionError(error, 'ERR_VALUE_UNSUPPORTED')
        }
        return isDeepStrictEqual(decodeValue(text), value)
      }),
      { numRuns: runs(3000) },
    )
  })

  test('any data of Date, Map, Set and BigInt', () => {
    const values = fc.anything({
      key: fc.stringMatching(/^[a-z]{1,5}$/),
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
    })
    fc.assert(
      fc.property(values, (value) => isDeepStrictEqual(roundTrip(value), value)),
      { numRuns: runs(3000) },
    )
  })

  test('a cycle', () => {
    const parent: Record<string, unknown> = { name: 'a' }
    parent['child'] = { parent }
    const copy = roundTrip(parent) as { child: { parent: unknown } }
    expect(copy.child.parent).toBe(copy)
  })

  test('an object held twice is still one object', () => {
    const shared = { n: 1 }
    const [first, second] = roundTrip([shared, shared]) as unknown[]
    expect(first).toEqual(shared)
    expect(first).toBe(second)
  })

  test('objects held twice on each of sixty levels, without visiting each path', () => {
    let value: unknown = 'leaf'
    for (let level = 0; level < 60; level++) value = { left: value, right: value }
    expect(encodeValue(value, 'key').length).toBeLessThan(5000)
  })
})

function nested(levels: number, leaf: unknown): unknown {
  let value = leaf
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

describe('what cannot be stored is refused, naming the key', () => {
  class Basket {}
  const circular = new Basket()
  const bad: [string, unknown][] = [
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a class instance', circular],
    ['a class instance deep inside', { a: [{ b: circular }] }],
    ['an error', new Error('secret')],
    ['a promise', Promise.resolve(1)],
    ['a WeakMap', new WeakMap()],
    ['a method called toJSON', { toJSON: () => 'other' }],
    ['JSON nested over 64 levels', nested(65, 1)],
    ['JSON nested 100,000 levels', nested(100_000, 1)],
    ['dates nested over 64 levels', nested(65, new Date())],
    ['dates nested 4,000 levels', nested(4000, new Date())],
  ]
  test.each(bad)('%s', (_, value) => {
    expect(() => encodeValue(value, 'basket')).toThrow(
      /"basket".* (cannot be stored\. Store plain data|over 64 levels)/,
    )
    expect(() => encodeValue(value, 'basket')).not.toThrow(/secret/)
  })

  test('64 levels are accepted', () => {
    expect(roundTrip(nested(64, 1))).toEqual(nested(64, 1))
  })
})

describe('decoding', () => {
  test('never throws, whatever the text', () => {
    const texts = fc.oneof(
      strings,
      fc.tuple(fc.constantFrom('$', ':', '~', '-', '@', '!'), strings).map((parts) => parts.join('')),
      fc.json().map((json) => `~${json}`),
      fc.json().map((json) => `:${json.slice(1)}`),
    )
    fc.assert(
      fc.property(texts, (text) => void decodeValue(text)),
      { numRuns: runs(20_000) },
    )
  })

  test.each([
    '',
    'text',
    '042',
    '+1',
    '1.5',
    '1e5',
    ' 1',
    '1 ',
    '0x1',
    '-',
    '-0',
    ':{',
    '~',
    '~[',
    '~-9',
    '@',
    'null',
  ])('a text that no encoder writes gives undefined: %j', (text) => {
    expect(decodeValue(text)).toBeUndefined()
  })

  test('of hostile text reaches no prototype', () => {
    decodeValue('~[{"__proto__":1},{"polluted":2},true]')
    decodeValue(':{"__proto__":{"polluted":true}}')
    decodeValue('~[["Object","__proto__",1],true]')
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test('an integer field is told from every other', () => {
    expect(['7', '-7', '0', '$7', ':7', ':7.5', '007', ''].map(decodeInteger)).toEqual([
      7,
      -7,
      0,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})
