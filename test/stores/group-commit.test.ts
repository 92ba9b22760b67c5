import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { GroupCommit } from '../../src/stores/sqlite/group-commit.ts'

describe('GroupCommit', () => {
  let directory: string
  let db: DatabaseSync
  let begun: number
  let writes: GroupCommit<{ db: DatabaseSync; begin(): void; commit(): void; rollback(): void }>

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'sojourn-group-'))
    db = new DatabaseSync(join(directory, 'test.db'))
    db.exec('PRAGMA journal_mode = WAL; CREATE TABLE items (name TEXT UNIQUE, size INTEGER, data BLOB)')
    begun = 0
    const connection = {
      db,
      begin() {
        db.exec('BEGIN IMMEDIATE')
        begun++
      },
      commit: () => db.exec('COMMIT'),
      rollback() {
        if (db.isTransaction) db.exec('ROLLBACK')
      },
    }
    writes = new GroupCommit(
      () => connection,
      () => undefined,
    )
  })

  afterEach(() => {
    db.close()
    rmSync(directory, { recursive: true })
  })

  function put(name: string, size = 10): Promise<string> {
    return writes.write(({ db }) => {
      db.prepare('INSERT INTO items VALUES (?, ?, ?)').run(name, size, new Uint8Array(size))
      return name
    })
  }

  function names(): unknown[] {
    const other = new DatabaseSync(join(directory, 'test.db'))
    const rows = other.prepare('SELECT name FROM items ORDER BY rowid').all()
    other.close()
    return rows.map((row) => row['name'])
  }

  test('writes of one turn are committed in order in one transaction', async () => {
    const all = ['a', 'b', 'c', 'd']
    expect(await Promise.all(all.map((name) => put(name)))).toEqual(all)
    expect(names()).toEqual(all)
    expect(begun).toBe(1)
  })

  test('no write is answered before other connections can see it', async () => {
    const seen = put('a').then(() => names())
    expect(names()).toEqual([])
    expect(await seen).toEqual(['a'])
  })

  test('a group that takes long is split, and nothing is lost', async () => {
    const slow = (name: string) =>
      writes.write(({ db }) => {
        const until = performance.now() + 3
        while (performance.now() < until);
        db.prepare('INSERT INTO items VALUES (?, 0, NULL)').run(name)
      })
    await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(slow))
    expect(names()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    expect(begun).toBeGreaterThan(1)
  })

  test('a task that throws fails alone', async () => {
    const results = await Promise.allSettled([
      put('a'),
      writes.write(() => {
        throw new TypeError('a bug')
      }),
      put('b'),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(names()).toEqual(['a', 'b'])
  })

  test('a statement that SQLite refuses fails alone', async () => {
    await put('a')
    const results = await Promise.allSettled([put('b'), put('a'), put('c')])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(results[1]).toMatchObject({ reason: { code: 'ERR_STORE_UNAVAILABLE' } })
    expect(names()).toEqual(['a', 'b', 'c'])
  })

  test('a write for which there is no room fails with ERR_STORE_FULL, alone, and what was there stays', async () => {
    await put('before')
    db.exec('PRAGMA max_page_count = 20')
    const results = await Promise.allSettled([put('a'), put('large', 1_000_000), put('b')])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(results[1]).toMatchObject({ reason: { code: 'ERR_STORE_FULL', status: 503 } })
    expect(names()).toEqual(['before', 'a', 'b'])
  })

  test('an urgent write waits for the lock that another process took while room was made', async () => {
    const other = new DatabaseSync(join(directory, 'test.db'))
    const connection = {
      begin: () => db.exec('BEGIN IMMEDIATE'),
      commit: () => db.exec('COMMIT'),
      rollback() {
        if (db.isTransaction) db.exec('ROLLBACK')
      },
      makeRoom() {
        db.exec('PRAGMA max_page_count = 1000')
        other.exec('BEGIN IMMEDIATE')
        setTimeout(() => other.exec('ROLLBACK'), 30)
      },
    }
    const urgent = new GroupCommit(
      () => connection,
      () => undefined,
    )
    db.exec('PRAGMA max_page_count = 20')
    const insert = db.prepare('INSERT INTO items VALUES (?, 0, ?)')
    await urgent
      .write(() => insert.run('large', new Uint8Array(1_000_000)), true)
      .finally(() => other.close())
    expect(names()).toEqual(['large'])
  })

  test('what is committed is answered after its sync; others are committed meanwhile and answered after theirs', async () => {
    const syncs: PromiseWithResolvers<void>[] = []
    const answered: string[] = []
    const disconnects: unknown[] = []
    const connection = {
      begin: () => db.exec('BEGIN IMMEDIATE'),
      commit: () => db.exec('COMMIT'),
      rollback: () => undefined,
      synced() {
        syncs.push(Promise.withResolvers())
        return syncs.at(-1)!.promise
      },
    }
    const slow = new GroupCommit(
      () => connection,
      (isDoubtful) => void disconnects.push(isDoubtful),
    )
    const insert = db.prepare('INSERT INTO items VALUES (?, 0, NULL)')
    const begin = (name: string) =>
      slow
        .write(() => insert.run(name))
        .then(
          () => answered.push(name),
          (error: Error) => answered.push(error.message),
        )
    const first = begin('a')
    await vi.waitFor(() => expect(names()).toEqual(['a']))
    const second = begin('b')
    await vi.waitFor(() => expect(names()).toEqual(['a', 'b']))
    expect([answered, slow.isIdle]).toEqual([[], false])
    syncs[0]!.resolve()
    await first
    expect(answered).toEqual(['a'])
    syncs[1]!.reject(Object.assign(new Error('EIO'), { code: 'SQLITE_IOERR_FSYNC' }))
    await second
    expect(answered[1]).toMatch('may or may not have happened')
    expect(disconnects).toEqual([true])
    await slow.settled()
    expect(slow.isIdle).toBe(true)
  })

  test('settled resolves when what waits has been answered', async () => {
    let isAnswered = false
    void put('a').then(() => (isAnswered = true))
    expect(writes.isIdle).toBe(false)
    await writes.settled()
    expect(isAnswered).toBe(true)
    expect(writes.isIdle).toBe(true)
  })
})
