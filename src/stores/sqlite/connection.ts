/**
 * Opening the file: with the right permissions, the right settings and a schema that
 * we know, or not at all.
 *
 * @module
 */

import { invalidOption } from '../../core/errors.ts'
import { nodeBuiltin, requestsShare } from '../../core/runtime.ts'
import { DiskSync } from './disk-sync.ts'
import { isFull, unusable } from './failure.ts'
import { Entries, ENTRIES_SCHEMA } from './list-rows.ts'
import { ownFile } from './own-files.ts'
import { Rows, SCHEMA } from './rows.ts'
import { Spare, SPARE_SIZE } from './spare-file.ts'
import { quietly } from './statements.ts'

/** An open database of `node:sqlite`; its types come without an import, like the module itself. */
type Database = InstanceType<ReturnType<typeof process.getBuiltinModule<'node:sqlite'>>['DatabaseSync']>

/** 'sjrn' in ASCII: marks the file as ours, https://www.sqlite.org/pragma.html#pragma_application_id */
const APPLICATION_ID = 0x736a726e
const SCHEMA_VERSION = 2
/** How long one attempt to get the lock may block the event loop, in milliseconds. */
const BUSY_TIMEOUT = 8

/** How far an acknowledged write has got: see `SqliteStoreOptions.durability`. */
export type Durability = 'disk' | 'process'

/** An open file. */
export interface Connection {
  readonly rows: Rows
  readonly entries: Entries
  readonly spare: Spare
  /** Whether the file is still the one that was opened, neither removed nor replaced. */
  isCurrent(): boolean
  /** Takes the lock that only one process can hold. Throws if it is taken. */
  begin(): void
  commit(): void
  /** Resolves when what was committed is on the disk; `undefined` with `durability: 'process'`. */
  synced(): Promise<void> | undefined
  /** Undoes what was done since `begin`; no error if SQLite has done so already. */
  rollback(): void
  /** Gives the spare room to the file, and what was written ahead back to those who write. */
  makeRoom(): void
  /** After a failed sync: moves everything from `-wal` to the file. Throws if that is not possible now. */
  repair(): void
  close(): void
}

/** Fails, without loading it, if this runtime has no `node:sqlite`. */
export function requireSqlite(): void {
  if (!requestsShare) {
    throw invalidOption(
      'sqliteStore: Cloudflare Workers keep no files. Pass a store over HTTP, such as upstashStore() from `sojourn/stores/upstash`.',
    )
  }
  if (nodeBuiltin('node:module')?.isBuiltin('node:sqlite')) return
  // So Next.js says where it runs.
  if ('EdgeRuntime' in globalThis) {
    throw invalidOption(
      'sqliteStore needs Node; this is the Edge runtime of Next.js, where middleware.ts runs by default. ' +
        "Say `runtime: 'nodejs'` in the `config` that it exports (Next.js 15.5 or later), or pass a store over HTTP, such as upstashStore() from `sojourn/stores/upstash`.",
    )
  }
  throw invalidOption(
    'sqliteStore needs Node 22.13 or later; this runtime has no `node:sqlite`. ' +
      'Pass another `store`, such as redisStore(client) from `sojourn/stores/redis`.',
  )
}

/** Opens the file, creating it and its directory if need be. Throws what SQLite throws, or a SessionError. */
export function openConnection(path: string, durability: Durability): Connection {
  const file = ownFile(path)
  try {
    return open(file, path, durability)
  } catch (cause) {
    if (!isFull(cause)) throw cause
    new Spare(file).release()
    return open(file, path, durability)
  }
}

