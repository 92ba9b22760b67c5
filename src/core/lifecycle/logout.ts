/**
 * Ending the session of a request, as a sign-out does.
 *
 * @module
 */

import type { RequestSession } from '../request/request-session.ts'
import { later } from '../browser/channel.ts'
import { mentions } from '../browser/cookie.ts'
import { removeFromLists } from '../users/session-lists.ts'
import { followSuccessor } from '../request/successor.ts'
import { arrive } from '../request/open.ts'
import type { Living } from '../record/meta.ts'
import { rotatedMeanwhile, withheld } from '../session-errors.ts'
import type { EndReason } from '../store.ts'

/**
 * Ends the session and clears the cookie. If the store fails, the cookie stays.
 * @throws `ERR_SESSION_CONFLICT` if the session has a new token by now: only that can end it
 */
export async function endSession(current: RequestSession, reason: EndReason): Promise<void> {
  const { context, channel, living: before } = current
  if (before === null && current.isWithheld) throw withheld(context.settings.cookie.sameSite)
  if (before === null && !bringsCookie(current)) return
  const undo = current.cookies.sendClearing()
  try {
    if (before === null) return await current.endRivals(reason)
    const remains = await context.records.destroy(before.identity.key, reason)
    if (remains === null && (await hasMoved(current, before))) return await endSession(current, reason)
  } catch (error) {
    undo()
    throw error
  }
  current.noteEnd(reason)
  context.emit({ type: 'destroyed', id: before.identity.id, reason })
  later(channel, () => removeFromLists(context, before.identity, before.meta))
}

/** One of ours, with any value, or of a scope that ours had before. */
function bringsCookie({ channel, context: { settings } }: RequestSession): boolean {
  const cookies = [settings.cookie, ...settings.previousCookies]
  return cookies.some(({ name }) => mentions(channel.header ?? '', name))
}

/**
 * Whether the session has a new token by now, to which the old one still leads.
 * @throws `ERR_SESSION_CONFLICT` if it leads there no more
 */
async function hasMoved(current: RequestSession, before: Living): Promise<boolean> {
  const { records } = current.context
  const found = await records.load(before.identity.key)
  if (found.state !== 'ended' || found.reason !== 'rotated') return false
  const next = await followSuccessor(records, before.identity)
  if (next?.found.state === 'ended') return false
  if (next?.found.state === 'alive') {
    await arrive(current, next.identity, next.found, true)
    return true
  }
  current.lose('rotated')
  throw rotatedMeanwhile()
}
