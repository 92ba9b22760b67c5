/**
 * The verbs of the contract on the rows of one connection, each to be called inside
 * a transaction of the caller, except `load`.
 *
 * A living record is a row with a `record` whose `ends_at` is in the future; `ended`
 * then names the limit that will end it. A destroyed record is a row whose `record`
 * is NULL, so that no clock that goes back revives it. Either way the row stays for
 * some minutes after `ends_at`, to tell the reason.
 *
 * @module
 */

import type {
  Change,
  EndedRecord,
  EndReason,
  Lifetime,
  LoadedRecord,
  StoredRecord,
  UpdateResult,
} from '../../core/store.ts'
import { applyChange } from '../shared/apply-change.ts'
import { deadlineOf, REMAINS_FOR } from '../shared/record-end.ts'
import { kindOf } from './failure.ts'
import { pack, unpack } from './packed-record.ts'
import type { Database, Statement } from './statements.ts'

export type { Database } from './statements.ts'

/** The table of sessions. With WITHOUT ROWID reads would be three times slower: rows are large. */
export const SCHEMA = `
  CREATE TABLE sessions (
    key TEXT NOT NULL PRIMARY KEY,
    ends_at INTEGER NOT NULL,
    ended TEXT NOT NULL,
    record TEXT
  );
  CREATE INDEX sessions_by_end ON sessions (ends_at);
`

type Row = [record: string | null, endsAt: number, ended: EndReason]

/** Stands for a record that cannot be read. */
const UNREADABLE: StoredRecord = { meta: '', fields: new Map() }

/** The prepared statements of one connection. */
export class Rows {
  readonly #select: Statement
  readonly #insert: Statement
  readonly #replace: Statement
  readonly #touch: Statement
  readonly #end: Statement
  readonly #due: Statement
  readonly #sweep: Statement

  constructor(db: Database) {
    this.#select = db.prepare('SELECT record, ends_at, ended FROM sessions WHERE key = ?')
    this.#select.setReturnArrays(true)
    this.#insert = db.prepare(`
      INSERT INTO sessions (key, ends_at, ended, record) VALUES (?, ?, ?, ?)
      ON CONFLICT (key) DO UPDATE SET ends_at = excluded.ends_at, ended = excluded.ended, record = excluded.record
        WHERE sessions.ends_at <= ?`)
    this.#replace = db.prepare('UPDATE sessions SET ends_at = ?, ended = ?, record = ? WHERE key = ?')
    this.#touch = db.prepare(
      'UPDATE sessions SET ends_at = ?, ended = ? WHERE key = ? AND ends_at > ? AND record IS NOT NULL',
    )
    this.#end = db.prepare('UPDATE sessions SET ends_at = ?, ended = ?, record = NULL WHERE key = ?')
    this.#due = db.prepare('SELECT 1 FROM sessions WHERE ends_at <= ? LIMIT 1')
    this.#sweep = db.prepare(
      'DELETE FROM sessions WHERE rowid IN (SELECT rowid FROM sessions WHERE ends_at <= ? LIMIT ?)',
    )
  }

  create(key: string, packed: string, lifetime: Lifetime, now: number): boolean {
    const { endsAt, endsBy } = deadlineOf(lifetime, now)
    return changed(this.#insert.run(key, endsAt, endsBy, packed, now - REMAINS_FOR))
  }

  load(key: string, now: number): LoadedRecord | EndedRecord | null {
    const row = this.#row(key)
    if (!row) return null
    const [record, endsAt] = row
    if (record === null || now >= endsAt) return remains(row, now)
    // SQLite keeps values of any type in any column, and another program may have written to the file.
    const stored = typeof record === 'string' && Number.isFinite(endsAt) ? unpack(record) : null
    if (stored === null) return { ...UNREADABLE, expiresIn: 1, now }
    return { meta: stored.meta, fields: stored.fields, expiresIn: endsAt - now, now }
  }

  update(key: string, change: Change, lifetime: Lifetime, now: number): UpdateResult {
    const before = this.load(key, now)
    if (!before) return { status: 'gone' }
    if ('ended' in before) return { status: 'gone', ended: before.ended }
    if (isUnreadable(before)) return { status: 'gone' }
    const { fields, result } = applyChange(before.fields, change)
    if (!fields) return result
    const { endsAt, endsBy } = deadlineOf(lifetime, now)
    this.#replace.run(endsAt, endsBy, pack(before.meta, fields), key)
    return result
  }

  touch(key: string, lifetime: Lifetime, now: number): boolean {
    const { endsAt, endsBy } = deadlineOf(lifetime, now)
    return changed(this.#touch.run(endsAt, endsBy, key, now))
  }

  destroy(key: string, reason: EndReason, now: number): LoadedRecord | null {
    const before = this.load(key, now)
    if (!before || 'ended' in before) return null
    this.#end.run(now, reason, key)
    // Nothing could be handed on to a successor.
    return isUnreadable(before) && reason === 'rotated' ? null : before
  }

  /** Whether `sweep` would find anything. A read: it needs no transaction. */
  hasDue(now: number): boolean {
    return this.#due.get(now - REMAINS_FOR) !== undefined
  }

  /** Removes up to `limit` rows whose reasons are not told any more; answers how many. */
  sweep(limit: number, now: number): number {
    return Number(this.#sweep.run(now - REMAINS_FOR, limit).changes)
  }

  #row(key: string): Row | undefined {
    const row: unknown = this.#selected(key)
    if (row === undefined || Array.isArray(row)) return row as Row | undefined
    return Object.values(row as object) as Row
  }

  #selected(key: string): unknown {
    try {
      return this.#select.get(key)
    } catch (cause) {
      // A deadline of over 2^53, which no clock reaches.
      if (kindOf(cause) === 'ERR_OUT_OF_RANGE') return ['', Infinity, '']
      throw cause
    }
  }
}

function isUnreadable(record: LoadedRecord): boolean {
  return record.fields === UNREADABLE.fields
}

function remains([, endsAt, ended]: Row, now: number): EndedRecord | null {
  return now < endsAt + REMAINS_FOR ? { ended } : null
}

function changed(result: { changes: number | bigint }): boolean {
  return Number(result.changes) > 0
}