function open(file: string, path: string, durability: Durability): Connection {
  const { DatabaseSync } = nodeBuiltin('node:sqlite')!
  const db = new DatabaseSync(file)
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`)
    prepareSchema(db, path)
    // What a session held is overwritten when it ends, not only unlinked.
    // NORMAL keeps the file whole; that commits are on the disk is seen to by DiskSync.
    db.exec('PRAGMA secure_delete = FAST; PRAGMA synchronous = NORMAL')
    return wrap(db, file, path, durability === 'disk' ? new DiskSync(file) : undefined)
  } catch (cause) {
    db.close()
    throw cause
  }
}

function prepareSchema(db: Database, path: string): void {
  if (isNew(db)) createSchema(db)
  if (pragma(db, 'application_id') !== APPLICATION_ID) {
    throw unusable('is a database of another application. Give sqliteStore a `file` of its own.', path)
  }
  if (pragma(db, 'user_version') === 1) migrate(db)
  const version = pragma(db, 'user_version')
  if (version === SCHEMA_VERSION) return
  throw unusable(
    `has schema ${String(version)}, and this version of sojourn knows schema ${SCHEMA_VERSION}. ` +
      'Use the version that wrote it or a newer one, or give sqliteStore another `file`.',
    path,
  )
}

function createSchema(db: Database): void {
  db.exec('PRAGMA journal_mode = WAL; BEGIN IMMEDIATE')
  // Another process may have been faster.
  if (isNew(db)) {
    db.exec(SCHEMA + ENTRIES_SCHEMA)
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`)
  }
  db.exec('COMMIT')
}

/** Schema 1 had no lists. Connections that were opened by it go on as before; it cannot open the file any more. */
function migrate(db: Database): void {
  db.exec('BEGIN IMMEDIATE')
  // Another process may have been faster.
  if (pragma(db, 'user_version') === 1) db.exec(`${ENTRIES_SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}`)
  db.exec('COMMIT')
}

function isNew(db: Database): boolean {
  if (pragma(db, 'application_id') !== 0 || pragma(db, 'user_version') !== 0) return false
  return db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
}

function pragma(db: Database, name: string): unknown {
  return db.prepare(`PRAGMA ${name}`).get()?.[name]
}

function wrap(db: Database, file: string, path: string, disk: DiskSync | undefined): Connection {
  const quiet = quietly(db)
  const [rows, entries] = [new Rows(quiet), new Entries(quiet)]
  const [begin, commit, rollback] = [
    db.prepare('BEGIN IMMEDIATE'),
    db.prepare('COMMIT'),
    db.prepare('ROLLBACK'),
  ]
  const spare = new Spare(file)
  const opened = inodesOf(path, file)
  return {
    rows,
    entries,
    spare,
    isCurrent: () => inodesOf(path, file) === opened,
    begin() {
      spare.lookAgain()
      disk?.open()
      begin.run()
    },
    commit: () => void commit.run(),
    synced: () => disk?.sync(),
    rollback() {
      try {
        rollback.run()
      } catch {
        // After a full disk or an I/O error SQLite has rolled back by itself.
      }
    },
    makeRoom() {
      spare.release()
      makeRoom(db, file)
    },
    repair() {
      const { busy } = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {}
      if (busy) throw Object.assign(new Error('SQLITE_BUSY'), { errcode: 5 })
    },
    close() {
      disk?.close()
      db.close()
    },
  }
}

/**
 * Moves to the file what was written ahead, so that what comes next is written over it and takes no
 * room. Not if the file would have to grow by more than there is: then nothing would be left.
 */
function makeRoom(db: Database, file: string): void {
  const size = Number(pragma(db, 'page_count')) * Number(pragma(db, 'page_size'))
  if (size - nodeBuiltin('node:fs')!.statSync(file).size > SPARE_SIZE) return
  try {
    db.exec('PRAGMA wal_checkpoint(RESTART)')
  } catch (cause) {
    if (!isFull(cause)) throw cause
  }
}

/** Of the file and of what is written ahead: what was acknowledged could not be found in a removed one. */
function inodesOf(path: string, file: string): string {
  const fs = nodeBuiltin('node:fs')!
  const inodes = [path, `${file}-wal`].map(
    (path) => fs.statSync(path, { bigint: true, throwIfNoEntry: false })?.ino,
  )
  return inodes.join(' ')
}
