/**
 * Tools for testing: the conformance suite that every store must pass, and a clock
 * that moves only when told to.
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

import { changing } from './testing/changing.ts'
import { creating } from './testing/creating.ts'
import { ending } from './testing/ending.ts'
import { lasting } from './testing/lasting.ts'
import { listing, listingAtOnce } from './testing/listing.ts'
import { naming } from './testing/naming.ts'
import { racing } from './testing/racing.ts'
import { openSubject, type CaseGroup, type StoreUnderTest } from './testing/subject.ts'

export { manualClock, type ManualClock } from './testing/manual-clock.ts'
export type { StoreUnderTest } from './testing/subject.ts'

/** What the suite needs of a test runner. Vitest, Jest and `node:test` all fit. */
export interface TestRunner {
  /** Groups tests under a title. */
  describe(title: string, body: () => void): unknown
  /** Registers one test; it fails if the promise rejects. */
  test(title: string, body: () => Promise<void>): unknown
}

const GROUPS: readonly CaseGroup[] = [
  creating,
  changing,
  lasting,
  ending,
  naming,
  listing,
  racing,
  listingAtOnce,
]

/**
 * Registers the conformance suite for one kind of store: every sentence of the
 * contract in `Store` is at least one test. Assertions are `node:assert`, so any
 * runner will do.
 *
 * A store whose `capabilities.atomic` is false makes no promise about parallel
 * callers, so the tests of that kind pass without trying it; so do those of lists for a
 * store without an `index`.
 *
 * @param runner The test runner's own functions.
 * @param makeStore Called once per test. The place must be empty each time: use a
 * fresh prefix, file or database.
 */
export function testStore(
  runner: TestRunner,
  makeStore: () => StoreUnderTest | Promise<StoreUnderTest>,
): void {
  for (const group of GROUPS) {
    runner.describe(group.title, () => {
      for (const behaviour of group.cases) {
        runner.test(behaviour.title, async () => {
          const subject = await openSubject(makeStore)
          try {
            if (group.needsAtomic && !subject.store.capabilities.atomic) return
            if (group.needsIndex && subject.store.index === undefined) return
            await behaviour.run(subject)
          } finally {
            await subject.close()
          }
        })
      }
    })
  }
}
