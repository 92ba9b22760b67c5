/** @module What `sqliteStore` gives. */

import type {
  Bar,
  Change,
  EndReason,
  IndexEntry,
  Lifetime,
  Listing,
  LoadedRecord,
  MaybePromise,
  SessionIndex,
  Store,
  StoredRecord,
  UpdateResult,
  beneath,
} from '../../core/store.ts'
import type { Durability } from './connection.ts'

/** A store in one file. Reads answer at once; writes when they are safe. */
export interface SqliteStore extends Store {
  now(): number
  create(key: string, record: StoredRecord, lifetime: Lifetime): Promise<boolean>
  update(key: string, change: Change, lifetime: Lifetime): Promise<UpdateResult>
  touch(key: string, lifetime: Lifetime): Promise<boolean>
  destroy(key: string, reason: EndReason): Promise<LoadedRecord | null>
  readonly index: SqliteIndex
  readonly [beneath]: SqliteBackend
  /** Finishes waiting writes and closes the file. The next operation opens it again. */
  close(): Promise<void>
}

/** Lists in the same file. Reads answer at once; writes when they are safe. */
export interface SqliteIndex extends SessionIndex {
  add(list: string, entry: IndexEntry): Promise<number>
  remove(list: string, keys: readonly string[]): Promise<void>
  first(list: string, count: number): MaybePromise<IndexEntry[]>
  look(list: string, key: string): MaybePromise<Listing>
  bar(list: string, bar: Bar): Promise<void>
}

/** What `sojourn/doctor` looks at. */
export interface SqliteBackend {
  /** Absolute. */
  readonly file: string
  readonly durability: Durability
}
