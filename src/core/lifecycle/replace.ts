/**
 * Replacing a record by another under a new token: what sign-in and rotation have in common.
 *
 * The old record is ended first: if the process dies in between, the user is signed out, and
 * never two sessions live.
 *
 * @module
 */

import type { RequestSession } from '../request/request-session.ts'
import { later } from '../browser/channel.ts'
import { tagOf } from '../request/outline.ts'
import type { Living } from '../record/meta.ts'
import { confirm, end, addToLists, listFor, removeFromLists } from '../users/session-lists.ts'
import { createPointer, followSuccessor, POINTER, pointerKey } from '../request/successor.ts'
import type { LifetimeSettings } from '../record/lifetime.ts'
import { arrive } from '../request/open.ts'
import type { SessionError } from '../errors.ts'
import type { RecordMeta } from '../record/meta.ts'
import { gone } from '../session-errors.ts'
import { overgrowth } from '../record/size.ts'
import type { EndReason } from '../store.ts'
import { createToken, identify, type Identity } from '../record/token.ts'

/** What a new record takes from its predecessor, and what it adds. */
export interface Replacement {
  /** Decides the cookie's life. */
  lifetime: LifetimeSettings
  /** Chooses the fields of the new record from those of the old one. */
  fields(old: ReadonlyMap<string, string>): Map<string, string>
  /** Who is signed in afterwards. */
  userId: string | undefined
  /** Makes the meta of the new record. */
  meta(now: number): RecordMeta
  /** Whether the old record must still be there. A login needs none. */
  required: boolean
  /** Milliseconds for which the old token leads to the new record; 0 ends it at once. */
  grace: number
}

/**
 * How long after a renewal, in milliseconds, a request that still brings the old token may renew
 * again: the answer with the new one is lost by then, and no longer on its way.
 */
export const LOST_AFTER = 5000

/**
 * Gives the session of a request a new record and a new token.
 * @throws `ERR_SESSION_GONE` if the old record is required and gone, and `ERR_RECORD_TOO_LARGE` if
 * it has grown since, so that a sign-in finds no room for what it adds: then the session goes on
 * under the new token as it was
 */
export async function replaceRecord(current: RequestSession, replacement: Replacement): Promise<void> {
  const { context, living: before } = current
  const { grace } = replacement
  if (replacement.required) current.assertNotGone()
  const identity = await identify(createToken(await listFor(context, replacement.userId)))
  const announce = (): (() => void) =>
    current.cookies.sendToken(identity.token, replacement.lifetime, !replacement.required)
  // Where a cookie is taken back by clearing it, the one would go that the browser has withheld.
  const isLate = before === null && current.isWithheld
  if (isLate) current.channel.assertWritable?.()
  const undo = isLate ? () => {} : announce()
  const outcome = await current.replace(async () => {
    try {
      await current.endRivals('rotated')
      const now = await context.records.now()
      const pointer = before === null || grace === 0 ? null : await pointerKey(before.identity.key)
      const isFirst =
        pointer === null || (await createPointer(context.records, pointer, identity, now, grace))
      if (before !== null && !isFirst) {
        undo()
        await join(current, before)
        return 'joined'
      }
      const refused = await replace(current, replacement, identity, now, pointer)
      if (refused !== null && current.living !== null)
        current.cookies.sendToken(current.living.identity.token, current.living.meta)
      if (isLate) await announceLate(current, announce)
      return refused
    } catch (error) {
      undo()
      throw error
    }
  })
  if (before === null || outcome === 'joined') return
  const { id } = current.living?.identity ?? identity
  context.emit({ type: 'rotated', id, previousId: before.identity.id })
  later(current.channel, () => removeFromLists(context, before.identity, before.meta))
  if (outcome !== null) throw outcome
}

/** Answers why the new record is but a copy of the old one, if it is. It has a token of its own then. */
async function replace(
  current: RequestSession,
  replacement: Replacement,
  chosen: Identity,
  now: number,
  pointer: string | null,
): Promise<SessionError | null> {
  const { context, living: before } = current
  const { records, settings } = context
  let identity = chosen
  let meta = withTag(replacement.meta(now), before)
  let ended: EndReason | null = null
  try {
    let listed = await addToLists(context, identity, meta, before)
    const old = before === null ? null : await records.destroy(before.identity.key, 'rotated')
    if (before !== null) ended = 'rotated'
    if (replacement.required && old === null) throw gone()
    // Another request has ended it, so this sign-in replaces nothing: it is one more.
    if (before !== null && old === null) listed = await addToLists(context, identity, meta, null)
    let fields = replacement.fields(old?.fields ?? new Map())
    const refusal = old === null ? null : overgrowth(old.fields, fields, settings.maxBytes)
    if (old !== null && refusal !== null) fields = new Map(old.fields)
    if (before !== null && refusal !== null && !replacement.required) {
      await removeFromLists(context, identity, meta)
      meta = { ...before.meta, rotatedAt: now }
      identity = await identify(createToken(await listFor(context, meta.userId)))
      listed = await addToLists(context, identity, meta, before)
    }
    meta = listed.meta
    fields.delete(POINTER)
    if (pointer !== null) fields.set(POINTER, pointer)
    await current.create(identity, meta, fields, now)
    ended = 'revoked'
    await confirm(context, identity, meta, listed.count)
    return replacement.required ? null : refusal
  } catch (error) {
    if (ended === 'revoked') later(current.channel, () => records.destroy(identity.key, 'revoked'))
    if (ended !== null) current.lose(ended)
    throw error
  }
}

/** Sends the cookie of a record that was made already; without it the record must not stay. */
async function announceLate(current: RequestSession, announce: () => unknown): Promise<void> {
  try {
    announce()
  } catch (error) {
    if (current.living !== null) await end(current.context, current.living.identity.key, 'revoked')
    current.lose('revoked')
    throw error
  }
}

/** A browser knows one person by one tag, through all their tokens. */
function withTag(meta: RecordMeta, before: Living | null): RecordMeta {
  if (before === null || meta.userId === undefined || meta.userId !== before.meta.userId) return meta
  return { ...meta, tag: tagOf(before) }
}

/** Goes on with the record that another request is making of the same one. */
async function join(current: RequestSession, before: Living): Promise<void> {
  const next = await followSuccessor(current.context.records, before.identity)
  // The request that made the pointer may have gone no further: then the record still lives.
  if (next === null || next.found.state === 'missing') return current.reload()
  if (next.found.state !== 'alive') throw current.lose(next.found.reason)
  await arrive(current, next.identity, next.found, true)
}
