/**
 * What a list says of a key, for stores that know its entry and its bar.
 *
 * @module
 */

import type { Bar, EndedRecord, Listing } from '../../core/store.ts'
import { REMAINS_FOR } from './record-end.ts'

/** @param until until when the entry of the key counts; 0 if there is none */
export function listingOf(key: string, until: number, bar: Bar | undefined, now: number): Listing {
  const isKnown = bar !== undefined && bar.until > now
  return {
    isListed: until > now,
    barredAt: isKnown ? bar.at : null,
    isSpared: isKnown && bar.spare === key,
  }
}

/** Why a record is missing whose entry counts until then, or did so minutes ago; `null` if there is no entry. */
export function endOfEntry(until: number, now: number): EndedRecord | null {
  if (until > now) return { ended: 'idle' }
  return until + REMAINS_FOR > now ? { ended: 'absolute' } : null
}
