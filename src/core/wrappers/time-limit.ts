/**
 * A time limit for promises. No Redis client bounds a command that is already
 * written to the socket, so every store operation gets this one.
 *
 * @module
 */

import { requestsShare } from '../runtime.ts'

/** What to do when work ends. */
export interface Outcomes {
  succeeded: () => void
  failed: (error: unknown) => Error
  late: () => Error
}

interface Waiting {
  until: number
  outcomes: Outcomes
  /** `null` once the work has ended. */
  reject: ((error: Error) => void) | null
}

/**
 * Gives promises the same time limit. One timer serves all of them: with an equal
 * limit they expire in the order they came, so a queue is enough. Where requests may
 * share nothing, each has its own.
 */
export class TimeLimit {
  readonly #limit: number
  #queue: Waiting[] = []
  #first = 0
  #armed = false

  /** @param limit milliseconds */
  constructor(limit: number) {
    this.#limit = limit
  }

  /**
   * Settles as `work` does, through `succeeded` or `failed`, or rejects with what `late` makes once
   * the limit has passed. After that `succeeded` may still be called, and `failed` is not.
   */
  race<T>(work: Promise<T>, outcomes: Outcomes): Promise<T> {
    if (!requestsShare && this.#armed) return new TimeLimit(this.#limit).race(work, outcomes)
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { until: performance.now() + this.#limit, outcomes, reject }
      this.#queue.push(waiting)
      if (!this.#armed) this.#arm(this.#limit)
      work.then(
        (value) => {
          this.#done(waiting)
          outcomes.succeeded()
          resolve(value)
        },
        (error: unknown) => {
          // It has been given up, and been counted, before: what it says now is old.
          if (waiting.reject === null) return
          this.#done(waiting)
          reject(outcomes.failed(error))
        },
      )
    })
  }

  #done(waiting: Waiting): void {
    waiting.reject = null
    while (this.#queue[this.#first]?.reject === null) this.#first++
    if (this.#first < 1024 && this.#first < this.#queue.length) return
    this.#queue = this.#queue.slice(this.#first)
    this.#first = 0
  }

  #arm(delay: number): void {
    this.#armed = true
    const timer: unknown = setTimeout(() => this.#expire(), delay)
    if (typeof timer === 'object' && timer !== null && 'unref' in timer) (timer as { unref(): void }).unref()
  }

  #expire(): void {
    this.#armed = false
    const now = performance.now()
    for (const waiting of this.#queue.slice(this.#first)) {
      if (waiting.reject === null) continue
      // Timers may fire a fraction of a millisecond early.
      if (waiting.until > now + 1) return this.#arm(waiting.until - now)
      waiting.reject(waiting.outcomes.late())
      this.#done(waiting)
    }
  }
}
