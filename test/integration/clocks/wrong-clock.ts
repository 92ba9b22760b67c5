/**
 * Puts the wall clock of this process wrong, in every way that JavaScript can read it. The
 * monotonic clock goes on as it does: that is what a wrong clock of a machine looks like.
 *
 * @module
 */

const RightDate = Date
let skew = 0

class WrongDate extends RightDate {
  constructor(...args: [] | [number | string | Date]) {
    if (args.length === 0) super(RightDate.now() + skew)
    else super(...(args as [number]))
  }

  static override now(): number {
    return RightDate.now() + skew
  }
}

/** @param by milliseconds; may be called again, as when somebody sets the clock */
export function setClockWrong(by: number): void {
  skew = by
  globalThis.Date = WrongDate as DateConstructor
  Object.defineProperty(performance, 'timeOrigin', {
    value: RightDate.now() + skew - performance.now(),
    configurable: true,
  })
}
