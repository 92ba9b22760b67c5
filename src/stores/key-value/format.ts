/**
 * The texts that are kept for a session, and what they say together.
 *
 * There are two. The **blob** holds the record and the deadline that its last write set. The
 * **lease** holds the deadline that the last touch set, so that a touch does not write the blob,
 * or else the reason why the session ended. Of two deadlines the one with the higher number
 * counts. Both begin with a character that no client takes for the beginning of JSON.
 *
 * @module
 */

import type { EndReason, StoredRecord } from '../../core/store.ts'
import { REMAINS_FOR, type Deadline } from '../shared/record-end.ts'

/** A deadline, and how many came before it. */
interface Numbered extends Deadline {
  number: number
}

/** A record with its deadline. */
export interface Blob extends StoredRecord, Numbered {
  /** Epoch milliseconds until which the key-value store was told to keep the blob. */
  keptUntil: number
}

/** What is kept beside a blob. */
export type Lease = Numbered | { ended: EndReason; until: number }

/** What both texts say together about a session. */
export type Verdict =
  /** The record lives. */
  | { state: 'alive'; blob: Blob; deadline: Deadline; number: number }
  /** It ended a while ago. A stale copy is a blob that another process wrote after the end. */
  | { state: 'ended'; ended: EndReason; hasStaleCopy: boolean }
  /** There is none. Orphans are texts that no request reads again. */
  | { state: 'none'; hasOrphans: boolean }
  /** The texts are damaged, of another program, or being written at this moment. */
  | { state: 'unreadable' }

const MARK = '~'
const FORMAT = 1

/** Writes a blob or lease. */
export function write(value: Blob | Lease): string {
  return encode('fields' in value ? { ...value, fields: [...value.fields] } : value)
}

/** Writes plain data in our format. */
export function encode(value: object): string {
  return MARK + JSON.stringify({ v: FORMAT, ...value })
}

/** Reads what `encode` wrote; `null` if it is nothing of ours. */
export function decode(text: string | null): Record<string, unknown> | null {
  if (text?.startsWith(MARK) !== true) return null
  try {
    const value = JSON.parse(text.slice(MARK.length)) as Record<string, unknown> | null
    return value?.['v'] === FORMAT ? value : null
  } catch {
    return null
  }
}

/** Why a session ended, if the text is a lease that says so. */
export function endOf(text: string | null): EndReason | null {
  const lease = decode(text)
  return typeof lease?.['ended'] === 'string' ? (lease['ended'] as EndReason) : null
}

/** Judges both texts of a session. */
export function judge(blobText: string | null, leaseText: string | null, now: number): Verdict {
  const blob = blobText === null ? null : blobOf(blobText)
  const lease = leaseText === null ? null : leaseOf(leaseText)
  if (blob === undefined || lease === undefined) return { state: 'unreadable' }
  if (lease !== null && 'ended' in lease) {
    if (now >= lease.until) return { state: 'none', hasOrphans: true }
    return { state: 'ended', ended: lease.ended, hasStaleCopy: blob !== null }
  }
  if (blob === null) return { state: 'none', hasOrphans: lease !== null && now >= lease.endsAt + REMAINS_FOR }
  const deadline = lease !== null && lease.number > blob.number ? lease : blob
  if (now < deadline.endsAt) return { state: 'alive', blob, deadline, number: deadline.number }
  if (now >= deadline.endsAt + REMAINS_FOR) return { state: 'none', hasOrphans: true }
  return { state: 'ended', ended: deadline.endsBy, hasStaleCopy: false }
}

function blobOf(text: string): Blob | undefined {
  const value = decode(text)
  if (value === null || !hasDeadline(value)) return undefined
  const { meta, fields, keptUntil } = value
  if (typeof meta !== 'string' || !Array.isArray(fields) || typeof keptUntil !== 'number') return undefined
  return { ...value, meta, fields: new Map(fields as [string, string][]), keptUntil }
}

function leaseOf(text: string): Lease | undefined {
  const value = decode(text)
  if (value === null) return undefined
  const { ended, until } = value
  if (typeof ended === 'string' && typeof until === 'number') return { ended: ended as EndReason, until }
  return hasDeadline(value) ? value : undefined
}

function hasDeadline(value: Record<string, unknown>): value is Record<string, unknown> & Numbered {
  return typeof value['endsAt'] === 'number' && typeof value['number'] === 'number'
}
