/** @module How long a read takes. */

import type { Store } from '../core/store.ts'
import { about, type Finding } from './finding.ts'
import type { Limited } from './limited.ts'

const SLOW = 100
const UNBEARABLE = 1_000

/** Reads what is not there, one read after the other. */
export async function roundTripFinding(store: Store, count: number, limited: Limited): Promise<Finding> {
  const on = about('round-trip')
  const key = `doctor-${crypto.randomUUID()}`
  const times: number[] = []
  try {
    for (let i = 0; i < count; i++) {
      const start = performance.now()
      await limited(() => store.load(key))
      times.push(performance.now() - start)
    }
  } catch {
    return on.serious(
      `A read failed or took too long, after ${times.length} that did not.`,
      'Check the load of the store and the network between it and the application.',
    )
  }
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(times, share)) as [
    number,
    number,
    number,
  ]
  const text = `Of ${count} reads, half took at most ${told(p50)} ms, 95 % ${told(p95)}, 99 % ${told(p99)}.`
  const cure = 'Bring application and store together: same region, same network.'
  if (p95 >= UNBEARABLE) return on.serious(`${text} Every request waits that long.`, cure)
  if (p95 >= SLOW) return on.warning(`${text} Every request waits that long.`, cure)
  return on.ok(text)
}

/**
 * The smallest time that so large a share of all stays within.
 *
 * @param times not empty
 * @param share above 0, at most 1
 */
export function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * share) - 1] as number
}

function told(ms: number): string {
  return ms < 10 ? Math.max(ms, 0.01).toFixed(2) : ms.toFixed(0)
}
