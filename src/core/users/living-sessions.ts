/**
 * Who on a list of keys lives.
 *
 * A list is read first, then the record of each entry; in between, sessions begin, rotate
 * and end. What has no record may be about to get one.
 *
 * @module
 */

import type { Context } from '../settings.ts'
import type { Found, LivingRecord } from '../record/records.ts'
import type { IndexEntry, SessionIndex } from '../store.ts'

/** A session's record and where it is listed. */
export interface Listed {
  entry: IndexEntry
  record: LivingRecord
}

/** The outcome. */
export interface LivingSessions {
  /** What lives and can be read, oldest first. */
  living: Listed[]
  /** What may live in a moment: sign-ins and rotations that have not created their record yet. */
  coming: IndexEntry[]
}

/** So many entries of sessions that are no more stay, to tell their browsers why. */
const KEPT = 16
/** How many records are loaded at once. */
const AT_ONCE = 64
/** An entry this young may belong to a sign-in that has not created its record yet. */
const SIGN_IN_TIME = 60_000

/** Loads what a list names, and takes off the list most of what is no more. */
export async function livingIn(context: Context, index: SessionIndex, list: string): Promise<LivingSessions> {
  const entries = await index.entries(list)
  const now = await context.records.now()
  const all: { entry: IndexEntry; record: Found }[] = []
  for (let at = 0; at < entries.length; at += AT_ONCE) {
    const some = entries.slice(at, at + AT_ONCE)
    const load = async (entry: IndexEntry): Promise<(typeof all)[number]> => ({
      entry,
      record: await context.records.load(entry.key),
    })
    all.push(...(await Promise.all(some.map(load))))
  }

  // A rotation keeps the time at which its session began: that tells the entries of one session.
  const beginnings = (...states: Found['state'][]): Set<number> =>
    new Set(all.filter(({ record }) => states.includes(record.state)).map(({ entry }) => entry.createdAt))
  const stored = beginnings('alive', 'overdue', 'unreadable')
  const ended = beginnings('ended')
  const missing = beginnings('missing')

  const living: Listed[] = []
  const coming: IndexEntry[] = []
  const dead: string[] = []
  for (const { entry, record } of all) {
    const { key, createdAt } = entry
    if (record.state === 'alive') living.push({ entry, record })
    else if (record.state === 'missing') {
      if (ended.has(createdAt) || now - createdAt < SIGN_IN_TIME) coming.push(entry)
      else if (!stored.has(createdAt)) dead.push(key)
    } else if (record.state === 'ended' && !missing.has(createdAt)) {
      // Its successor was listed after we read the list.
      if (record.reason === 'rotated' && !stored.has(createdAt)) coming.push(entry)
      else dead.push(key)
    }
    // One that cannot be read here, for lack of a key, is another server's to judge.
  }
  if (dead.length > KEPT) await index.remove(list, dead.slice(0, -KEPT))
  return { living, coming }
}
