/**
 * Holding many inputs against a rule.
 *
 * @module
 */

import { expect } from 'vitest'
import { isSessionError, type SessionErrorCode } from '../../src/core/errors.ts'
import { runs } from './runs.ts'

/** Another one in each run. To repeat a run, set FUZZ_SEED to the number in the name of its tests. */
export const SEED: number = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** How many inputs a rule is held against. */
export const INPUTS: number = runs(100_000)

/** Holds so many inputs against a rule, and shows the first that breaks it. Answers how many kept it. */
export function holds<T>(inputs: () => T, rule: (input: T) => boolean): number {
  for (let left = INPUTS; left > 0; left--) {
    const input = inputs()
    let answer: unknown
    try {
      answer = rule(input)
    } catch (error) {
      answer = error
    }
    if (answer !== true) expect.fail(`FUZZ_SEED=${SEED}: ${JSON.stringify(input)} gave ${String(answer)}`)
  }
  return INPUTS
}

/** The same for rules that take time. */
export async function holdsLater<T>(inputs: () => T, rule: (input: T) => Promise<boolean>): Promise<void> {
  for (let left = INPUTS; left > 0; left -= 1000) {
    const some = Array.from({ length: 1000 }, inputs)
    const answers = await Promise.all(some.map((input) => rule(input).catch(String)))
    const wrong = answers.findIndex((answer) => answer !== true)
    if (wrong !== -1)
      expect.fail(`FUZZ_SEED=${SEED}: ${JSON.stringify(some[wrong])} gave ${String(answers[wrong])}`)
  }
}

/** What work answers, or true if it ends with an error of this code. */
export function isTyped(code: SessionErrorCode, work: () => boolean): boolean {
  try {
    return work()
  } catch (error) {
    if (isSessionError(error, code)) return true
    throw error
  }
}
