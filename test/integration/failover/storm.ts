/** @module Visitors keep coming while two masters die one after the other, and the first comes back between. */

import { createSessions, type Sessions } from '../../../src/index.ts'
import { redisStore, type RedisStoreOptions } from '../../../src/stores/redis.ts'
import { failOver, type FailoverGroup, type Kind, rejoin } from './group.ts'
import { startStopwatch } from './stopwatch.ts'
import { type Crowd, letIn } from './visitors.ts'

/** What came of it. */
export interface Storm extends Pick<Crowd, 'wrong' | 'acknowledged' | 'failed'> {
  /** The longest operation on the store, in milliseconds. */
  longest: number
  /** By how much a timer was late at most. */
  lateness: number
}

/** Milliseconds for each operation: the default. */
const DEADLINE = 2000

const OPERATIONS = 400

/** See the module. Ends with everything as it was at the beginning, but for who is master. */
export async function storm(group: FailoverGroup, kind: Kind, seed: number): Promise<Storm> {
  const options: RedisStoreOptions = { prefix: `storm-${kind}-${seed}`, durability: 'replica' }
  const open = (): Sessions =>
    createSessions({ store: redisStore(group.clients[kind], options), timeout: { milliseconds: DEADLINE } })
  const [sessions, others] = [open(), open()]
  const watch = startStopwatch()
  const crowd = letIn(sessions, seed)
  await crowd.go(OPERATIONS)
  for (let deaths = 0; deaths < 2; deaths++) {
    // The same key, so that the second to die is the one that took the place of the first.
    const pair = await group.pairOf(String(seed))
    await failOver(group, pair)
    await rejoin(pair)
    await crowd.go(OPERATIONS)
  }
  await crowd.end()
  const { longest, lateness } = watch.stop()
  await crowd.judge(others)
  await Promise.all([sessions.close(), others.close()])
  const { wrong, acknowledged, failed, states } = crowd
  console.log(`${kind}:`, { acknowledged, failed, states, longest, lateness })
  return { wrong, acknowledged, failed, longest: Math.max(...Object.values(longest)), lateness }
}

/** Whether no operation took longer than it may, as far as the machine lets timers be in time. */
export function isBounded({ longest, lateness }: Storm): boolean {
  return longest < 1.5 * DEADLINE + lateness
}
