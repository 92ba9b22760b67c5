/**
 * Replacing a record by another under a new token: what sign-in and rotation have in common.
 *
 * The old record is ended first: if the process dies in between, the user is signed out, and
 * never two sessions live.
 *
 * @module
 */

import type { Binding } from '../request/request-session.ts'
import { later } from '../browser/channel.ts'
import { tagOf } from '../request/outline.ts'
import type { Living } from '../record/meta.ts'
import { confirm, end, enroll, listFor, withdraw } from '../users/session-lists.ts'
import { follow, MARK, point, pointerKey } from '../request/successor.ts'
import type { LifetimeSettings } from '../record/lifetime.ts'
import { arrive } from '../request/open.ts'
import type { SessionError } from '../errors.ts'
import type { RecordMeta } from '../record/meta.ts'
import { gone } from '../session-errors.ts'
import { overgrowth } from '../record/size.ts'
import { isAlive, type EndReason } from '../store.ts'
import { createToken, identify, type Identity } from '../record/token.ts'

/** What a new record takes from its predecessor, and what it adds. */
export interface Succession {
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
 * it has grown meanwhile, so that a sign-in finds no room for what it adds: then the session goes on
 * under the new token as it was
 */
export async function succeed(binding: Binding, succession: Succession): Promise<void> {
  const { context, living: before } = binding
  if (succession.required) binding.assertNotGone()
  const identity = await identify(createToken(await listFor(context, succession.userId)))
  const announce = (): (() => void) =>
    binding.announceSuccessor(identity.token, succession.lifetime, !succession.required)
  // Where a cookie is taken back by clearing it, the one would go that the browser has withheld.
  const isLate = before === null && binding.isWithheld
  if (isLate) binding.channel.assertWritable?.()
  const undo = isLate ? () => {} : announce()
  let refusal: SessionError | null = null
  try {
    await binding.endRivals?.('rotated')
    const now = await context.store.now()
    let pointer: string | null = null
    if (before !== null && succession.grace > 0) {
      pointer = await pointerKey(before.identity.key)
      if (!(await point(context, pointer, identity, now, succession.grace))) {
        undo()
        return await join(binding, before)
      }
    }
    refusal = await replace(binding, succession, identity, now, pointer)
    if (refusal !== null && binding.living !== null)
      binding.announceSuccessor(binding.living.identity.token, binding.living.meta, false)
    if (isLate) await announceLate(binding, announce)
  } catch (error) {
    undo()
    throw error
  } finally {
    binding.isSucceeding = false
  }
  if (before === null) return
  const { id } = binding.living?.identity ?? identity
  context.emit({ type: 'rotated', id, previousId: before.identity.id })
  later(binding.channel, () => withdraw(context, before.identity, before.meta))
  if (refusal !== null) throw refusal
}

/** Answers why the new record is but a copy of the old one, if it is. It has a token of its own then. */
async function replace(
  binding: Binding,
  succession: Succession,
  chosen: Identity,
  now: number,
  pointer: string | null,
): Promise<SessionError | null> {
  const { context, living: before } = binding
  const { store, settings } = context
  let identity = chosen
  let meta = withTag(succession.meta(now), before)
  let ended: EndReason | null = null
  try {
    let listed = await enroll(context, identity, meta, before)
    const old = before === null ? null : await store.destroy(before.identity.key, 'rotated')
    if (before !== null) ended = 'rotated'
    if (succession.required && old === null) throw gone()
    // Another request has ended it, so this sign-in replaces nothing: it is one more.
    if (before !== null && old === null) listed = await enroll(context, identity, meta, null)
    let fields = succession.fields(old?.fields ?? new Map())
    const refusal = old === null ? null : overgrowth(old.fields, fields, settings.maxBytes)
    if (old !== null && refusal !== null) fields = new Map(old.fields)
    if (before !== null && refusal !== null && !succession.required) {
      await withdraw(context, identity, meta)
      meta = { ...before.meta, rotatedAt: now }
      identity = await identify(createToken(await listFor(context, meta.userId)))
      listed = await enroll(context, identity, meta, before)
    }
    meta = listed.meta
    fields.delete(MARK)
    if (pointer !== null) fields.set(MARK, pointer)
    await binding.create(identity, meta, fields, now)
    ended = 'revoked'
    await confirm(context, identity, meta, listed.count)
    return succession.required ? null : refusal
  } catch (error) {
    if (ended === 'revoked') later(binding.channel, async () => store.destroy(identity.key, 'revoked'))
    if (ended !== null) binding.lose(ended)
    throw error
  }
}

/** Sends the cookie of a record that was made already; without it the record must not stay. */
async function announceLate(binding: Binding, announce: () => unknown): Promise<void> {
  try {
    announce()
  } catch (error) {
    if (binding.living !== null) await end(binding.context, binding.living.identity.key, 'revoked')
    binding.lose('revoked')
    throw error
  }
}

/** A browser knows one person by one tag, through all their tokens. */
function withTag(meta: RecordMeta, before: Living | null): RecordMeta {
  if (before === null || meta.userId === undefined || meta.userId !== before.meta.userId) return meta
  return { ...meta, tag: tagOf(before) }
}

/** Goes on with the record that another request is making of the same one. */
async function join(binding: Binding, before: Living): Promise<void> {
  const next = await follow(binding.context, before.identity)
  // Whoever made the pointer may have gone no further: then the record still lives.
  if (next === null || next.answer === null) return binding.reload()
  if (!isAlive(next.answer)) throw binding.lose(next.answer.ended)
  await arrive(binding, next.identity, next.answer, true)
}
