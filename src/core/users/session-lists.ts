/**
 * Who is signed in where: the lists of each user's sessions.
 *
 * A list lies elsewhere than the records, so no transaction covers both. Order does. A
 * sign-in adds its entry, then creates its record, then looks whether the entry is still
 * there. A rotation adds the new entry before it ends the old record. To end all sessions is to
 * end the records first, then to take the entries, then to end what had no record yet.
 * So a session that began before dies, a sign-in under way finds its entry gone and ends
 * itself, and one that began later lives.
 *
 * A list can be lost, and the records that it named live on. So it decides nothing alone. To end
 * all sessions is first to **bar** the list: every read of a record that began before is told so,
 * and ends it. And what is read and not listed is listed again.
 *
 * @module
 */

import { isBarred, isMeant, type Living, type RecordMeta } from '../record/meta.ts'
import type { Context } from '../settings.ts'
import { revokedMeanwhile, tooManySessions } from '../session-errors.ts'
import { livingIn } from './living-sessions.ts'
import type { EndReason, IndexEntry, Listing, MaybePromise, SessionIndex } from '../store.ts'
import { digest, idOfKey, listName, type Identity } from '../record/token.ts'

/**
 * The most sessions that a list holds where `maxSessionsPerUser` sets no limit; one more ends
 * those that would end first.
 */
export const MOST_SESSIONS = 1000
/** How many sessions beyond that one sign-in ends at most. */
const MOST_EVICTED = 64
/**
 * Lists a session that is about to be created. Answers its meta, and how many are listed with it.
 * @throws `ERR_TOO_MANY_SESSIONS` if the user has as many as allowed, and none is to make room;
 * `ERR_SESSION_GONE` if it is no sign-in, and all sessions of the user were ended since it began
 */
export async function addToLists(
  context: Context,
  identity: Identity,
  meta: RecordMeta,
  before: Living | null,
): Promise<{ meta: RecordMeta; count: number }> {
  const { index } = context.records
  if (index === undefined || meta.userId === undefined) return { meta, count: 0 }
  const list = await listOfUser(context, meta.userId)
  const entry = { key: identity.key, createdAt: meta.createdAt, until: meta.absoluteAt }
  const successor = isRotation(before, meta) ? before : null
  const [count, listing] = await Promise.all([
    index.add(list, entry),
    look(index, list, successor?.identity.key ?? identity.key),
    index.add(await listOfId(context, identity.id), entry),
  ])
  // A rotation goes on with what began before. So may what is taken over from another library.
  const isSignIn = successor === null && meta.authenticatedAt === meta.createdAt
  if (!isSignIn && isBarred(successor?.meta ?? meta, listing)) {
    await removeFromLists(context, identity, meta)
    throw revokedMeanwhile()
  }
  // A sign-in after the bar is not meant by it, even if the clock it was given is behind.
  const { barredAt } = listing
  const listed = isMeant(meta, barredAt) ? { ...meta, sparedUntil: barredAt } : meta
  const { maxSessionsPerUser: limit, atLimit } = context.settings
  if (limit === null || atLimit !== 'refuse' || successor !== null) return { meta: listed, count }
  const replaced = before?.meta.userId === meta.userId ? 1 : 0
  if (count - replaced <= limit) return { meta: listed, count }

  const { living, coming } = await livingIn(context, index, list)
  if (living.length + coming.length - replaced <= limit) return { meta: listed, count }
  await removeFromLists(context, identity, meta)
  throw tooManySessions(limit)
}

/** Lists a living session again whose entry was lost; ends it if the list has been barred since. */
export async function relist(context: Context, identity: Identity, meta: RecordMeta): Promise<void> {
  const { index } = context.records
  if (index === undefined || meta.userId === undefined) return
  const list = await listOfUser(context, meta.userId)
  const entry = { key: identity.key, createdAt: meta.createdAt, until: meta.absoluteAt }
  await Promise.all([index.add(list, entry), index.add(await listOfId(context, identity.id), entry)])
  if (isBarred(meta, await look(index, list, identity.key))) await end(context, identity.key, 'revoked')
}

