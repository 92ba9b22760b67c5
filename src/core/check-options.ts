/**
 * Checking options by a table: which there are, and what each may be.
 *
 * @module
 */

import { invalidOption, type SessionError } from './errors.ts'
import { named } from './quoted.ts'

/** What to write instead of an option that there is not; `null` if its name tells nothing. */
export type Hint = (prefix: string, name: string) => string | null

const noHint: Hint = () => null

/** Whether a value will do, and what would. */
export type Known = readonly [check: (value: unknown) => boolean, expected: string]

/**
 * Checks each option that is not `undefined`.
 * @param prefix goes before each name in errors, such as `cookie.`
 * @throws `ERR_OPTION_INVALID` for an option that is not in the table or fails its check
 */
export function checkAll(
  options: object,
  known: Record<string, Known>,
  prefix: string,
  hint: Hint = noHint,
): void {
  assertObject(options, prefix)
  for (const [name, value] of Object.entries(options)) {
    const entry = Object.hasOwn(known, name) ? known[name] : undefined
    if (entry === undefined) throw unknownOption(prefix, name, Object.keys(known), hint)
    if (value !== undefined && !entry[0](value))
      throw invalidOption(`${prefix}${name}: expected ${entry[1]}.`)
  }
}

/**
 * Checks the names of options that are checked elsewhere.
 * @throws `ERR_OPTION_INVALID`
 */
export function checkNames(
  options: object,
  known: readonly string[],
  prefix: string,
  hint: Hint = noHint,
): void {
  assertObject(options, prefix)
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined) throw unknownOption(prefix, unknown, known, hint)
}

/** @throws `ERR_OPTION_INVALID` */
export function assertObject(options: unknown, prefix: string): void {
  if (!isObject(options)) throw invalidOption(`${prefix}options: expected an object.`)
}

function unknownOption(prefix: string, name: string, known: readonly string[], hint: Hint): SessionError {
  const cure = hint(prefix, name) ?? `Known: ${known.join(', ')}.`
  return invalidOption(`${prefix}${named(name)}: there is no such option. ${cure}`)
}

/** Whether a value is an object and no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value is true or false. */
export function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean'
}
