/**
 * Tools for testing: the conformance suite that every store must pass, a clock that moves
 * only when told to, and an Upstash of one's own.
 *
 * ```ts
 * import { describe, test } from 'vitest'
 * import { testStore } from 'sojourn/testing'
 *
 * testStore({ describe, test }, async () => ({ store: myStore({ prefix: crypto.randomUUID() }) }))
 * ```
 *
 * @module
 */

import { barring } from './testing/conformance/barring.ts'
import { changing } from './testing/conformance/changing.ts'
import { closing } from './testing/conformance/closing.ts'
import { counting } from './testing/conformance/counting.ts'
import { creating } from './testing/conformance/creating.ts'
import { ending } from './testing/conformance/ending.ts'
import { expecting } from './testing/conformance/expecting.ts'
import { failing } from './testing/conformance/failing.ts'
import { lasting } from './testing/conformance/lasting.ts'
import { limiting, limitingAtOnce } from './testing/conformance/limiting.ts'
import { listingAtOnce } from './testing/conformance/listing-at-once.ts'
import { listing } from './testing/conformance/listing.ts'
import { naming } from './testing/conformance/naming.ts'
import { racing } from './testing/conformance/racing.ts'
import {
  openSubject,
  type CaseGroup,
  type Subject,
  type StoreUnderTest,
} from './testing/conformance/subject.ts'

export { manualClock, type ManualClock } from './testing/manual-clock.ts'
export type { StoreUnderTest } from './testing/conformance/subject.ts'
export {
  type FailOptions,
  startUpstash,
  type UpstashOptions,
  type UpstashRequest,
  type UpstashServer,
} from './testing/upstash/server.ts'
export type { UpstashFault } from './testing/upstash/faults.ts'
export type { UpstashCommand } from './testing/upstash/json.ts'

/** What the suite needs of a test runner. Vitest, Jest and `node:test` all fit. */
export interface TestRunner {
  /** Groups tests under a title. */
  describe(title: string, body: () => void): unknown
  /** Registers one test; it fails if the promise rejects. */
  test(title: string, body: () => Promise<void>): unknown
}

/** Options of `testStore`. */
export interface TestStoreOptions {
  /**
   * Milliseconds one test may take. A runner's own limit applies too, if it has one; some
   * have none, and would wait for ever for a store that never answers. Default: 30,000.
   */
  timeout?: number
}

const GROUPS: readonly CaseGroup[] = [
  creating,
  changing,
  counting,
  expecting,
  limiting,
  lasting,
  ending,
  naming,
  listing,
  barring,
  racing,
  limitingAtOnce,
  listingAtOnce,
  closing,
  failing,
]

/**
 * Registers the conformance suite for one kind of store: every sentence of the
 * contract in `Store` is at least one test. Assertions are `node:assert`, so any
 * runner will do. Tests share nothing, so they may run at the same time.
 *
 * Some tests pass without trying what a store does not claim or cannot be brought to: those
 * of parallel callers if `capabilities.atomic` is false, of lists without an `index`, of
 * outliving `close` if `capabilities.durable` is false, and those of what `makeStore` left out.
 *
 * @param runner The test runner's own functions.
 * @param makeStore Called for each test, and again for one that goes by the real clock and
 * failed: it is repeated with five times the time. The backend must be empty each time: use a
 * fresh prefix, file or database.
 */
export function testStore(
  runner: TestRunner,
  makeStore: () => StoreUnderTest | Promise<StoreUnderTest>,
  options: TestStoreOptions = {},
): void {
  const { timeout = 30_000 } = options
  for (const group of GROUPS) {
    runner.describe(group.title, () => {
      for (const behaviour of group.cases) {
        runner.test(behaviour.title, async () => {
          for (const slowness of [1, 5]) {
            const subject = await within(timeout, openSubject(makeStore, slowness))
            try {
              if (applies(group, subject)) await within(timeout, behaviour.run(subject))
              return
            } catch (error) {
              // By a real clock, a busy machine may only have been too slow.
              if (!subject.isTimed || slowness > 1) throw error
            } finally {
              await within(timeout, subject.close())
            }
          }
        })
      }
    })
  }
}

function applies(group: CaseGroup, { store }: Subject): boolean {
  if (group.needsAtomic && !store.capabilities.atomic) return false
  return !group.needsIndex || store.index !== undefined
}

/** Rejects if the work takes too long. The timer also keeps a process alive that waits for nothing else. */
async function within<T>(timeout: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const text = `Not done after ${timeout} ms. Does every operation of the store answer?`
    timer = setTimeout(() => reject(new Error(text)), timeout)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
