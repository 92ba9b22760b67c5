/**
 * Read, compute, write, as one step: if another request wrote in between, all of it again.
 *
 * @module
 */

import type { RequestSession } from './request-session.ts'
import type { EncodedValues } from '../record/encoded-values.ts'
import { SessionError } from '../errors.ts'
import { backOff, Lines } from '../contention.ts'
import { quoted } from '../quoted.ts'
import type { MaybePromise } from '../store.ts'

/** One field and how to compute its next value. */
export interface Exchange {
  /** What the application calls it. */
  key: string
  /** What the store calls it. */
  name: string
  /** Computes the next value from the current one; may run several times. */
  compute: () => MaybePromise<unknown>
  /** Validates and encodes the next value. */
  encode: (next: unknown) => Promise<EncodedValues>
  /** What the store holds where `shown` is shown. */
  storedFor: (shown: string | undefined) => string | undefined
  /** Reads the record again. */
  reload: () => Promise<void>
}

const ATTEMPTS = 100
/** By record. */
const lines = new Lines()

/**
 * Computes and writes a value until no other request interferes.
 * @throws `ERR_SESSION_CONFLICT` after a hundred lost rounds
 */
export function exchange(
  current: RequestSession,
  { key, name, compute, encode, storedFor, reload }: Exchange,
): Promise<void> {
  const { journal } = current
  // A computation may write to the same session, and must not wait for itself.
  const line = journal.isComputing ? undefined : current.living?.identity.key
  return line === undefined ? round() : lines.run(line, round)

  async function round(): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = await journal.exclusive(async () => journal.fields.get(name))
      const { set, removed } = await encode(await journal.compute(compute))
      const isDone = await journal.exclusive(async () => {
        if (journal.fields.get(name) !== before) return false
        journal.check(set)
        const change = { set, delete: removed, expect: new Map([[name, storedFor(before) ?? null]]) }
        const swapped = await current.compareAndSet(change)
        if (swapped) journal.absorb(set, removed)
        return swapped
      })
      if (isDone) return
      if (attempt > 0) await backOff(attempt)
      await journal.exclusive(reload)
    }
    throw new SessionError(
      'ERR_SESSION_CONFLICT',
      `update(${quoted(key)}) lost against other writers a hundred times. Nothing was stored. Write to different keys, or use increment().`,
    )
  }
}
