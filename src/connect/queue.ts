/**
 * The order of operations on one session: a read sees all earlier writes, also those that no
 * caller waited for.
 *
 * @module
 */

import { TimeLimit, type Outcomes } from '../core/wrappers/time-limit.ts'

/** A queue for each name. Each operation ends within the limit, its time in the queue included. */
export class Queue {
  /** The writes under a name, as long as one is under way. */
  readonly #writes = new Map<string, Promise<unknown>>()
  readonly #deadline: TimeLimit
  readonly #outcomes: Outcomes

  /**
   * @param limit milliseconds
   * @param late makes the error for what has not ended by then
   */
  constructor(limit: number, late: () => Error) {
    this.#deadline = new TimeLimit(limit)
    this.#outcomes = { succeeded: () => {}, failed: (error) => error as Error, late }
  }

  /** Reads when all earlier writes are done. */
  read<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.#within(this.#after(name, work))
  }

  /** Writes when all earlier writes are done. What comes later waits for this one. */
  write<T>(name: string, work: () => Promise<T>): Promise<T> {
    const done = this.#after(name, work)
    const leave = (): void => {
      if (this.#writes.get(name) === end) this.#writes.delete(name)
    }
    const end = done.then(leave, leave)
    this.#writes.set(name, end)
    return this.#within(done)
  }

  /** Reads when all earlier writes under all names are done. */
  readAll<T>(work: () => Promise<T>): Promise<T> {
    return this.#within(Promise.all(this.#writes.values()).then(work))
  }

  #after<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.#writes.get(name)?.then(work) ?? work()
  }

  #within<T>(work: Promise<T>): Promise<T> {
    return this.#deadline.race(work, this.#outcomes)
  }
}
