/**
 * How an old token leads to its session for a moment, after a rotation that asked for it:
 * requests already under way, and the one whose answer with the new cookie was lost.
 *
 * The old record is gone, as after every rotation. A **pointer** stands beside its remains: a
 * small record, under a key that no token has, which names the next key and lives thirty
 * seconds at most. It never yields the new token. The next record holds the pointer's key; the
 * first request that brings the new token removes both.
 *
 * @module
 */

import { backOff } from '../contention.ts'
import type { RecordMeta } from '../record/meta.ts'
import { MISSING, type Found, type Records } from '../record/records.ts'
import { digest, idOfKey, Identity, listOfToken } from '../record/token.ts'
import type { MaybePromise } from '../store.ts'

/** How long an old token may stay good, in milliseconds. */
export const MAX_GRACE = 30_000

/** In the new record: where its pointer is. No key of the application is ever encoded to this name. */
export const POINTER = '%pointer'
/** In the pointer: the key of the new record. */
const NEXT = '%next'
/** In the pointer: the list that the new record is on. */
const LIST = '%list'
/** More rotations than that do not happen within thirty seconds. */
const MAX_HOPS = 10
/** So many milliseconds after a pointer was made, the record that it names may be on its way. */
const CREATION_TIME = 5000
/** Looks at a record that is on its way, about a second in all. */
const MAX_LOOKS = 40

/** Where an old token leads. */
export interface Successor {
  /** The new record's, with the old token: the new one is told to its browser alone. */
  identity: Identity
  /** `missing` if its creation takes unusually long, or failed. */
  found: Found
}

/** The key of the pointer that stands for an old key. */
export function pointerKey(key: string): MaybePromise<string> {
  return digest(`pointer:${key}`)
}

/**
 * Makes a pointer that lives for so many milliseconds. Answers false if another request did: of
 * two that replace a record, one leads.
 */
export async function createPointer(
  records: Records,
  pointer: string,
  next: Identity,
  now: number,
  life: number,
): Promise<boolean> {
  const meta: RecordMeta = { createdAt: now, absoluteAt: now + life, idle: life, persist: false }
  const fields = new Map([[NEXT, next.key]])
  const list = listOfToken(next.token)
  if (list !== null) fields.set(LIST, list)
  return records.create(pointer, meta, fields)
}

/** Follows pointers from a rotated record to the one that they lead to; `null` if the grace is over. */
export async function followSuccessor(records: Records, rotated: Identity): Promise<Successor | null> {
  let { key } = rotated
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const pointer = await records.loadNote(await pointerKey(key))
    const next = pointer.state === 'alive' ? pointer.fields.get(NEXT) : undefined
    if (pointer.state !== 'alive' || next === undefined) return null
    key = next
    const isYoung = pointer.now - pointer.meta.createdAt < CREATION_TIME
    const found = await lookFor(records, key, pointer.fields.get(LIST), isYoung)
    if (found.state !== 'ended' || found.reason !== 'rotated')
      return { identity: new Identity(rotated.token, key, await idOfKey(key)), found }
  }
  return null
}

/** @param isYoung whether the record may be on its way */
async function lookFor(
  records: Records,
  key: string,
  list: string | undefined,
  isYoung: boolean,
): Promise<Found> {
  for (let looks = 1; ; looks++) {
    const found = await records.load(key, list)
    if (!isYoung || !(found.state === 'missing' || isExpired(found))) return found
    if (looks === MAX_LOOKS) return MISSING
    await backOff(looks)
  }
}

/** So a store tells of a record that is listed and not there. */
function isExpired(found: Found): boolean {
  return found.state === 'ended' && (found.reason === 'idle' || found.reason === 'absolute')
}

/** Ends the grace: the browser has brought the new token. A failure leaves that to the next request, or to time. */
export async function endGrace(
  records: Records,
  key: string,
  meta: RecordMeta,
  pointer: string,
): Promise<void> {
  await Promise.allSettled([
    records.destroy(pointer, 'rotated'),
    // Not a failure of this request, even where the store says so at once.
    (async () => records.annotate(key, meta, { delete: [POINTER] }))(),
  ])
}
