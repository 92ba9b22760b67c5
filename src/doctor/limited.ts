/** @module Questions that are given up after a while. */

import { TimeLimit } from '../core/wrappers/time-limit.ts'

/** Runs work and rejects if it takes too long, or throws at once. */
export type Limited = <T>(work: () => T | PromiseLike<T>) => Promise<T>

/**
 * Makes a limit. Its timer keeps no process alive.
 *
 * @param limit milliseconds
 */
export function limitedTo(limit: number): Limited {
  const deadline = new TimeLimit(limit)
  const outcomes = {
    succeeded: () => undefined,
    failed: (error: unknown) => (error instanceof Error ? error : new Error('')),
    late: () => new Error('TIMEOUT'),
  }
  return async (work) => deadline.race(Promise.resolve(work()), outcomes)
}
