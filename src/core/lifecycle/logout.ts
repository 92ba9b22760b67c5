/**
 * Ending the session of a request, as a sign-out does.
 *
 * @module
 */

import type { Binding } from '../request/request-session.ts'
import { later } from '../browser/channel.ts'
import { mentions } from '../browser/cookie.ts'
import { withdraw } from '../users/session-lists.ts'
import { follow } from '../request/successor.ts'
import { arrive } from '../request/open.ts'
import type { Living } from '../record/meta.ts'
import { rotatedMeanwhile, withheld } from '../session-errors.ts'
import { isAlive, type EndReason } from '../store.ts'

/**
 * Ends the session and clears the cookie. If the store fails, the cookie stays.
 * @throws `ERR_SESSION_CONFLICT` if the session has got a new token meanwhile: only that can end it
 */
export async function endSession(binding: Binding, reason: EndReason): Promise<void> {
  const { context, channel, living: before } = binding
  if (before === null && binding.isWithheld) throw withheld(context.settings.cookie.sameSite)
  if (before === null && !bringsCookie(binding)) return
  const undo = binding.announceEnd()
  try {
    if (before === null) return await binding.endRivals?.(reason)
    const record = await context.store.destroy(before.identity.key, reason)
    if (record === null && (await hasMoved(binding, before))) return await endSession(binding, reason)
  } catch (error) {
    undo()
    throw error
  }
  binding.noteEnd(reason)
  context.emit({ type: 'destroyed', id: before.identity.id, reason })
  later(channel, () => withdraw(context, before.identity, before.meta))
}

/** One of ours, whatever it holds, or of a scope that ours had before. */
function bringsCookie({ channel, context: { settings } }: Binding): boolean {
  const cookies = [settings.cookie, ...settings.previousCookies]
  return cookies.some(({ name }) => mentions(channel.header ?? '', name))
}

/**
 * Whether the session has got a new token meanwhile, to which the old one still leads.
 * @throws `ERR_SESSION_CONFLICT` if it leads there no more
 */
async function hasMoved(binding: Binding, before: Living): Promise<boolean> {
  const remains = await binding.context.store.load(before.identity.key)
  if (remains === null || isAlive(remains) || remains.ended !== 'rotated') return false
  const next = await follow(binding.context, before.identity)
  if (next !== null && isAlive(next.answer)) await arrive(binding, next.identity, next.answer, true)
  else if (next !== null && next.answer !== null) return false
  if (binding.living !== before) return true
  binding.lose('rotated')
  throw rotatedMeanwhile()
}
