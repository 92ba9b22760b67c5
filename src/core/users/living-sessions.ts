/**
 * Who on a list of keys lives.
 *
 * A list is read first, then the record of each entry, and meanwhile sessions begin, rotate
 * and end. What has no record may be about to get one.
 *
 * @module
 */

import type { Context } from '../settings.ts'
import { shortened } from '../record/lifetime.ts'
import { decodeMeta, type RecordMeta } from '../record/meta.ts'
import { isAlive, type EndedRecord, type IndexEntry, type LoadedRecord, type SessionIndex } from '../store.ts'

/** A session's record with its meta and where it is listed. */
export interface Listed {
  entry: IndexEntry
  record: LoadedRecord
  meta: RecordMeta
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
  const now = await context.store.now()
  const records: Answer[] = []
  for (let at = 0; at < entries.length; at += AT_ONCE) {
    const some = entries.slice(at, at + AT_ONCE)
    records.push(...(await Promise.all(some.map(async ({ key }) => context.store.load(key)))))
  }

  // A rotation keeps the time at which its session began: that tells the entries of one session.
  const beginnings = (of: (record: Answer) => boolean): Set<number> =>
    new Set(entries.filter((_, i) => of(records[i] ?? null)).map(({ createdAt }) => createdAt))
  const alive = beginnings(isAlive)
  const ended = beginnings((record) => record !== null && !isAlive(record))
  const absent = beginnings((record) => record === null)

  const living: Listed[] = []
  const coming: IndexEntry[] = []
  const dead: string[] = []
  for (const [i, entry] of entries.entries()) {
    const record = records[i] ?? null
    const { key, createdAt } = entry
    if (isAlive(record)) {
      const stored = decodeMeta(record.meta, context.settings.app)
      // One that lives but cannot be read here, for lack of a key, is another server's to judge.
      if (stored === null) {
        await context.store.verify?.(key)
        continue
      }
      const meta = shortened(stored, context.settings)
      if (record.now < meta.absoluteAt) living.push({ entry, record, meta })
    } else if (record === null) {
      if (ended.has(createdAt) || now - createdAt < SIGN_IN_TIME) coming.push(entry)
      else if (!alive.has(createdAt)) dead.push(key)
    } else if (absent.has(createdAt)) continue
    // Its successor was listed after we read the list.
    else if (record.ended === 'rotated' && !alive.has(createdAt)) coming.push(entry)
    else dead.push(key)
  }
  if (dead.length > KEPT) await index.remove(list, dead.slice(0, -KEPT))
  return { living, coming }
}

type Answer = LoadedRecord | EndedRecord | null
