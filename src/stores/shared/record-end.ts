/**
 * Deadlines, for stores that keep them themselves.
 *
 * @module
 */

import type { EndReason, Lifetime } from '../../core/store.ts'

/** How long after its end a record's reason can still be read, in milliseconds. */
export const REMAINS_FOR = 300_000

/** When a record ends, and which of the two limits it is that ends it. */
export interface Deadline {
  /** Epoch milliseconds; at this very moment the record has ended. */
  endsAt: number
  endsBy: Extract<EndReason, 'idle' | 'absolute'>
}

/** The earlier of the idle and the absolute deadline. */
export function deadlineOf(lifetime: Lifetime, now: number): Deadline {
  const idleAt = now + lifetime.idle
  if (idleAt < lifetime.absoluteAt) return { endsAt: idleAt, endsBy: 'idle' }
  return { endsAt: lifetime.absoluteAt, endsBy: 'absolute' }
}
