/**
 * Lists of keys in the rows of one connection. `add` and `remove` are to be called inside
 * a transaction of the caller.
 *
 * @module
 */

import type { Bar, EndedRecord, IndexEntry, Listing } from '../../core/store.ts'
import { endOfEntry, listingOf } from '../shared/listing.ts'
import { REMAINS_FOR } from '../shared/record-end.ts'
import type { Database } from './rows.ts'

/** Since schema 2. A list's entries lie together, so reading one touches a page or two. */
export const ENTRIES_SCHEMA = `
  CREATE TABLE entries (
    list TEXT NOT NULL,
    key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (list, key)
  ) WITHOUT ROWID;
  CREATE INDEX entries_by_until ON entries (until);
`

/** What is damaged counts as little as what is past: numbers beyond 2^53 do not even get out of SQLite. */
const COUNTS = 'list = ? AND until > ? AND until < 9e15 AND created_at BETWEEN 0 AND 9e15'

/**
 * A bar is an entry of a list of its own, under this key: `created_at` is its time. No list and no
 * key of others begins so. What it spares stands behind the sign.
 */
const BAR = '!'

type Statement = ReturnType<Database['prepare']>

/** The prepared statements of one connection. */
export class Entries {
  readonly #others: Statement
  readonly #put: Statement
  readonly #select: Statement
  readonly #first: Statement
  readonly #one: Statement
  readonly #remove: Statement
  readonly #clear: Statement
  readonly #due: Statement
  readonly #sweep: Statement

  constructor(db: Database) {
    this.#others = db.prepare(`SELECT count(*) AS count FROM entries WHERE ${COUNTS} AND key <> ?`)
    this.#put = db.prepare('REPLACE INTO entries (list, key, created_at, until) VALUES (?, ?, ?, ?)')
    this.#select = db.prepare(
      `SELECT key, created_at, until FROM entries WHERE ${COUNTS} ORDER BY created_at`,
    )
    this.#first = db.prepare(
      `SELECT key, created_at, until FROM entries WHERE ${COUNTS} ORDER BY until LIMIT ?`,
    )
    // The entry of a key, and the bar.
    this.#one = db.prepare(
      `SELECT list, key, created_at, until FROM entries
        WHERE ((list = ? AND key = ?) OR list = ?) AND until < 9e15 AND created_at BETWEEN 0 AND 9e15`,
    )
    this.#clear = db.prepare('DELETE FROM entries WHERE list = ?')
    this.#remove = db.prepare(
      'DELETE FROM entries WHERE list = ? AND key IN (SELECT value FROM json_each(?))',
    )
    this.#due = db.prepare('SELECT 1 FROM entries WHERE until <= ? LIMIT 1')
    this.#sweep = db.prepare(
      'DELETE FROM entries WHERE (list, key) IN (SELECT list, key FROM entries WHERE until <= ? LIMIT ?)',
    )
  }

  add(list: string, { key, createdAt, until }: IndexEntry, now: number): number {
    const others = Number(this.#others.get(list, now, key)?.['count'])
    this.#put.run(list, key, createdAt, until)
    return others + (until > now ? 1 : 0)
  }

  list(list: string, now: number): IndexEntry[] {
    return this.#select.all(list, now).map(entryOf)
  }

  /** Those that end first. */
  first(list: string, count: number, now: number): IndexEntry[] {
    return this.#first.all(list, now, count).map(entryOf)
  }

  look(list: string, key: string, now: number): Listing {
    const { until, bar } = this.#both(list, key)
    return listingOf(key, until, bar, now)
  }

  /** Why the record under a key is missing, if its entry tells. */
  endOf(list: string, key: string, now: number): EndedRecord | null {
    return endOfEntry(this.#both(list, key).until, now)
  }

  bar(list: string, { at, spare, until }: Bar): void {
    this.#clear.run(BAR + list)
    this.#put.run(BAR + list, BAR + (spare ?? ''), at, until)
  }

  remove(list: string, keys: readonly string[]): void {
    this.#remove.run(list, JSON.stringify(keys))
  }

  #both(list: string, key: string): { until: number; bar: Bar | undefined } {
    let until = 0
    let bar: Bar | undefined
    for (const row of this.#one.all(list, key, BAR + list)) {
      const entry = entryOf(row)
      if (row['list'] === list) until = entry.until
      else bar = { at: entry.createdAt, spare: entry.key.slice(BAR.length) || null, until: entry.until }
    }
    return { until, bar }
  }

  /** Whether `sweep` would find anything. A read: it needs no transaction. */
  hasDue(now: number): boolean {
    return this.#due.get(now - REMAINS_FOR) !== undefined
  }

  /** Removes up to `limit` rows that tell nothing any more; answers how many. */
  sweep(limit: number, now: number): number {
    return Number(this.#sweep.run(now - REMAINS_FOR, limit).changes)
  }
}

function entryOf(row: Record<string, unknown>): IndexEntry {
  return {
    key: row['key'] as string,
    createdAt: row['created_at'] as number,
    until: row['until'] as number,
  }
}
