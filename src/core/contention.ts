/**
 * Requests that want the same thing: waiting in line, and stepping back from a lost race.
 *
 * @module
 */

import { requestsShare } from './runtime.ts'

/**
 * Lines of work, each under a name: what stands in one line runs one after another, in this process.
 * It makes optimistic writes cheap: fifty writers of one value need two hundred store calls in line,
 * and two and a half thousand out of it.
 */
export class Lines {
  readonly #ends = new Map<string, Promise<unknown>>()

  /** Runs `work` when all earlier work in the line is done; at once where requests may not wait for each other. */
  run<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (!requestsShare) return work()
    const before = this.#ends.get(name) ?? Promise.resolve()
    const turn = before.then(work, work)
    const leave = (): void => {
      if (this.#ends.get(name) === end) this.#ends.delete(name)
    }
    const end = turn.then(leave, leave)
    this.#ends.set(name, end)
    return turn
  }
}

/** Waits a random moment that grows with each lost round, so that two processes fall out of step. */
export function backOff(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(attempt * 2, 50)))
}
