import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { afterEach, beforeEach } from 'vitest'

import type { Lifetime, StoredRecord } from '../../src/core/store.ts'
import { sqliteStore, type SqliteStore, type SqliteStoreOptions } from '../../src/stores/sqlite.ts'
import { manualClock, type ManualClock } from '../../src/testing.ts'

const HOUR = 3_600_000

/** A directory, a file to be made in it, and a clock, for one test. */
export interface Fixture {
  directory: string
  file: string
  clock: ManualClock
  /** A store on the file, closed after the test. */
  open(options?: SqliteStoreOptions): SqliteStore
  /** A lifetime by the clock. Default: one hour idle, one day at most. */
  lifetime(idle?: number, absolute?: number): Lifetime
}

/** A new fixture for each test of the calling file. */
export function useFixture(): Fixture {
  let opened: SqliteStore[] = []
  const fixture: Fixture = {
    directory: '',
    file: '',
    clock: manualClock(),
    open(options) {
      const store = sqliteStore({ file: fixture.file, now: fixture.clock.now, ...options })
      opened.push(store)
      return store
    },
    lifetime: (idle = HOUR, absolute = 24 * HOUR) => ({ idle, absoluteAt: fixture.clock.now() + absolute }),
  }
  beforeEach(() => {
    fixture.directory = mkdtempSync(join(tmpdir(), 'sojourn-sqlite-'))
    fixture.file = join(fixture.directory, 'data', 'sessions.db')
    fixture.clock = manualClock()
  })
  afterEach(async () => {
    for (const store of opened) await store.close()
    opened = []
    rmSync(fixture.directory, { recursive: true })
  })
  return fixture
}

/** A record with these fields. */
export function fields(entries: Record<string, string> = { a: '1' }): StoredRecord {
  return { meta: 'meta', fields: new Map(Object.entries(entries)) }
}

/** The keys of all rows, dead or alive, seen through another connection. */
export function rows(file: string): unknown[] {
  const db = new DatabaseSync(file, { readOnly: true })
  const keys = db.prepare('SELECT key FROM sessions ORDER BY key').all()
  db.close()
  return keys.map((row) => row['key'])
}
