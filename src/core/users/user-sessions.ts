/**
 * What an application asks of a user's sessions: which there are, and to end them.
 *
 * @module
 */

import type { Context } from '../settings.ts'
import { end, listOfId, listOfUser } from './session-lists.ts'
import { noIndex } from '../session-errors.ts'
import { livingIn, type Listed } from './living-sessions.ts'
import type { IndexEntry, SessionIndex } from '../store.ts'
import { idOfKey } from '../record/token.ts'

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

/** How many records are ended at once. */
const AT_ONCE = 64
/** How long a bar is known, in milliseconds: longer than any browser keeps a cookie (400 days). */
const BARRED_FOR = 401 * 86_400_000

/** A user's living sessions, oldest first. */
export async function listSessions(context: Context, userId: string): Promise<UserSession[]> {
  const index = indexOf(context)
  const { living } = await livingIn(context, index, await listOfUser(context, userId))
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
  const [spared] = exceptId === null ? [] : await index.entries(await listOfId(context, exceptId))
  const at = await context.records.now()
  await index.bar?.(list, { at, spare: spared?.key ?? null, until: at + BARRED_FOR })
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
    const keys = targets.splice(0, AT_ONCE).map(({ key }) => key)
    const ended = await Promise.all(keys.map((key) => end(context, key, 'revoked')))
    await index.remove(list, keys)
    // Sign-ins whose record was not there yet at the first look.
    const late = keys.filter((_, i) => ended[i] === false)
    ended.push(...(await Promise.all(late.map((key) => end(context, key, 'revoked')))))
    count += ended.filter(Boolean).length
    if (targets.length > 0) continue
    targets = (await others()).filter(({ createdAt }) => beginnings.has(createdAt))
  }
  return count
}

async function toUserSession({ entry, record }: Listed): Promise<UserSession> {
  const { meta } = record
  const expiresAt = Math.min(record.now + record.expiresIn, meta.absoluteAt)
  // Before its next use, the deadline is that of a longer idle timeout.
  const usedAt = Math.min(expiresAt - meta.idle, record.now)
  return {
    id: await idOfKey(entry.key),
    createdAt: meta.createdAt,
    lastSeenAt: Math.max(meta.createdAt, usedAt),
    expiresAt,
    device: meta.device ?? null,
    network: meta.network ?? null,
  }
}

function indexOf({ records }: Context): SessionIndex {
  if (records.index === undefined) throw noIndex(records.storeName)
  return records.index
}
