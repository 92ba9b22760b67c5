/**
 * Sessions in one SQLite file: nothing to install, nothing to run, durable, and shared
 * by all processes of the machine.
 *
 * @module
 */

import type { SessionError } from '../core/errors.ts'
import {
  beneath,
  isAlive,
  type Change,
  type EndedRecord,
  type EndReason,
  type Lifetime,
  type Listing,
  type LoadedRecord,
  type MaybePromise,
  type StoredRecord,
  type UpdateResult,
} from '../core/store.ts'
import { copyOf } from './shared/apply-change.ts'
import { readWhenUnlocked } from './sqlite/busy-read.ts'
import { openConnection, requireSqlite, type Connection } from './sqlite/connection.ts'
import { storeFailure } from './sqlite/failure.ts'
import { warnOfFleetingDisk } from './sqlite/fleeting-disk.ts'
import { GroupCommit } from './sqlite/group-commit.ts'
import { checkedOptions, type CheckedOptions, type SqliteStoreOptions } from './sqlite/options.ts'
import { isThere } from './sqlite/own-files.ts'
import { pack } from './sqlite/packed-record.ts'
import { startSweeper } from './sqlite/sweeper.ts'
import type { SqliteBackend, SqliteIndex, SqliteStore } from './sqlite/types.ts'

export type { Durability } from './sqlite/connection.ts'
export type { SqliteStoreOptions } from './sqlite/options.ts'
export type { SqliteBackend as SqlitePlace, SqliteIndex, SqliteStore } from './sqlite/types.ts'

/** What lists say while there is no file. */
const UNLISTED: Listing = { isListed: false, barredAt: null, isSpared: false }

/** How often reads see whether the file is still there, in milliseconds. */
const LOOK_AGAIN = 500

/**
 * Keeps sessions in one SQLite file. Nothing is opened before the first operation, and
 * nothing made before the first session. Writes of one turn of the event loop share
 * one transaction, and writes of the same moment one sync of the disk, off the event loop; each promise
 * resolves after it.
 *
 * Operations fail with `ERR_STORE_FULL` if the disk is full, except reads and sign-outs, and
 * with `ERR_STORE_UNAVAILABLE` if the file cannot be opened or written, is damaged or of another
 * application, was written by a newer version, or stays locked for 5 seconds.
 *
 * @throws SessionError `ERR_OPTION_INVALID` if an option is of the wrong type, or the
 * runtime has no `node:sqlite` (Node 22.13 or later has).
 */
export function sqliteStore(options: SqliteStoreOptions = {}): SqliteStore {
  requireSqlite()
  return new Sqlite(checkedOptions(options))
}

