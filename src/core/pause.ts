/**
 * Stepping back from a race.
 *
 * @module
 */

/** Waits a random moment that grows with each lost round, so that two processes fall out of step. */
export function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(attempt * 2, 50)))
}
