/**
 * The store's clock, as last seen and carried on by the steady clock of this machine.
 *
 * @module
 */

/** See the module. */
export class SteadyClock {
  /** What to add to `performance.now()`. */
  #offset = 0

  /** @param now what the store's clock shows at this moment */
  set(now: number): void {
    this.#offset = now - performance.now()
  }

  /** Epoch milliseconds. */
  now(): number {
    return Math.round(this.#offset + performance.now())
  }
}