class Sqlite implements SqliteStore {
  readonly name = 'sqlite'
  readonly capabilities = { atomic: true, durable: true }
  readonly identity: string
  readonly now: () => number
  readonly [beneath]: SqliteBackend
  readonly #file: string
  readonly #sweepInterval: number
  readonly #writes = new GroupCommit<Connection>(
    () => this.#current(),
    (isDoubtful = false) => {
      this.#isDoubtful ||= isDoubtful
      this.#disconnect()
    },
    (cause) => this.#explain(cause),
  )
  #connection: Connection | undefined
  /** Whether something could not be synced, so that what follows it would be lost with it. */
  #isDoubtful = false
  #lookedAt = -Infinity
  #stopSweeper: (() => void) | undefined

  readonly index: SqliteIndex = {
    add: (list, entry) => {
      const copy = { ...entry }
      return this.#grow(({ entries }) => entries.add(list, copy, this.now()))
    },
    entries: (list) => this.#read(({ entries }) => entries.list(list, this.now()), []),
    remove: async (list, keys) => {
      if (keys.length === 0 || this.#isEmpty()) return
      const copy = [...keys]
      await this.#writes.write(({ entries }) => entries.remove(list, copy), true)
    },
    first: (list, count) => this.#read(({ entries }) => entries.first(list, count, this.now()), []),
    look: (list, key) => this.#read(({ entries }) => entries.look(list, key, this.now()), UNLISTED),
    bar: (list, bar) => {
      const copy = { ...bar }
      return this.#writes.write(({ entries }) => entries.bar(list, copy), true)
    },
  }

  constructor({ file, durability, sweepInterval, now }: CheckedOptions) {
    this.identity = `sqlite ${file}`
    this.now = now
    this[beneath] = { file, durability }
    this.#file = file
    this.#sweepInterval = sweepInterval
  }

  async create(key: string, record: StoredRecord, lifetime: Lifetime): Promise<boolean> {
    const packed = pack(record.meta, record.fields)
    return this.#grow(({ rows }) => rows.create(key, packed, lifetime, this.now()))
  }

  load(key: string, list?: string | null): MaybePromise<LoadedRecord | EndedRecord | null> {
    return this.#read(({ rows, entries }) => {
      const now = this.now()
      const answer = rows.load(key, now)
      if (list == null) return answer
      // A list remembers longer than a record.
      if (answer === null) return entries.endOf(list, key, now)
      return isAlive(answer) ? { ...answer, listing: entries.look(list, key, now) } : answer
    }, null)
  }

  async update(key: string, change: Change, lifetime: Lifetime): Promise<UpdateResult> {
    if (this.#isEmpty()) return { status: 'gone' }
    const copy = copyOf(change)
    return this.#grow(({ rows }) => rows.update(key, copy, lifetime, this.now()))
  }

  async touch(key: string, lifetime: Lifetime): Promise<boolean> {
    if (this.#isEmpty()) return false
    return this.#writes.write(({ rows }) => rows.touch(key, lifetime, this.now()))
  }

  async destroy(key: string, reason: EndReason): Promise<LoadedRecord | null> {
    if (this.#isEmpty()) return null
    const task = ({ rows }: Connection) => rows.destroy(key, reason, this.now())
    // With any other reason a new record follows, which would find no room.
    return reason === 'logout' || reason === 'revoked' ? this.#writes.write(task, true) : this.#grow(task)
  }

  async close(): Promise<void> {
    while (!this.#writes.isIdle) await this.#writes.settled()
    this.#disconnect()
  }

  /** Writes, and leaves the spare room to sign-outs. */
  #grow<T>(task: (connection: Connection) => T): Promise<T> {
    return this.#writes.write((connection) => {
      connection.spare.fill()
      return task(connection)
    })
  }

  /** Reads, or answers `nothing` if there is no file. */
  #read<T>(work: (connection: Connection) => T, nothing: T): MaybePromise<T> {
    return readWhenUnlocked(
      () => {
        this.#lookAgain()
        if (!this.#connection && !isThere(this.#file)) return nothing
        return work((this.#connection ??= this.#open()))
      },
      (cause) => storeFailure(cause, this.#file),
    )
  }

  #explain(cause: unknown): SessionError {
    return storeFailure(cause, this.#file)
  }

  /** Sees now and then whether the file is still there: a removed one could be read for ever. */
  #lookAgain(): void {
    if (performance.now() - this.#lookedAt < LOOK_AGAIN) return
    this.#lookedAt = performance.now()
    if (this.#connection?.isCurrent() === false) this.#disconnect()
  }

  /** Whether no session was ever stored, so that there is no need to make a file. */
  #isEmpty(): boolean {
    return !this.#connection && this.#writes.isIdle && !isThere(this.#file)
  }

  /** The connection, opened anew if the file was removed or replaced. */
  #current(): Connection {
    if (this.#connection?.isCurrent() === false) this.#disconnect()
    return (this.#connection ??= this.#open())
  }

  #open(): Connection {
    warnOfFleetingDisk(this.#file)
    const connection = openConnection(this.#file, this[beneath].durability)
    if (this.#isDoubtful) this.#repair(connection)
    this.#stopSweeper ??= startSweeper((limit) => this.#sweep(limit), this.#sweepInterval)
    return connection
  }

  #repair(connection: Connection): void {
    try {
      connection.repair()
    } catch (cause) {
      connection.close()
      throw cause
    }
    this.#isDoubtful = false
  }

  #disconnect(): void {
    this.#stopSweeper?.()
    this.#stopSweeper = undefined
    this.#connection?.close()
    this.#connection = undefined
  }

  async #sweep(limit: number): Promise<{ removed: number; ms: number }> {
    const due = this.#connection
    if (!due?.rows.hasDue(this.now()) && !due?.entries.hasDue(this.now())) return { removed: 0, ms: 0 }
    const { removed, start } = await this.#writes.write(({ rows, entries }) => {
      const start = performance.now()
      const removed = rows.sweep(limit, this.now())
      return { removed: removed + entries.sweep(limit - removed, this.now()), start }
    })
    return { removed, ms: performance.now() - start }
  }
}
