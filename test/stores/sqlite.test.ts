import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'

import { afterAll, describe, expect, test, vi } from 'vitest'

import { sqliteStore } from '../../src/stores/sqlite.ts'
import { manualClock, testStore } from '../../src/testing.ts'
import { startChild } from './sqlite-child.ts'
import { fields, rows, useFixture } from './sqlite-fixture.ts'

const HOUR = 3_600_000
const REMAINS_FOR = 300_000

describe('sqliteStore conforms, with two stores in one process', () => {
  testStore({ describe, test }, () => {
    const { now, advance } = manualClock()
    const directory = mkdtempSync(join(tmpdir(), 'sojourn-sqlite-'))
    const open = () => sqliteStore({ file: join(directory, 'sessions.db'), now })
    const [store, other] = [open(), open()]
    return {
      store,
      advance,
      second: () => other,
      // A directory is no file that could be opened.
      unreachable: () => sqliteStore({ file: directory, now }),
      async close() {
        await Promise.all([store.close(), other.close()])
        rmSync(directory, { recursive: true })
      },
    }
  })
})

describe('sqliteStore conforms, with two other processes on one file', () => {
  const [one, two] = [startChild(), startChild()]
  afterAll(() => Promise.all([one.kill(), two.kill()]))

  testStore({ describe, test }, () => {
    const { now, advance } = manualClock()
    const directory = mkdtempSync(join(tmpdir(), 'sojourn-sqlite-'))
    const file = join(directory, 'sessions.db')
    const [store, other] = [one.store(file, now), two.store(file, now)]
    return {
      store,
      advance,
      second: () => other,
      async close() {
        await Promise.all([store.close?.(), other.close?.()])
        rmSync(directory, { recursive: true })
      },
    }
  })
})

