/**
 * The option `migrate`: steps that bring stored data from one version to the next.
 *
 * @module
 */

import { invalidOption } from '../errors.ts'
import { isObject } from '../check-options.ts'
import { quoted } from '../quoted.ts'
import type { PlainData } from '../data.ts'

/** A step: is given data of one version, gives data of the next. It may change what it is given. */
export type Migration = (data: PlainData) => PlainData | Promise<PlainData>

/** Steps, each under the version that it starts from. */
export interface Migrations {
  readonly [version: number]: Migration
}

/**
 * Checks steps.
 * @throws `ERR_OPTION_INVALID`
 */
export function resolveMigrations(steps: Migrations, version: number): ReadonlyMap<number, Migration> {
  const resolved = new Map<number, Migration>()
  for (const [name, step] of Object.entries(steps)) {
    const from = Number(name)
    if (String(from) !== name || !Number.isSafeInteger(from) || from < 1)
      throw invalidOption(
        `migrate: ${quoted(name)} is no version. Name each step by the version it starts from, such as 1.`,
      )
    if (from >= version)
      throw invalidOption(
        `migrate: step ${from} leads to version ${from + 1}, but version is ${version}. Set version: ${from + 1}, or remove the step.`,
      )
    if (typeof step !== 'function') throw invalidOption(`migrate: expected step ${from} to be a function.`)
    resolved.set(from, step)
  }
  return resolved
}

/**
 * Brings data from one version to another. Where a step is missing, nothing has changed.
 * @throws what a step throws; `TypeError` if it gives no object
 */
export async function migrated(
  steps: ReadonlyMap<number, Migration>,
  data: PlainData,
  from: number,
  to: number,
): Promise<PlainData> {
  let current = data
  for (let version = from; version < to; version++) {
    const step = steps.get(version)
    if (step === undefined) continue
    current = await step(current)
    if (!isObject(current)) throw new TypeError(`migrate: step ${version} gave no object`)
  }
  return current
}