/** A rotation keeps the time at which its session began, and the place that the session has. */
function isRotation(before: Living | null, meta: RecordMeta): boolean {
  return before?.meta.userId === meta.userId && before?.meta.createdAt === meta.createdAt
}

/**
 * Looks whether a session that was created is still listed, and makes room for it.
 * @param count how many were listed with it
 * @throws `ERR_SESSION_GONE` if all sessions of the user were ended since, or newer ones have
 * taken all the room; then this one is ended too
 */
export async function confirm(
  context: Context,
  identity: Identity,
  meta: RecordMeta,
  count: number,
): Promise<void> {
  const { index } = context.records
  if (index === undefined || meta.userId === undefined) return
  const list = await listOfUser(context, meta.userId)
  const listing = await look(index, list, identity.key)
  if (!listing.isListed || isBarred(meta, listing)) {
    await end(context, identity.key, 'revoked')
    throw revokedMeanwhile()
  }
  const { maxSessionsPerUser: limit, atLimit } = context.settings
  if (limit === null) return trim(context, index, list, count - MOST_SESSIONS, identity.key)
  if (atLimit !== 'evict-oldest' || (await index.entries(list)).length <= limit) return
  // Those still to come will look, too: the last of them sees all.
  const { living } = await livingIn(context, index, list)
  const all = living.map((listed) => listed.entry).sort(byAge)
  // One order for all, so that of two sign-ins at once no more than the older one ends.
  const oldest = all.slice(0, Math.max(0, all.length - limit))
  await Promise.all(oldest.map(({ key }) => end(context, key, 'evicted')))
  if (oldest.some(({ key }) => key === identity.key)) throw revokedMeanwhile()
}

/** Ends the sessions of a list that are too many, a portion at a time, but for the one that came just now. */
async function trim(
  context: Context,
  index: SessionIndex,
  list: string,
  excess: number,
  newest: string,
): Promise<void> {
  if (excess <= 0) return
  const count = Math.min(excess, MOST_EVICTED)
  const first = (await index.first?.(list, count + 1)) ?? (await index.entries(list))
  const keys = first.map(({ key }) => key).filter((key) => key !== newest)
  const ending = keys.slice(0, count)
  await Promise.all(ending.map((key) => end(context, key, 'evicted')))
  // Also what had no record any more.
  await index.remove(list, ending)
}

/** What a list says of a key. */
async function look(index: SessionIndex, list: string, key: string): Promise<Listing> {
  if (index.look !== undefined) return index.look(list, key)
  const isListed = (await index.entries(list)).some((entry) => entry.key === key)
  return { isListed, barredAt: null, isSpared: false }
}

/** Takes a session off its lists. */
export async function removeFromLists(context: Context, identity: Identity, meta: RecordMeta): Promise<void> {
  await unlist(context, identity.key, identity.id, meta.userId)
}

/** Ends a session and takes it off its lists. Answers false if there was no record. */
export async function end(context: Context, key: string, reason: EndReason): Promise<boolean> {
  const remains = await context.records.destroy(key, reason)
  if (remains === null) return false
  const id = await idOfKey(key)
  await unlist(context, key, id, remains.meta?.userId)
  context.emit({ type: 'destroyed', id, reason })
  return true
}

async function unlist(context: Context, key: string, id: string, userId: string | undefined): Promise<void> {
  const { index } = context.records
  if (index === undefined) return
  await index.remove(await listOfId(context, id), [key])
  if (userId !== undefined) await index.remove(await listOfUser(context, userId), [key])
}

function byAge(a: IndexEntry, b: IndexEntry): number {
  return a.createdAt - b.createdAt || (a.key < b.key ? -1 : 1)
}

/** The list that a user's sessions are on; `null` for a visitor who is not signed in, or without lists. */
export function listFor(context: Context, userId: string | undefined): MaybePromise<string | null> {
  return userId === undefined || context.records.index === undefined ? null : listOfUser(context, userId)
}

/** The list of a user's sessions. */
export function listOfUser({ settings }: Context, userId: string): Promise<string> {
  return listName(JSON.stringify([settings.app, 'user', userId]))
}

/** The list of one session, by its public id. */
export async function listOfId({ settings }: Context, id: string): Promise<string> {
  return digest(JSON.stringify([settings.app, 'id', id]))
}
