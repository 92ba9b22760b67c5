/**
 * Durations, read without a library: pages count bytes.
 *
 * @module
 */

import type { Duration } from '../core/duration.ts'

const UNITS: Record<string, number> = {
  ms: 1,
  milliseconds: 1,
  s: 1e3,
  seconds: 1e3,
  m: 6e4,
  minutes: 6e4,
  h: 36e5,
  hours: 36e5,
  d: 864e5,
  days: 864e5,
  w: 6048e5,
}

/**
 * Turns a duration into milliseconds.
 * @throws `TypeError` if it has no unit or is not positive
 */
export function milliseconds(duration: Duration): number {
  const text = typeof duration === 'string' ? duration : Object.entries(duration).flat().reverse().join('')
  const [, count, unit] = /^([\d.]+)([a-z]+)$/.exec(text) ?? []
  const time = Number(count) * (UNITS[`${unit}`] ?? 0)
  if (time > 0) return time
  throw new TypeError(`ttl: "${text}" is not a duration, such as '15m'.`)
}
