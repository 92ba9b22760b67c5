/**
 * Many races at once, each decided by its seed as far as two processes can be.
 *
 * @module
 */

import { isDeepStrictEqual } from 'node:util'
import { hesitation } from './racer.ts'
import { seeded } from './seeded.ts'

/** One race. */
export interface Race {
  seed: number
  random: () => number
  /** A seed for something in this race. */
  draw: () => number
  /** Waits a random time up to so many milliseconds. */
  hesitate: (most: number) => Promise<void>
  /** Notes what is wrong, if it is. */
  claim: (isRight: boolean, otherwise: string) => void
  /** Notes what is found instead of what is expected. */
  compare: (what: string, found: unknown, expected: unknown) => void
}

/** Runs races with the seeds 1 to `count`, `atOnce` of them side by side; answers what was wrong, with the seed: the first twenty. */
export async function race(
  count: number,
  atOnce: number,
  run: (race: Race) => Promise<void>,
): Promise<string[]> {
  const wrong: string[] = []
  let seed = 0

  async function next(): Promise<void> {
    while (seed < count) await one(++seed)
  }

  async function one(seed: number): Promise<void> {
    const random = seeded(seed)
    const note = (what: string): void => {
      if (wrong.length < 20) wrong.push(`seed ${seed}: ${what}`)
    }
    await run({
      seed,
      random,
      draw: () => Math.floor(random() * 2 ** 31),
      hesitate: (most) => hesitation(random, most),
      claim: (isRight, otherwise) => isRight || note(otherwise),
      compare: (what, found, expected) =>
        isDeepStrictEqual(found, expected) ||
        note(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`),
    }).catch((error: unknown) => note(String((error as Error).stack)))
  }

  await Promise.all(Array.from({ length: atOnce }, next))
  return wrong
}
