/**
 * Lists of keys in the rows of one connection. `add` and `remove` are to be called inside
 * a transaction of the caller.
 *
 * @module
 */

import type { IndexEntry } from '../../core/store.ts'
import type { Database } from './sqlite-rows.ts'

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

type Statement = ReturnType<Database['prepare']>

/** The prepared statements of one connection. */
export class Entries {
  readonly #others: Statement
  readonly #put: Statement
  readonly #select: Statement
  readonly #remove: Statement
  readonly #due: Statement
  readonly #sweep: Statement

  constructor(db: Database) {
    this.#others = db.prepare(`SELECT count(*) AS count FROM entries WHERE ${COUNTS} AND key <> ?`)
    this.#put = db.prepare('REPLACE INTO entries (list, key, created_at, until) VALUES (?, ?, ?, ?)')
    this.#select = db.prepare(
      `SELECT key, created_at, until FROM entries WHERE ${COUNTS} ORDER BY created_at`,
    )
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
    return this.#select.all(list, now).map((row) => ({
      key: row['key'] as string,
      createdAt: row['created_at'] as number,
      until: row['until'] as number,
    }))
  }

  remove(list: string, keys: readonly string[]): void {
    this.#remove.run(list, JSON.stringify(keys))
  }

  /** Whether `sweep` would find anything. A read: it needs no transaction. */
  hasDue(now: number): boolean {
    return this.#due.get(now) !== undefined
  }

  /** Removes up to `limit` rows that are past; answers how many. */
  sweep(limit: number, now: number): number {
    return Number(this.#sweep.run(now, limit).changes)
  }
}
