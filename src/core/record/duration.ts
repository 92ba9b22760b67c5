/**
 * Lengths of time that cannot be mistaken: every one carries its unit.
 *
 * @module
 */

import { invalidOption } from '../errors.ts'
import { quoted } from '../quoted.ts'

/**
 * A length of time: a text such as `'15m'`, `'24h'`, `'30d'`, or an object such as
 * `{ seconds: 900 }`. A bare number is refused: `900` may mean seconds or milliseconds.
 */
export type Duration =
  | `${number}${'ms' | 's' | 'm' | 'h' | 'd' | 'w'}`
  | { milliseconds: number }
  | { seconds: number }
  | { minutes: number }
  | { hours: number }
  | { days: number }

const UNITS: Record<string, number> = {
  milliseconds: 1,
  seconds: 1000,
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
}
const LETTERS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
/** Short and harmless: it may be shown as it is. */
const PRINTABLE = /^[\x20-\x7e]{0,60}$/
const TEXT = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/

/**
 * Turns a duration into whole milliseconds.
 * @throws `ERR_OPTION_INVALID` naming the option, if the value has no unit or is not positive
 */
export function milliseconds(duration: Duration, option: string): number {
  const value = Math.round(read(duration))
  if (Number.isSafeInteger(value) && value > 0) return value
  throw invalidOption(
    `${option}: ${show(duration)} is not a duration. Write it with its unit, such as '15m', '24h' or { seconds: 900 }. Units: ms, s, m, h, d, w; 0 is none.`,
  )
}

function read(duration: unknown): number {
  if (typeof duration === 'string') {
    const [, count, unit = ''] = (duration.length < 100 && TEXT.exec(duration)) || []
    return Number(count) * (LETTERS[unit] ?? Number.NaN)
  }
  if (typeof duration !== 'object' || duration === null) return Number.NaN
  const [entry, ...rest] = Object.entries(duration)
  if (entry === undefined || rest.length > 0 || typeof entry[1] !== 'number') return Number.NaN
  return (UNITS[entry[0]] ?? Number.NaN) * entry[1]
}

function show(value: unknown): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return PRINTABLE.test(value) ? `'${value}'` : quoted(value)
  try {
    const text = JSON.stringify(value) ?? String(value)
    return PRINTABLE.test(text) ? text : quoted(text)
  } catch {
    return `a value of type ${typeof value}`
  }
}
