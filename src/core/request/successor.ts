/**
 * How an old token leads to its session for a moment, after a rotation that asked for it:
 * requests already under way, and the one whose answer with the new cookie was lost.
 *
 * The old record is gone, as after every rotation. A **pointer** stands beside its remains: a
 * small record, under a key that no token has, which names the next key and lives thirty
 * seconds at most. It never yields the new token. The next record carries a **mark** with the
 * pointer's key; the first request that brings the new token ends both.
 *
 * @module
 */

import type { Context } from '../settings.ts'
import { lifetimeOf } from '../record/lifetime.ts'
import { backOff } from '../contention.ts'
import { decodeMeta, encodeMeta, type RecordMeta } from '../record/meta.ts'
import { isAlive, type EndedRecord, type LoadedRecord, type MaybePromise } from '../store.ts'
import { digest, idOfKey, Identity, listOfToken } from '../record/token.ts'

/** How long an old token may stay good, in milliseconds. */
export const MAX_GRACE = 30_000

/** In the new record: where the pointer is. No key of the application is ever encoded to this name. */
export const MARK = '%pointer'
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
  /** The new record's, with the old token: the new one is nobody's to know. */
  identity: Identity
  /** `null` if the new record is not there: its creation takes unusually long, or failed. */
  answer: Answer
}

type Answer = LoadedRecord | EndedRecord | null

/** The key of the pointer that stands for an old key. */
export function pointerKey(key: string): MaybePromise<string> {
  return digest(`pointer:${key}`)
}

/**
 * Makes a pointer that lives for so many milliseconds. Answers false if another request did: of
 * two that replace a record, one leads.
 */
export async function point(
  context: Context,
  pointer: string,
  next: Identity,
  now: number,
  life: number,
): Promise<boolean> {
  const meta: RecordMeta = { createdAt: now, absoluteAt: now + life, idle: life, persist: false }
  const fields = new Map([[NEXT, next.key]])
  const list = listOfToken(next.token)
  if (list !== null) fields.set(LIST, list)
  const record = { meta: encodeMeta(meta, context.settings.app), fields }
  return context.store.create(pointer, record, lifetimeOf(meta))
}

/** Follows pointers from a rotated record to the one that they lead to; `null` if the grace is over. */
export async function follow(context: Context, rotated: Identity): Promise<Successor | null> {
  return followPointer(context, await pointerKey(rotated.key), rotated.token)
}

/** The same from a pointer. */
async function followPointer(
  { store, settings }: Context,
  first: string,
  token: string,
): Promise<Successor | null> {
  let pointerAt = first
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const pointer = await store.load(pointerAt)
    const key = isAlive(pointer) ? pointer.fields.get(NEXT) : undefined
    if (!isAlive(pointer) || key === undefined) return null
    const list = pointer.fields.get(LIST)
    const isYoung = pointer.now - (decodeMeta(pointer.meta, settings.app)?.createdAt ?? 0) < CREATION_TIME
    const look = async (): Promise<Answer> => {
      const found = await store.load(key, list)
      return isYoung && isExpired(found) ? null : found
    }
    let answer = await look()
    for (let looks = 1; isYoung && answer === null && looks < MAX_LOOKS; looks++) {
      await backOff(looks)
      answer = await look()
    }
    if (answer === null || isAlive(answer) || answer.ended !== 'rotated')
      return { identity: new Identity(token, key, await idOfKey(key)), answer }
    pointerAt = await pointerKey(key)
  }
  return null
}

/** So a store tells of a record that is listed and not there; it may be on its way. */
function isExpired(answer: Answer): boolean {
  return answer !== null && !isAlive(answer) && (answer.ended === 'idle' || answer.ended === 'absolute')
}

/** Ends the grace: the browser has brought the new token. A failure leaves that to the next request, or to time. */
export async function endGrace(
  { store }: Context,
  key: string,
  meta: RecordMeta,
  pointer: string,
): Promise<void> {
  await Promise.allSettled([
    store.destroy(pointer, 'rotated'),
    store.update(key, { delete: [MARK] }, lifetimeOf(meta)),
  ])
}
