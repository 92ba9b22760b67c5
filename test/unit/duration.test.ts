import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { milliseconds, type Duration } from '../../src/core/record/duration.ts'
import { isSessionError } from '../../src/core/errors.ts'
import { runs } from '../support/runs.ts'

const GOOD: [Duration, number][] = [
  ['1ms', 1],
  ['1.5s', 1500],
  ['15m', 900_000],
  ['24h', 86_400_000],
  ['30d', 2_592_000_000],
  ['2w', 1_209_600_000],
  [{ milliseconds: 5 }, 5],
  [{ seconds: 900 }, 900_000],
  [{ minutes: 15 }, 900_000],
  [{ hours: 0.5 }, 1_800_000],
  [{ days: 30 }, 2_592_000_000],
]

test.each(GOOD)('%j is %d milliseconds', (duration, expected) => {
  expect(milliseconds(duration, 'idle')).toBe(expected)
})

const cyclic: Record<string, unknown> = {}
cyclic['self'] = cyclic

describe('what is no duration is refused with the option, the value and the cure', () => {
  const bad: unknown[] = [
    900,
    0,
    -1,
    Number.NaN,
    Infinity,
    '',
    ' ',
    '900',
    '15 m',
    '15M',
    '15min',
    '-5m',
    '0s',
    '0.0001ms',
    '1y',
    'm',
    '1e3s',
    '0x1s',
    '1s\n',
    '.5s',
    '1.s',
    `${'9'.repeat(200)}s`,
    `${'0'.repeat(200)}1s`,
    null,
    undefined,
    true,
    [],
    [5],
    {},
    { second: 5 },
    { seconds: '5' },
    {
      seconds: 1,
      minutes: 1,
    },
    { seconds: 0 },
    { seconds: -1 },
    { seconds: Number.NaN },
    { days: 1e15 },
    { toString: 5 },
    { __proto__: 5 },
    5n,
    Symbol('s'),
    () => 5,
    cyclic,
    { seconds: 5n },
  ]
  test.each(bad.map((value) => [value]))('%s', (value) => {
    let error: unknown
    try {
      milliseconds(value as Duration, 'idle')
    } catch (thrown) {
      error = thrown
    }
    expect(isSessionError(error, 'ERR_OPTION_INVALID')).toBe(true)
    expect(String(error)).toMatch(/idle: .* is not a duration\. Write it with its unit, such as '15m'/s)
  })
})

test('every input gives a positive safe integer or the documented error', () => {
  const texts = fc.oneof(fc.string(), fc.stringMatching(/^\d{0,120}(\.\d{1,5})?(ms|s|m|h|d|w|x)$/))
  const objects = fc.dictionary(
    fc.constantFrom('seconds', 'days', 'milliseconds', '__proto__', 'x'),
    fc.anything(),
  )
  fc.assert(
    fc.property(fc.oneof(texts, objects, fc.anything({ withBigInt: true })), (value) => {
      try {
        const result = milliseconds(value as Duration, 'idle')
        return Number.isSafeInteger(result) && result > 0
      } catch (error) {
        return isSessionError(error, 'ERR_OPTION_INVALID')
      }
    }),
    { numRuns: runs(5000) },
  )
})
