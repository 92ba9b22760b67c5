/**
 * Durations, read without a library: pages count bytes.
 *
 * @module
 */

import type { Duration } from '../../core/record/duration.ts'

/** A length of time as text, with its unit: `'15m'`, `'24h'`, `'30d'`. */
export type DurationText = Extract<Duration, string>

const UNITS: Record<string, number> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 }

/**
 * Turns a duration into milliseconds.
 * @throws `TypeError` if it has no unit or is not positive
 */
export function milliseconds(duration: DurationText): number {
  const time = parseFloat(duration) * (UNITS[`${duration}`.replace(/^[\d.]+/, '')] ?? 0)
  if (time > 0) return time
  throw new TypeError(`"${duration}" is not a duration, such as '15m'.`)
}
