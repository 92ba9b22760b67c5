import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fieldName, isInternal, parseField } from '../../src/core/record/field-name.ts'
import { anyText } from '../support/any-text.ts'
import { runs } from '../support/runs.ts'

const names = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc
    .array(
      fc.constantFrom(
        '/',
        '%',
        '@',
        '!',
        '_',
        '%002f',
        'a',
        '-',
        ':',
        '{',
        '}',
        '*',
        '[',
        '\0',
        'é',
        '\ud83d',
        '\ude00',
      ),
      {
        maxLength: 5,
      },
    )
    .map((parts) => parts.join('')),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 4 })
    .map((codes) => String.fromCharCode(...codes)),
  fc.constantFrom(
    '',
    '__proto__',
    '_proto__',
    '%005f_proto__',
    '%v2',
    '%v2/a',
    '%aside2',
    '%flash',
    '%flash/a',
    '@',
    '!x',
    'constructor',
  ),
)
const pairs = fc.tuple(names, names)

test('every pair of namespace and key comes back from its field name', () => {
  fc.assert(
    fc.property(pairs, ([namespace, key]) => {
      expect(parseField(fieldName(namespace, key))).toEqual({ namespace, key })
    }),
    { numRuns: runs(30_000) },
  )
})

test('two different pairs never meet', () => {
  fc.assert(
    fc.property(pairs, pairs, (a, b) => {
      const same = a[0] === b[0] && a[1] === b[1]
      return (fieldName(...a) === fieldName(...b)) === same
    }),
    { numRuns: runs(30_000) },
  )
})

test('all pairs of a nasty alphabet have names of their own', () => {
  const alphabet = [
    '',
    '/',
    '%',
    '@',
    '!',
    'a',
    '_',
    '%002f',
    '__proto__',
    '\ud800',
    '\udc00',
    'a/b',
    '/a',
    'a/',
  ]
  const seen = new Set<string>()
  for (const namespace of alphabet) for (const key of alphabet) seen.add(fieldName(namespace, key))
  expect(seen.size).toBe(alphabet.length ** 2)
})

test('no name belongs to a store, to sojourn or to the prototype, and all survive UTF-8', () => {
  fc.assert(
    fc.property(pairs, ([namespace, key]) => {
      const name = fieldName(namespace, key)
      return !/^[@!]/.test(name) && name !== '__proto__' && name.isWellFormed() && !isInternal(name)
    }),
    { numRuns: runs(30_000) },
  )
})

test('the names that sojourn uses itself are told from all others', () => {
  for (const name of ['%v2', '%v2/theme', '%aside2/theme', '%flash/notice/0', '%pointer', '%next', '%done'])
    expect(isInternal(name)).toBe(true)
})

test('usual names stay readable', () => {
  expect(fieldName('', 'theme')).toBe('theme')
  expect(fieldName('cart', 'items')).toBe('cart/items')
  expect(fieldName('', 'last-seen.at:1')).toBe('last-seen.at:1')
  expect(fieldName('', 'größe 😀')).toBe('größe 😀')
})

test('parsing never throws, whatever a store holds', () => {
  fc.assert(
    fc.property(anyText(), (name) => void parseField(name)),
    { numRuns: runs(5000) },
  )
})
