import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { decode, encode } from '../../src/react/storage/codec.ts'
import { bodyOf, entryText, headOf, isExpired } from '../../src/react/storage/entry.ts'
import { milliseconds } from '../../src/react/storage/duration.ts'
import { openEntry } from '../../src/react/storage/open-entry.ts'

describe('the codec', () => {
  test.each([
    ['undefined', undefined],
    ['numbers that JSON loses', [Number.NaN, Infinity, -Infinity]],
    ['a big integer', 2n ** 80n],
    ['a date', new Date(1.7e12)],
    ['a map in a set in an object', { of: new Set([new Map([[{ a: 1 }, new Date(0)]])]) }],
    ['keys that look like tags', { $: ['d', 1], more: { $: undefined } }],
    ['a key named __proto__', JSON.parse('{"__proto__":{"polluted":1}}')],
    ['holes', [1, undefined, null]],
  ])('keeps %s', (_, value) => {
    expect(decode(encode(value))).toStrictEqual(value)
  })

  test('keeps an invalid date', () => {
    expect(Number((decode(encode(new Date(Number.NaN))) as Date).getTime())).toBeNaN()
  })

  test('keeps any value of the kinds that it knows', () => {
    // JSON has no negative zero.
    const number = fc.double().filter((value) => !Object.is(value, -0))
    const values = [
      fc.boolean(),
      fc.integer(),
      number,
      fc.string(),
      fc.bigInt(),
      fc.constantFrom(null, undefined),
    ]
    const value = fc.anything({ values, withDate: true, withMap: true, withSet: true })
    fc.assert(
      fc.property(value, (given) => {
        expect(decode(encode(given))).toStrictEqual(given)
      }),
    )
  })

  test.each([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['an instance of a class', new URL('http://a.example')],
    ['such a thing deep inside', { a: [new Map([[1, /x/]])] }],
  ])('refuses %s', (_, value) => {
    expect(() => encode(value)).toThrow(TypeError)
  })

  test('refuses a value that contains itself', () => {
    const ring: unknown[] = []
    ring.push(ring)
    expect(() => encode(ring)).toThrow(RangeError)
  })

  test.each(['', '{', '{"$":["x",1]}', '{"$":1}', '{"$":["b","no"]}'])('refuses the text %j', (text) => {
    expect(() => decode(text)).toThrow(Error)
  })
})

describe('an entry', () => {
  test('has a first line of its own, whatever its owner is called', () => {
    const text = entryText([3, 10, 20, 'a\n"]'], '{"a":"\\n"}')
    expect(headOf(text)).toEqual([3, 10, 20, 'a\n"]'])
    expect(bodyOf(text)).toBe('{"a":"\\n"}')
  })

  test.each([null, '', 'rubbish', '{"a":1}\n5', '[1,2]\n5', 'null\n5'])(
    'is none of ours if it is %j',
    (text) => {
      expect(headOf(text)).toBeNull()
    },
  )

  test('expires at its time, and never without one', () => {
    expect([isExpired(0), isExpired(Date.now() + 60_000), isExpired(Date.now())]).toEqual([
      false,
      false,
      true,
    ])
  })
})

describe('opening an entry', () => {
  const stored = (
    value: unknown,
    { version = 1, expiresAt = 0, owner = null as string | null } = {},
  ): string => entryText([version, 0, expiresAt, owner], encode(value))

  test('answers the value', () => {
    expect(openEntry(stored([1]), 'k', { default: [] })).toEqual({ value: [1], owner: null, expiresAt: 0 })
  })

  test('answers nothing for what belongs to somebody', () => {
    expect(openEntry(stored(1, { owner: 'ada' }), 'k', { default: 0 })).toBeNull()
  })

  test('brings older values forward step by step, where a missing step changes nothing', () => {
    const migrate = {
      1: (old: unknown) => [old],
      3: (old: unknown) => ({ old }),
      4: () => 'a step beyond',
    }
    expect(openEntry(stored(1), 'k', { default: 0, version: 4, migrate })).toMatchObject({
      value: { old: [1] },
    })
    expect(openEntry(stored(1, { version: 2 }), 'k', { default: 0, version: 4, migrate })).toMatchObject({
      value: { old: 1 },
    })
  })

  test('gives what the schema makes of it', () => {
    const schema = z.object({ a: z.number().default(7) })
    expect(openEntry(stored({}), 'k', { default: { a: 0 }, schema })).toMatchObject({ value: { a: 7 } })
  })

  const late = z.number().refine(async () => Promise.resolve(true))
  test.each([
    ['UNREADABLE', 'rubbish', {}],
    ['UNREADABLE', '[1,0,0,null]\n{', {}],
    ['UNREADABLE', stored(1), { version: 2, migrate: { 1: () => undefinedFunction() } }],
    ['EXPIRED', stored(1, { expiresAt: 1 }), {}],
    ['OUTDATED', stored(1), { version: 2 }],
    ['OUTDATED', stored(1, { version: 3 }), { version: 2, migrate: {} }],
    ['INVALID', stored('text'), { schema: z.number() }],
    ['INVALID', stored('text'), { schema: v.number() }],
    ['INVALID', stored(1), { schema: late }],
  ])('answers ERR_STORAGE_%s for %j', (code, text, options) => {
    expect(openEntry(text, 'k', { default: 0, ...options })).toMatchObject({
      code: `ERR_STORAGE_${code}`,
      key: 'k',
    })
  })
})

test.each([
  ['500ms', 500],
  ['1.5s', 1500],
  ['15m', 900_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['1w', 604_800_000],
] as const)('%s is %d milliseconds', (text, expected) => {
  expect(milliseconds(text)).toBe(expected)
})

test.each(['900', '0s', '-1m', '5 m', '5months', 'm', ''])('%j is no duration', (text) => {
  expect(() => milliseconds(text as '1s')).toThrow(TypeError)
})

function undefinedFunction(): never {
  throw new Error('a step that fails')
}
