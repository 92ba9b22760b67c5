/**
 * Requests that want the same thing: waiting in line, and stepping back from a lost race.
 *
 * In line, work under the same name runs one after another in this process.
 * It makes optimistic writes cheap: fifty writers of one value need two hundred store
 * calls in line, and two and a half thousand out of it.
 *
 * @module
 */

import { requestsShare } from './runtime.ts'

const lines = new Map<string, Promise<unknown>>()

/** Runs `work` when all earlier work under the same name is done; at once without a name, and where requests may not wait for each other. */
export function inTurn<T>(name: string | null, work: () => Promise<T>): Promise<T> {
  if (name === null || !requestsShare) return work()
  const before = lines.get(name) ?? Promise.resolve()
  const turn = before.then(work, work)
  const end = turn.then(leave, leave)
  lines.set(name, end)
  return turn

  function leave(): void {
    if (name !== null && lines.get(name) === end) lines.delete(name)
  }
}

/** Waits a random moment that grows with each lost round, so that two processes fall out of step. */
export function backOff(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(attempt * 2, 50)))
}
