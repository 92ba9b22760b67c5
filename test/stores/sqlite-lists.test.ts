import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { describe, expect, test, vi } from 'vitest'

import type { IndexEntry } from '../../src/core/store.ts'
import { REMAINS_FOR } from '../../src/stores/shared/record-end.ts'
import { pack } from '../../src/stores/sqlite/packed-record.ts'
import { fields, useFixture } from './sqlite-fixture.ts'

const HOUR = 3_600_000

const fixture = useFixture()

function entry(key: string, left = HOUR): IndexEntry {
  const now = fixture.clock.now()
  return { key, createdAt: now, until: now + left }
}

/** The lists and keys of all rows, past or not. */
function entries(): string[] {
  const db = new DatabaseSync(fixture.file, { readOnly: true })
  const all = db.prepare('SELECT list, key FROM entries ORDER BY list, key').all()
  db.close()
  return all.map((row) => `${String(row['list'])} ${String(row['key'])}`)
}

describe('the lists of sqliteStore', () => {
  test('reading one answers at once, and makes no file; neither does removing', async () => {
    const store = fixture.open()
    expect(store.index.entries('list')).toEqual([])
    await store.index.remove('list', ['k'])
    expect(store.index.entries('list')).toEqual([])
    const added = entry('k')
    await store.index.add('list', added)
    expect(store.index.entries('list')).toEqual([added])
  })

  test('they are there after the store was closed and opened again', async () => {
    const store = fixture.open()
    const added = entry('k')
    await store.index.add('list', added)
    await store.close()
    expect(fixture.open().index.entries('list')).toEqual([added])
  })

  test('an entry and the keys to remove are what they were when they were handed over', async () => {
    const store = fixture.open()
    const [added, keys] = [entry('one'), ['two']]
    await store.index.add('list', entry('two'))
    const writes = [store.index.add('list', added), store.index.remove('list', keys)]
    added.key = 'later'
    keys[0] = 'one'
    await Promise.all(writes)
    expect(store.index.entries('list')).toMatchObject([{ key: 'one' }])
  })

  test('of two additions at once neither is lost, a thousand times', async () => {
    const stores = [fixture.open({ durability: 'process' }), fixture.open({ durability: 'process' })]
    const [one, two] = [
      { ...entry('one'), createdAt: 1 },
      { ...entry('two'), createdAt: 2 },
    ]
    for (let round = 0; round < 1000; round++) {
      const list = `l${round}`
      const counts = await Promise.all([stores[0]!.index.add(list, one), stores[1]!.index.add(list, two)])
      expect(counts.toSorted((a, b) => a - b)).toEqual([1, 2])
      expect(await stores[round % 2]!.index.entries(list)).toEqual([one, two])
    }
  })

  test('what is past is swept, a little at a time, and what counts is not', async () => {
    const store = fixture.open({ sweepInterval: 10 })
    const keys = Array.from({ length: 500 }, (_, i) => `k${i}`)
    await Promise.all(keys.map((key) => store.index.add('list', entry(key, 60_000))))
    await store.index.add('list', entry('counts'))
    await store.create('session', fields(), fixture.lifetime())
    fixture.clock.advance(60_000 + REMAINS_FOR)
    await vi.waitFor(() => expect(entries()).toEqual(['list counts']), 10_000)
    expect(await store.load('session')).toMatchObject({ meta: 'meta' })
  })
})

describe('a file of schema 1', () => {
  /** Makes one, as the version before lists did, with one session under `old`. */
  function makeFile(): DatabaseSync {
    mkdirSync(dirname(fixture.file), { recursive: true })
    const db = new DatabaseSync(fixture.file)
    db.exec(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE sessions (
        key TEXT NOT NULL PRIMARY KEY,
        ends_at INTEGER NOT NULL,
        ended TEXT NOT NULL,
        record TEXT
      );
      CREATE INDEX sessions_by_end ON sessions (ends_at);
      PRAGMA application_id = ${0x736a726e};
      PRAGMA user_version = 1;
    `)
    db.prepare("INSERT INTO sessions VALUES ('old', ?, 'idle', ?)").run(
      fixture.clock.now() + HOUR,
      pack('meta', new Map([['a', '1']])),
    )
    return db
  }

  function version(): unknown {
    const db = new DatabaseSync(fixture.file, { readOnly: true })
    const answer = db.prepare('PRAGMA user_version').get()?.['user_version']
    db.close()
    return answer
  }

  test('is brought up to date by whoever reads or writes first, and keeps its sessions', async () => {
    makeFile().close()
    const store = fixture.open()
    expect(store.load('old')).toMatchObject(fields())
    expect(version()).toBe(2)
    expect(await store.index.add('list', entry('old'))).toBe(1)
    expect(await store.destroy('old', 'logout')).toMatchObject(fields())
  })

  test('is brought up to date once by stores that open it at the same time', async () => {
    makeFile().close()
    const stores = Array.from({ length: 5 }, () => fixture.open())
    const counts = await Promise.all(stores.map((store, i) => store.index.add('list', entry(`k${i}`))))
    expect(counts.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5])
    expect(await stores[0]!.load('old')).toMatchObject(fields())
  })

  test('is waited for while another process writes to it', async () => {
    const other = makeFile()
    other.exec('BEGIN IMMEDIATE')
    const store = fixture.open()
    const [read, added] = [store.index.entries('list'), store.index.add('list', entry('k'))]
    expect(read).toBeInstanceOf(Promise)
    setTimeout(() => {
      other.exec('COMMIT')
      other.close()
    }, 100)
    expect(await added).toBe(1)
    expect((await read).length).toBeLessThanOrEqual(1)
  })

  test('goes on to serve a process of the version before that has it open', async () => {
    const other = makeFile()
    const touch = other.prepare('UPDATE sessions SET ends_at = ends_at + 1 WHERE key = ?')
    touch.run('old')
    const store = fixture.open()
    await store.index.add('list', entry('old'))
    expect(touch.run('old').changes).toBe(1)
    other.close()
    expect(store.load('old')).toMatchObject({ expiresIn: HOUR + 2 })
  })
})