describe('sqliteStore', () => {
  const fixture = useFixture()

  test('every write that was acknowledged is there after SIGKILL', async () => {
    const child = startChild()
    const acknowledged: string[] = []
    child.flood(fixture.file, (key) => acknowledged.push(key))
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(500), 15_000)
    await child.kill()
    const store = fixture.open()
    const missing = acknowledged.filter((key) => !store.load(key))
    expect(missing).toEqual([])
    expect(check(fixture.file)).toBe('ok')
  })

  test('what was written is there after the store was closed and opened again', async () => {
    const store = fixture.open()
    await store.create('k', fields(), fixture.lifetime())
    await store.close()
    expect(await store.load('k')).toMatchObject({ meta: 'meta' })
    await store.close()
    expect(await fixture.open().load('k')).toMatchObject({ meta: 'meta' })
  })

  test('closing finishes the writes that wait', async () => {
    const store = fixture.open()
    const created = store.create('k', fields(), fixture.lifetime())
    await store.close()
    expect(await created).toBe(true)
    expect(await fixture.open().load('k')).not.toBeNull()
  })

  test('an update that follows a creation in the same turn finds the record', async () => {
    const store = fixture.open()
    const created = store.create('k', fields(), fixture.lifetime())
    const updated = store.update('k', { set: new Map([['b', '2']]) }, fixture.lifetime())
    expect(await created).toBe(true)
    expect(await updated).toMatchObject({ status: 'ok' })
  })

  test('a change is what it was when it was handed over', async () => {
    const store = fixture.open()
    await store.create('k', fields(), fixture.lifetime())
    const set = new Map([['a', '2']])
    const updated = store.update('k', { set }, fixture.lifetime())
    set.set('a', 'later').set('b', 'later')
    await updated
    expect(await store.load('k')).toMatchObject({ fields: new Map([['a', '2']]) })
  })

  test('64 writes at once share a transaction', async () => {
    const store = fixture.open()
    await store.create('first', fields(), fixture.lifetime())
    const before = commits(fixture.file)
    await Promise.all(
      Array.from({ length: 64 }, (_, i) => store.create(`k${i}`, fields(), fixture.lifetime())),
    )
    expect(commits(fixture.file) - before).toBeLessThan(16)
  })

  test('a burst of writes leaves turns of the event loop to others', async () => {
    const store = fixture.open()
    let turns = 0
    let isDone = false
    const others = (async () => {
      for (; !isDone; turns++) await turn()
    })()
    const large = fields({ a: 'x'.repeat(16_384) })
    await Promise.all(
      Array.from({ length: 2000 }, (_, i) => store.create(`k${i}`, large, fixture.lifetime())),
    )
    isDone = true
    await others
    expect(turns).toBeGreaterThan(5)
  })

  test('a write waits for the lock of another process, and the event loop goes on', async () => {
    const store = fixture.open()
    await store.create('k', fields(), fixture.lifetime())
    const other = new DatabaseSync(fixture.file)
    other.exec('BEGIN IMMEDIATE')
    let isDone = false
    const updated = store
      .update('k', { set: new Map([['a', '2']]) }, fixture.lifetime())
      .finally(() => (isDone = true))
    await sleep(150)
    expect(isDone).toBe(false)
    expect(await store.load('k')).toMatchObject({ fields: new Map([['a', '1']]) })
    other.exec('COMMIT')
    other.close()
    expect(await updated).toMatchObject({ status: 'ok' })
  })

  test('a write that gets no lock for five seconds fails, and later ones work', async () => {
    const store = fixture.open()
    await store.create('k', fields(), fixture.lifetime())
    const other = new DatabaseSync(fixture.file)
    other.exec('BEGIN IMMEDIATE')
    await expect(store.touch('k', fixture.lifetime())).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
    })
    other.exec('COMMIT')
    other.close()
    expect(await store.touch('k', fixture.lifetime())).toBe(true)
  })

  test('the reason of an ended session is told for five minutes, and its key is free after that', async () => {
    const store = fixture.open()
    const ends = { destroyed: 'revoked', idle: 'idle', absolute: 'absolute' } as const
    await store.create('destroyed', fields(), fixture.lifetime(60_000))
    await store.create('idle', fields(), fixture.lifetime(60_000))
    await store.create('absolute', fields(), fixture.lifetime(HOUR, 60_000))
    fixture.clock.advance(60_000 - 1)
    await store.destroy('destroyed', 'revoked')
    await store.destroy('destroyed', 'logout')
    fixture.clock.advance(1)
    for (const [key, ended] of Object.entries(ends)) {
      expect(await store.load(key)).toEqual({ ended })
      expect(await store.update(key, {}, fixture.lifetime())).toEqual({ status: 'gone', ended })
      expect(await store.create(key, fields(), fixture.lifetime())).toBe(false)
    }
    fixture.clock.advance(REMAINS_FOR)
    for (const key of Object.keys(ends)) {
      expect(await store.load(key)).toBeNull()
      expect(await store.create(key, fields(), fixture.lifetime())).toBe(true)
      expect(await store.load(key)).toMatchObject({ meta: 'meta' })
    }
  })

  test('a clock that goes back does not revive a destroyed session', async () => {
    const store = fixture.open()
    await store.create('k', fields(), fixture.lifetime())
    await store.destroy('k', 'logout')
    fixture.clock.advance(-HOUR)
    expect(await store.load('k')).toEqual({ ended: 'logout' })
    expect(await store.touch('k', fixture.lifetime())).toBe(false)
    expect(await store.update('k', {}, fixture.lifetime())).toEqual({ status: 'gone', ended: 'logout' })
  })

  test('what is over is swept, a little at a time, and what lives is not', async () => {
    const store = fixture.open({ sweepInterval: 10 })
    const keys = Array.from({ length: 500 }, (_, i) => `k${i}`)
    await Promise.all(keys.map((key) => store.create(key, fields(), fixture.lifetime(60_000))))
    await store.create('alive', fields(), fixture.lifetime())
    fixture.clock.advance(60_000 + REMAINS_FOR)
    await vi.waitFor(() => expect(rows(fixture.file)).toEqual(['alive']), 10_000)
    expect(await store.load('alive')).not.toBeNull()
  })

  test('a part too long for the format fails that write alone', async () => {
    const store = fixture.open()
    const large = fields({ a: 'x'.repeat(2 ** 24) })
    const [refused, fine] = await Promise.allSettled([
      store.create('large', large, fixture.lifetime()),
      store.create('small', fields(), fixture.lifetime()),
    ])
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'ERR_RECORD_TOO_LARGE' } })
    expect(fine).toEqual({ status: 'fulfilled', value: true })
  })
})

/** How many transactions the WAL holds: the frames that end one name the size of the database. */
function commits(file: string): number {
  const wal = readFileSync(`${file}-wal`)
  const frame = 24 + wal.readUInt32BE(8)
  let count = 0
  for (let at = 32; at + frame <= wal.length; at += frame) {
    const isOfThisRound = wal.compare(wal, 16, 24, at + 8, at + 16) === 0
    if (isOfThisRound && wal.readUInt32BE(at + 4) > 0) count++
  }
  return count
}

function check(file: string): unknown {
  const db = new DatabaseSync(file)
  const answer = db.prepare('PRAGMA integrity_check').get()
  db.close()
  return answer?.['integrity_check']
}
