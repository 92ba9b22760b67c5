import { describe, expect, onTestFinished, test } from 'vitest'
import { KINDS } from './failover/group.ts'
import { testLosses } from './failover/losses.ts'
import { startFailoverCluster } from './failover/cluster.ts'
import { isBounded, storm } from './failover/storm.ts'

describe.for(KINDS)('a cluster through %s', (kind) => {
  test('nothing acknowledged is lost or undone when masters die under load', async () => {
    const group = await startFailoverCluster()
    onTestFinished(() => group.stop())
    const outcome = await storm(group, kind, 1)
    expect(outcome.wrong).toEqual([])
    expect(isBounded(outcome)).toBe(true)
  })

  testLosses(startFailoverCluster, kind)
})
