import { describe, expect, onTestFinished, test } from 'vitest'
import { KINDS } from './failover/group.ts'
import { testLosses } from './failover/losses.ts'
import { startFailoverSentinels } from './failover/sentinels.ts'
import { isBounded, storm } from './failover/storm.ts'

describe.for(KINDS)('behind sentinels, through %s', (kind) => {
  test('nothing acknowledged is lost or undone when masters die under load', async () => {
    const group = await startFailoverSentinels()
    onTestFinished(() => group.stop())
    const outcome = await storm(group, kind, 1)
    expect(outcome.wrong).toEqual([])
    expect(isBounded(outcome)).toBe(true)
  })

  testLosses(startFailoverSentinels, kind)
})
