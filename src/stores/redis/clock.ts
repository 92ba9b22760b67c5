/**
 * The clock of the Redis server, without a question for every look at it.
 *
 * @module
 */

import { timeOf } from './replies.ts'

const REFRESH_AFTER = 60_000
const ASK_AGAIN_AFTER = 1_000
const DISAGREEMENT = 1_000

/**
 * A clock set by the reply to TIME, and run by a monotonic clock. The clock of this
 * machine may be hours wrong; only its differences are looked at.
 */
export class RedisClock {
  readonly #steady: () => number
  readonly #wall: () => number
  #offset: number | null = null
  #steadyAtSetting = 0
  #wallAtSetting = 0
  #refreshAt = 0

  /**
   * @param steady milliseconds that only ever grow
   * @param wall the clock of this machine, in milliseconds
   */
  constructor(steady: () => number = () => performance.now(), wall: () => number = () => Date.now()) {
    this.#steady = steady
    this.#wall = wall
  }

  /**
   * Whether the clock may be used. A monotonic clock stands still while a laptop or a
   * serverless function sleeps; the wall clock does not, so they disagree afterwards.
   */
  isSet(): boolean {
    return this.#isSetAt(this.#steady())
  }

  /** Whether the next packet should ask for the time along the way. Says so to one caller at a time. */
  isDue(): boolean {
    const now = this.#steady()
    if (!this.#isSetAt(now)) return true
    if (now < this.#refreshAt) return false
    this.#refreshAt = now + ASK_AGAIN_AFTER
    return true
  }

  /**
   * @param reply the answer to TIME
   * @throws UnreadableReply
   */
  set(reply: unknown): void {
    const time = timeOf(reply)
    this.#steadyAtSetting = this.#steady()
    this.#wallAtSetting = this.#wall()
    this.#refreshAt = this.#steadyAtSetting + REFRESH_AFTER
    this.#offset = time - this.#steadyAtSetting
  }

  /** Epoch milliseconds, once it has been set. */
  now(): number {
    return Math.floor((this.#offset ?? NaN) + this.#steady())
  }

  #isSetAt(now: number): boolean {
    if (this.#offset === null) return false
    const slept = this.#wall() - this.#wallAtSetting - (now - this.#steadyAtSetting)
    return Math.abs(slept) < DISAGREEMENT
  }
}
