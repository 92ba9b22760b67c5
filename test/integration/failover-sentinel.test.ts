import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FailoverGroup, KINDS } from './failover/group.ts'
import { testLosses } from './failover/losses.ts'
import { startFailoverSentinels } from './failover/sentinels.ts'
import { isBounded, storm } from './failover/storm.ts'

let group: FailoverGroup

beforeAll(async () => {
  group = await startFailoverSentinels()
})

afterAll(async () => {
  await group.stop()
})

describe.for(KINDS)('behind sentinels, through %s', (kind) => {
  test('nothing acknowledged is lost or undone when masters die under load', async () => {
    const outcome = await storm(group, kind, 1)
    expect(outcome.wrong).toEqual([])
    expect(isBounded(outcome)).toBe(true)
  }, 180_000)

  testLosses(() => group, kind)
})
