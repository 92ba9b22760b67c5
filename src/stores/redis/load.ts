/** @module Reading a record. */

import type { EndedRecord, LoadedRecord } from '../../core/store.ts'
import { failure } from './failure.ts'
import { isForeign, readHash } from './hash.ts'
import type { Link } from './link.ts'

/**
 * Reads a record: `PTTL key; HGETALL key` in one packet. In this order the answer is
 * right without a transaction: what ends in between is seen to have ended.
 */
export function load(link: Link, key: string): Promise<LoadedRecord | EndedRecord | null> {
  return link.read(key, readHash, noRecord)
}

function noRecord(error: unknown): null {
  if (isForeign(error)) return null
  throw failure(error)
}
