/**
 * Names in the texts of errors.
 *
 * @module
 */

const LONGEST = 60

/**
 * A name as an error shows it: in quotes, cut after 60 characters, control characters escaped.
 * Names may come from a visitor, and errors go to logs.
 */
export function quoted(name: string): string {
  return JSON.stringify(name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name)
}
