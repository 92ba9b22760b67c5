/** @module A clock for tests, so that no test has to sleep. */

/** A clock that stands still until it is moved. */
export interface ManualClock {
  /** The time it shows, in epoch milliseconds. Needs no `this`: pass it as an option `now`. */
  now: () => number
  /** Moves it forward by so many milliseconds, or back if negative. */
  advance: (ms: number) => void
}

/**
 * Makes a clock that stands still until it is moved.
 *
 * @param start Epoch milliseconds it shows at first. Default: the real time.
 */
export function manualClock(start: number = Date.now()): ManualClock {
  let time = start
  return {
    now: () => time,
    advance(ms) {
      time += ms
    },
  }
}
