import fc from 'fast-check'
import { expect, test } from 'vitest'
import { beginning, cookieMaxAge, expiresIn, isTouchDue } from '../../src/core/record/lifetime.ts'

const DAY = 86_400_000
const lengths = fc.integer({ min: 1, max: 400 * DAY })
const settings = fc.record({ idle: lengths, absolute: lengths, persist: fc.boolean() })
const clocks = fc.integer({ min: 1, max: 4_000_000_000_000 })

test('a session never lives beyond its absolute deadline, however often it is touched', () => {
  fc.assert(
    fc.property(settings, clocks, fc.array(lengths, { maxLength: 20 }), (given, start, steps) => {
      const meta = beginning(given, start)
      let now = start
      for (const step of steps) {
        const left = expiresIn(meta, now)
        expect(now + left).toBeLessThanOrEqual(start + given.absolute)
        expect(left).toBeLessThanOrEqual(given.idle)
        if (step >= left) break
        now += step
      }
    }),
  )
})

test('a touch is due after a tenth of the idle timeout, or a minute', () => {
  const due = (idle: number, age: number): boolean => {
    const meta = beginning({ idle, absolute: 30 * DAY, persist: true }, 1_000_000)
    return isTouchDue(meta, { expiresIn: idle - age, now: 1_000_000 + age })
  }
  expect([due(100_000, 10_000), due(100_000, 10_001)]).toEqual([false, true])
  expect([due(DAY, 60_000), due(DAY, 60_001)]).toEqual([false, true])
})

test('no touch is due when it could not move the deadline', () => {
  fc.assert(
    fc.property(settings, clocks, lengths, (given, start, age) => {
      const meta = beginning(given, start)
      const now = start + age
      const best = expiresIn(meta, now)
      return best <= 0 || !isTouchDue(meta, { expiresIn: best, now })
    }),
  )
})

test('Max-Age is whole seconds from 1 to 400 days, and not shorter than the session', () => {
  const age = (left: number): number =>
    cookieMaxAge({ createdAt: 1, absoluteAt: 1_000_000 + left, idle: 1, persist: true }, 1_000_000) ?? 0
  fc.assert(
    fc.property(fc.integer({ min: -1e15, max: 1e15 }), (left) => {
      expect(Number.isInteger(age(left))).toBe(true)
      expect(age(left)).toBeGreaterThanOrEqual(1)
      expect(age(left)).toBeLessThanOrEqual((400 * DAY) / 1000)
      expect(age(left) * 1000).toBeGreaterThanOrEqual(Math.min(left, 400 * DAY))
    }),
  )
  expect(age(30 * DAY)).toBe(2_592_000)
  expect(cookieMaxAge({ idle: 1, absolute: DAY, persist: true }, 0)).toBe(86_400)
  expect(cookieMaxAge({ idle: 1, absolute: DAY, persist: false }, 0)).toBeUndefined()
})
