/**
 * From a token to its living record, or to the reason why there is none.
 *
 * @module
 */

import type { RequestSession } from './request-session.ts'
import { endGrace, followSuccessor, POINTER } from './successor.ts'
import { closeReceipt, RECEIPT } from './receipt.ts'
import { later } from '../browser/channel.ts'
import { noteStranger } from '../browser/cookie-trouble.ts'
import { prefetchBehind } from '../browser/prefetch.ts'
import { isTouchDue } from '../record/lifetime.ts'
import type { Found, LivingRecord } from '../record/records.ts'
import { listOfToken, type Identity } from '../record/token.ts'
import type { MaybePromise } from '../store.ts'
import { end, relist } from '../users/session-lists.ts'

/**
 * Opens the record of a token. Missing, expired, foreign and unreadable records leave the
 * session anonymous.
 * @param asked what the store has answered already
 * @throws `ERR_STORE_*` if the store fails
 */
export async function openRecord(current: RequestSession, identity: Identity, asked?: Found): Promise<void> {
  const { records, settings } = current.context
  const found = asked ?? (await records.load(identity.key, listOfToken(identity.token)))
  if (found.state === 'missing') noteStranger(current.channel, identity.key, settings.cookie.name)
  else if (found.state === 'ended' && found.reason === 'rotated') await openSuccessor(current, identity)
  else {
    const arrival = arrive(current, identity, found, false)
    // Awaiting what is not there would cost every request a turn.
    if (arrival !== undefined) await arrival
  }
}

/** Takes what a key leads to as the session of a request, or notes why there is none. */
export function arrive(
  current: RequestSession,
  identity: Identity,
  found: Found,
  byOldToken: boolean,
): MaybePromise<void> {
  const { context, channel } = current
  switch (found.state) {
    case 'alive':
      if (found.listing?.isListed === false) later(channel, () => relist(context, identity, found.meta))
      current.arrive(identity, found, byOldToken)
      return welcome(current, found)
    case 'overdue':
      current.noteEnd(found.reason)
      return later(channel, () => end(context, identity.key, found.reason))
    case 'unreadable':
      return context.emit({ type: 'unreadable', id: identity.id, what: 'record' })
    case 'ended':
      return current.noteEnd(found.reason)
    case 'missing':
  }
}

/** What follows once a record is a request's session: its deadline moves, and a grace ends. */
export function welcome(
  current: RequestSession,
  record: Pick<LivingRecord, 'fields' | 'now' | 'expiresIn'>,
): MaybePromise<void> {
  const { channel, context, living } = current
  if (living === null || channel.looksOnly === true) return
  const { identity, meta, byOldToken } = living
  if (isTouchDue(meta, record) && prefetchBehind(channel)?.isCertain !== true)
    later(channel, () => current.touch())
  if (byOldToken) return
  const receipt = record.fields.get(RECEIPT)
  if (receipt !== undefined) closeReceipt(channel, context.records, identity.key, meta, record.now, receipt)
  const pointer = record.fields.get(POINTER)
  if (pointer !== undefined) return endGrace(context.records, identity.key, meta, pointer)
}

async function openSuccessor(current: RequestSession, old: Identity): Promise<void> {
  const { context } = current
  const next = await followSuccessor(context.records, old)
  if (next === null) context.emit({ type: 'reuse', id: old.id })
  if (next === null || next.found.state === 'missing') current.noteEnd('rotated')
  else await arrive(current, next.identity, next.found, true)
}
