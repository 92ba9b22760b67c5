/**
 * From a token to its living record, or to the reason why there is none.
 *
 * @module
 */

import type { RequestSession } from './request-session.ts'
import { later } from '../browser/channel.ts'
import type { Living } from '../record/meta.ts'
import { noteStranger } from '../browser/cookie-trouble.ts'
import { end, isBarred, relist } from '../users/session-lists.ts'
import { isEndReason } from '../end-reason.ts'
import { endGrace, follow, MARK } from './successor.ts'
import { isTouchDue, shortened } from '../record/lifetime.ts'
import { prefetchBehind } from '../browser/prefetch.ts'
import { closeReceipt, RECEIPT } from './receipt.ts'
import { decodeMeta } from '../record/meta.ts'
import { isAlive, type EndedRecord, type EndReason, type LoadedRecord, type MaybePromise } from '../store.ts'
import { listOfToken, type Identity } from '../record/token.ts'

/** What a store says of a key. */
export type Answer = LoadedRecord | EndedRecord | null

/**
 * Opens the record of a token. Missing, expired, foreign and unreadable records leave the
 * session anonymous.
 * @param asked what the store has answered already
 * @throws `ERR_STORE_*` if the store fails
 */
export async function openRecord(current: RequestSession, identity: Identity, asked?: Answer): Promise<void> {
  const { context } = current
  const list = listOfToken(identity.token)
  const answer = asked === undefined ? await context.store.load(identity.key, list) : asked
  if (isAlive(answer)) {
    const arrival = arrive(current, identity, answer, false)
    // Awaiting what is not there would cost every request a turn.
    if (arrival !== undefined) await arrival
  } else if (answer === null) noteStranger(current.channel, identity.key, context.settings.cookie.name)
  else if (answer.ended === 'rotated') await openSuccessor(current, identity)
  else current.ended = knownReason(answer.ended)
}

/** Takes a living record as this request's session, if it can be read and its time is not over. */
export function arrive(
  current: RequestSession,
  identity: Identity,
  record: LoadedRecord,
  byOldToken: boolean,
): MaybePromise<void> {
  const { context } = current
  const stored = decodeMeta(record.meta, context.settings.app)
  if (stored === null) return unreadable(current, identity)
  const meta = shortened(stored, context.settings)
  if (record.now >= meta.absoluteAt) {
    current.ended = 'absolute'
    return later(current.channel, () => end(context, identity.key, 'absolute'))
  }
  const { listing } = record
  if (listing !== undefined && isBarred(meta, listing)) {
    current.ended = 'revoked'
    return later(current.channel, () => end(context, identity.key, 'revoked'))
  }
  if (listing?.isListed === false) later(current.channel, () => relist(context, identity, meta))
  current.adopt(identity, meta, record, byOldToken)
  return welcome(current, current.living, record)
}

/** Leaves the session anonymous, unless it is the store that cannot be read. */
async function unreadable({ context }: RequestSession, { key, id }: Identity): Promise<void> {
  await context.store.verify?.(key)
  context.emit({ type: 'unreadable', id, what: 'record' })
}

/** What follows once a record is a request's session: its deadline moves, and a grace ends. */
export function welcome(
  current: RequestSession,
  living: Living | null,
  record: LoadedRecord,
): MaybePromise<void> {
  if (living === null || current.channel.looksOnly === true) return
  const { identity, meta, byOldToken } = living
  const pointer = record.fields.get(MARK)
  if (isTouchDue(meta, record) && prefetchBehind(current.channel)?.isCertain !== true)
    later(current.channel, () => current.touch())
  const receipt = record.fields.get(RECEIPT)
  if (receipt !== undefined && !byOldToken)
    closeReceipt(current.channel, current.context.store, identity.key, meta, record.now, receipt)
  if (pointer !== undefined && !byOldToken) return endGrace(current.context, identity.key, meta, pointer)
}

async function openSuccessor(current: RequestSession, old: Identity): Promise<void> {
  const { context } = current
  const next = await follow(context, old)
  if (next === null) context.emit({ type: 'reuse', id: old.id })
  if (next === null || next.answer === null) current.ended = 'rotated'
  else if (isAlive(next.answer)) await arrive(current, next.identity, next.answer, true)
  else current.ended = knownReason(next.answer.ended)
}

/** The application may show it, so it is none that somebody else put into the store. */
export function knownReason(reason: EndReason): EndReason | null {
  return isEndReason(reason) ? reason : null
}
