/**
 * Who is signed in where: the lists of each user's sessions.
 *
 * A list lies elsewhere than the records, so no transaction covers both. Order does. A
 * sign-in adds its entry, then creates its record, then looks whether the entry is still
 * there. A rotation adds the new entry before it ends the old record. Whoever ends all
 * sessions ends the records first, then takes the entries, then ends what had no record yet.
 * So a session that began before dies, a sign-in under way finds its entry gone and ends
 * itself, and one that began later lives.
 *
 * @module
 */

import type { Context, Living } from './context.ts'
import { decodeMeta, type RecordMeta } from './record.ts'
import { noIndex, revokedMeanwhile, tooManySessions } from './refusals.ts'
import { callRoll, type Listed } from './roll-call.ts'
import type { EndReason, IndexEntry, SessionIndex } from './store.ts'
import { digest, idOfKey, type Identity } from './token.ts'

/** One of a user's sessions, for a page that lists devices. Times are epoch milliseconds. */
export interface UserSession {
  /** The public id; `revoke` takes it. */
  id: string
  /** When this person signed in there. */
  createdAt: number
  /** When it was last used, to within a minute. */
  lastSeenAt: number
  /** When it ends if it is not used again. */
  expiresAt: number
  /** What `login` was told about the device. */
  device: string | null
  /** The network of the address that `login` was told, such as `203.0.113.0/24`. */
  network: string | null
}

/**
 * How long the list of an id outlives its session, in milliseconds: for a browser that comes
 * back and asks why it is signed out.
 */
const AFTERLIFE = 600_000

/**
 * Lists a session that is about to be created.
 * @throws `ERR_TOO_MANY_SESSIONS` if the user has as many as allowed, and none is to make room
 */
export async function enroll(
  context: Context,
  identity: Identity,
  meta: RecordMeta,
  before: Living | null,
): Promise<void> {
  const { index } = context.store
  if (index === undefined || meta.userId === undefined) return
  const list = await listOfUser(context, meta.userId)
  const entry = { key: identity.key, createdAt: meta.createdAt, until: meta.absoluteAt }
  const [count] = await Promise.all([
    index.add(list, entry),
    index.add(await listOfId(context, identity.id), { ...entry, until: entry.until + AFTERLIFE }),
  ])
  const { maxSessionsPerUser: limit, atLimit } = context.settings
  if (limit === null || atLimit !== 'refuse' || isRotation(before, meta)) return
  const replaced = before?.meta.userId === meta.userId ? 1 : 0
  if (count - replaced <= limit) return

  const { living, coming } = await callRoll(context, index, list)
  if (living.length + coming.length - replaced <= limit) return
  await withdraw(context, identity, meta)
  throw tooManySessions(limit)
}

/** A rotation keeps the time at which its session began, and the place that the session has. */
function isRotation(before: Living | null, meta: RecordMeta): boolean {
  return before?.meta.userId === meta.userId && before?.meta.createdAt === meta.createdAt
}

/**
 * Looks whether a session that was created is still listed, and makes room for it.
 * @throws `ERR_SESSION_GONE` if all sessions of the user were ended meanwhile, or newer ones have
 * taken all the room; then this one is ended too
 */
export async function confirm(context: Context, identity: Identity, meta: RecordMeta): Promise<void> {
  const { index } = context.store
  if (index === undefined || meta.userId === undefined) return
  const list = await listOfUser(context, meta.userId)
  const entries = await index.entries(list)
  if (!entries.some(({ key }) => key === identity.key)) {
    await context.store.destroy(identity.key, 'revoked')
    throw revokedMeanwhile()
  }
  const { maxSessionsPerUser: limit, atLimit } = context.settings
  if (limit === null || atLimit !== 'evict-oldest' || entries.length <= limit) return
  // Those still to come will look, too: the last of them sees all.
  const { living } = await callRoll(context, index, list)
  const all = living.map((listed) => listed.entry).sort(byAge)
  // One order for all, so that of two sign-ins at once no more than the older one ends.
  const oldest = all.slice(0, Math.max(0, all.length - limit))
  await Promise.all(oldest.map(({ key }) => end(context, key, 'evicted')))
  if (oldest.some(({ key }) => key === identity.key)) throw revokedMeanwhile()
}

/**
 * Why a record is missing, if it was that of somebody signed in and nobody ended it: their entry
 * is still there. `null` otherwise.
 */
