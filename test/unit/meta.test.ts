import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeMeta, encodeMeta, type RecordMeta } from '../../src/core/record/meta.ts'
import { anyText } from '../support/any-text.ts'
import { runs } from '../support/runs.ts'

const META: RecordMeta = {
  createdAt: 1_700_000_000_000,
  absoluteAt: 1_702_592_000_000,
  idle: 86_400_000,
  persist: true,
}
const SIGNED_IN: RecordMeta = { ...META, userId: 'ann', authenticatedAt: 1_700_000_000_000 }

const times = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
const metas = fc
  .tuple(
    fc.record({ createdAt: times, absoluteAt: times, idle: times, persist: fc.boolean() }),
    fc.option(fc.record({ userId: anyText(), authenticatedAt: times })),
  )
  .map(([meta, person]): RecordMeta => ({ ...meta, ...person }))

test('meta comes back unchanged for the same application', () => {
  fc.assert(
    fc.property(metas, fc.string({ minLength: 1 }), (meta, app) => {
      expect(decodeMeta(encodeMeta(meta, app), app)).toEqual(meta)
    }),
  )
})

test('meta of another application is not ours', () => {
  expect(decodeMeta(encodeMeta(META, 'shop'), 'shop2')).toBeNull()
  expect(decodeMeta(encodeMeta(META, 'shop'), '')).toBeNull()
})

describe('meta that we cannot trust is none', () => {
  const valid = JSON.parse(encodeMeta(SIGNED_IN, 'app')) as Record<string, unknown>
  const text = (change: Record<string, unknown>): string => JSON.stringify({ ...valid, ...change })
  const damaged: [string, string][] = [
    ['nothing', ''],
    ['no JSON', '{"v":1'],
    ['null', 'null'],
    ['a number', '1'],
    ['a list', '[]'],
    ['a text', '"v"'],
    ['a later format', text({ v: 2 })],
    ['no format', text({ v: undefined })],
    ['the format as text', text({ v: '1' })],
    ['no application', text({ app: undefined })],
    ['no creation time', text({ createdAt: undefined })],
    ['a creation time as text', text({ createdAt: '1700000000000' })],
    ['a broken creation time', text({ createdAt: 1.5 })],
    ['a negative absolute deadline', text({ absoluteAt: -1 })],
    ['a deadline beyond all integers', text({ absoluteAt: 1e300 })],
    ['no idle timeout', text({ idle: null })],
    ['idle timeout 0', text({ idle: 0 })],
    ['persist as a number', text({ persist: 1 })],
    ['a user without a time of sign-in', text({ authenticatedAt: undefined })],
    ['a time of sign-in without a user', text({ userId: undefined })],
    ['a user that is an object', text({ userId: { $ne: null } })],
  ]
  test.each(damaged)('%s', (_, stored) => {
    expect(decodeMeta(stored, 'app')).toBeNull()
  })

  test('meta without a prototype trick: __proto__ supplies no user', () => {
    const stored = encodeMeta(META, 'app').replace('{', '{"__proto__":{"userId":"root","authenticatedAt":5},')
    expect(decodeMeta(stored, 'app')).toEqual(META)
  })
})

test('a record with flipped bits gives meta of the right form or none, and never throws', () => {
  const flips = fc.array(fc.tuple(fc.nat(500), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  })
  fc.assert(
    fc.property(metas, flips, (meta, changes) => {
      const bytes = Buffer.from(encodeMeta(meta, 'app'))
      for (const [at, bits] of changes) bytes[at % bytes.length]! ^= bits
      const read = decodeMeta(bytes.toString(), 'app')
      if (read === null) return true
      const isPerson =
        read.userId === undefined || (typeof read.userId === 'string' && read.authenticatedAt! > 0)
      return (
        isPerson &&
        [read.createdAt, read.absoluteAt, read.idle].every((time) => Number.isSafeInteger(time) && time > 0)
      )
    }),
    { numRuns: runs(20_000) },
  )
})

test('any text gives meta or none, and never throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => decodeMeta(text, 'app') === null),
    { numRuns: runs(5000) },
  )
})
