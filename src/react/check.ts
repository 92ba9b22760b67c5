/**
 * Options of hooks, checked in development: a mistake is told where it is made. Bundlers leave this
 * out of what visitors load.
 *
 * @module
 */

/** Whether a value will do, and what would. */
export type Known = readonly [check: (value: unknown) => boolean, expected: string]

/**
 * Checks each option, also those that are missing.
 * @throws `TypeError` for an option that is not in the table or fails its check
 */
export function checkOptions(hook: string, options: object, known: Record<string, Known>): void {
  for (const name of Object.keys(options))
    if (!Object.hasOwn(known, name))
      throw new TypeError(
        `${hook}: ${JSON.stringify(name)}: there is no such option. Known: ${Object.keys(known).join(', ')}.`,
      )
  for (const [name, [check, expected]] of Object.entries(known))
    if (!check((options as Record<string, unknown>)[name]))
      throw new TypeError(`${hook}: ${name}: expected ${expected}.`)
}

/** Whether a value is a function. */
export function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

/** The same check, of an option that may be left out. */
export function optional([check, expected]: Known): Known {
  return [(value) => value === undefined || check(value), expected]
}
