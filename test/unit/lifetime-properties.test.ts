import fc from 'fast-check'
import { expect, test } from 'vitest'
import { beginning, expiresIn, isTouchDue } from '../../src/core/record/lifetime.ts'
import { deadlineOf } from '../../src/stores/shared/record-end.ts'
import { deadlineCommand, timeLeft } from '../../src/stores/redis/records/hash.ts'
import { runs } from '../support/runs.ts'

const DAY = 86_400_000
const lengths = fc.integer({ min: 1, max: 400 * DAY })
const sessions = fc
  .tuple(lengths, lengths, fc.integer({ min: 1, max: 4_000_000_000_000 }))
  .map(([idle, absolute, start]) => beginning({ idle, absolute, persist: true }, start))
const ages = fc.nat(500 * DAY)

test('core, embedded stores and Redis agree on when a session ends', () => {
  fc.assert(
    fc.property(sessions, ages, (meta, age) => {
      const now = meta.createdAt + age
      const lifetime = meta
      const left = expiresIn(lifetime, now)
      const { endsAt, endsBy } = deadlineOf(lifetime, now)
      const [command, , at] = deadlineCommand('k', lifetime, now)
      expect(endsAt).toBe(now + left)
      expect(timeLeft(lifetime, now)).toBe(left)
      expect(command === 'pexpireat' ? at : now + Number(at)).toBe(endsAt)
      // At the very moment when both end, either may be named.
      const isTie = now + meta.idle === meta.absoluteAt
      expect(isTie || (command === 'pexpireat') === (endsBy === 'absolute')).toBe(true)
    }),
    { numRuns: runs(20_000) },
  )
})

test('a session that is read at any times ends by whichever limit comes first, though touches are rare', () => {
  fc.assert(
    fc.property(sessions, fc.array(fc.nat(2 * DAY), { maxLength: 40 }), (meta, gaps) => {
      let now = meta.createdAt
      let endsAt = now + expiresIn(meta, now)
      for (const gap of gaps) {
        const lastRead = now
        now += gap
        // What is not touched ends at most a tenth of the idle time, or a minute, too early, and never too late.
        const rightEnd = Math.min(lastRead + meta.idle, meta.absoluteAt)
        expect(endsAt).toBeLessThanOrEqual(rightEnd)
        expect(endsAt).toBeGreaterThanOrEqual(rightEnd - Math.min(meta.idle / 10, 60_000))
        if (now >= endsAt) return
        const loaded = { meta: '', fields: new Map<string, string>(), expiresIn: endsAt - now, now }
        if (!isTouchDue(meta, loaded)) continue
        const moved = now + expiresIn(meta, now)
        expect(moved).toBeGreaterThan(endsAt)
        expect(isTouchDue(meta, { ...loaded, expiresIn: moved - now })).toBe(false)
        endsAt = moved
      }
    }),
    { numRuns: runs(10_000) },
  )
})