export async function endOfSignedIn(
  context: Context,
  identity: Identity,
): Promise<'idle' | 'absolute' | null> {
  const { index } = context.store
  if (index === undefined) return null
  try {
    const entries = await index.entries(await listOfId(context, identity.id))
    const entry = entries.find(({ key }) => key === identity.key)
    if (entry === undefined) return null
    return entry.until - AFTERLIFE > (await context.store.now()) ? 'idle' : 'absolute'
  } catch {
    // The visitor is anonymous all the same; only the reason stays unknown.
    return null
  }
}

/** Takes a session off its lists. */
export async function withdraw(context: Context, identity: Identity, meta: RecordMeta): Promise<void> {
  await unlist(context, identity.key, identity.id, meta.userId)
}

/** A user's living sessions, oldest first. */
export async function listSessions(context: Context, userId: string): Promise<UserSession[]> {
  const index = indexOf(context)
  const { living } = await callRoll(context, index, await listOfUser(context, userId))
  return Promise.all(living.map(toUserSession))
}

/** Ends one session by its public id. Answers false if there is none signed in under it. */
export async function revokeSession(context: Context, id: string): Promise<boolean> {
  const [entry] = await indexOf(context).entries(await listOfId(context, id))
  return entry !== undefined && (await end(context, entry.key, 'revoked'))
}

/** Ends all sessions of a user that began before now, but one; answers how many. */
export async function revokeSessions(
  context: Context,
  userId: string,
  exceptId: string | null,
): Promise<number> {
  const index = indexOf(context)
  const list = await listOfUser(context, userId)
  const others = async (): Promise<IndexEntry[]> => {
    const entries = await index.entries(list)
    const ids = await Promise.all(entries.map(({ key }) => idOfKey(key)))
    return entries.filter((_, i) => ids[i] !== exceptId)
  }
  let targets = await others()
  // No look at the clock: those of two servers differ. A rotation keeps the time at which its
  // session began, so that tells a new key of an old session from a new session.
  const beginnings = new Set(targets.map(({ createdAt }) => createdAt))
  let count = 0
  while (targets.length > 0) {
    const keys = targets.map(({ key }) => key)
    const ended = await Promise.all(keys.map((key) => end(context, key, 'revoked')))
    await index.remove(list, keys)
    // Sign-ins whose record was not there yet at the first look.
    const late = keys.filter((_, i) => ended[i] === false)
    ended.push(...(await Promise.all(late.map((key) => end(context, key, 'revoked')))))
    count += ended.filter(Boolean).length
    targets = (await others()).filter(({ createdAt }) => beginnings.has(createdAt))
  }
  return count
}

/** Ends a session and takes it off its lists. Answers false if there was no record. */
async function end(context: Context, key: string, reason: EndReason): Promise<boolean> {
  const record = await context.store.destroy(key, reason)
  if (record === null) return false
  const id = await idOfKey(key)
  await unlist(context, key, id, decodeMeta(record.meta, context.settings.app)?.userId)
  context.emit({ type: 'destroyed', id, reason })
  return true
}

async function unlist(context: Context, key: string, id: string, userId: string | undefined): Promise<void> {
  const { index } = context.store
  if (index === undefined) return
  await index.remove(await listOfId(context, id), [key])
  if (userId !== undefined) await index.remove(await listOfUser(context, userId), [key])
}

function byAge(a: IndexEntry, b: IndexEntry): number {
  return a.createdAt - b.createdAt || (a.key < b.key ? -1 : 1)
}

async function toUserSession({ entry, record, meta }: Listed): Promise<UserSession> {
  const expiresAt = record.now + record.expiresIn
  return {
    id: await idOfKey(entry.key),
    createdAt: meta.createdAt,
    lastSeenAt: Math.max(meta.createdAt, expiresAt - meta.idle),
    expiresAt,
    device: meta.device ?? null,
    network: meta.network ?? null,
  }
}

function indexOf({ store }: Context): SessionIndex {
  if (store.index === undefined) throw noIndex(store.name)
  return store.index
}

async function listOfUser({ settings }: Context, userId: string): Promise<string> {
  return digest(JSON.stringify([settings.app, 'user', userId]))
}

async function listOfId({ settings }: Context, id: string): Promise<string> {
  return digest(JSON.stringify([settings.app, 'id', id]))
}
