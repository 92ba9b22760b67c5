/** Something is wrong with the file. */

import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { sqliteStore } from '../../src/stores/sqlite.ts'
import { visitor } from '../support/visitor.ts'
import { ask, askAfter, guestsOf, report, type Row } from './embedded/row.ts'
import { startSite, type Site } from './embedded/site.ts'

const PAGE = 4096
const WORKS = {
  read: 'works',
  write: 'works',
  signIn: 'works',
  signOut: 'works',
  says: 'nothing',
  after: 'as before',
}
const FAILS = { read: '503', write: '503', signIn: '503', signOut: '503' }
const NOT_WRITTEN = '`UNAVAILABLE` may not be written, or one beside it (-wal, -shm), or their directory'
const DAMAGED = '`UNAVAILABLE` is damaged'
const NOT_A_DATABASE = '`UNAVAILABLE` is not a SQLite database, or its beginning is damaged'
const NEWER = '`UNAVAILABLE` has schema 3, and this version of sojourn knows schema 2'
const SIGNED_OUT = {
  read: 'anonymous',
  write: 'anonymous',
  signIn: 'works',
  signOut: 'works',
  says: 'nothing',
  after: 'signed out',
}
/** Root may write everywhere, unless it renounces that. */
const BY = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : []

/** One fault: what is done while nobody has the file open, and what the operator does about it. */
interface Course {
  begin: (file: string) => unknown
  end?: (file: string) => unknown
  /** The application is killed before, so that nothing is tidied up. */
  isKilled?: boolean
  /** The application is stopped for the remedy. */
  isStopped?: boolean
}

describe('the file', () => {
  let directory: string
  let file: string
  let site: Site
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'sojourn-file-'))
    file = join(directory, 'sessions.db')
    site = await startSite(file, BY)
  })
  afterEach(async () => {
    await site.kill()
    chmodSync(directory, 0o700)
    rmSync(directory, { recursive: true })
  })

  const movedAway = { isStopped: true, end: moveAway }

  test.for<[string, Row, Course]>([
    [
      'the file may not be written',
      { ...FAILS, read: 'works', says: NOT_WRITTEN, after: 'as before' },
      { begin: (file) => chmodSync(file, 0o400), end: allow },
    ],
    [
      'its directory may not be written',
      { ...FAILS, says: NOT_WRITTEN, after: 'as before' },
      { begin: (file) => chmodSync(dirname(file), 0o500), end: (file) => chmodSync(dirname(file), 0o700) },
    ],
    [
      'the first page is damaged',
      { ...FAILS, says: NOT_A_DATABASE, after: 'signed out' },
      { begin: (file) => flip(file, 0, 100), ...movedAway },
    ],
    [
      'a page is damaged, for those on it',
      { ...FAILS, signIn: 'works', says: DAMAGED, after: 'signed out' },
      { begin: (file) => flipPagesWith(file, ['reader', 'writer', 'leaver']), ...movedAway },
    ],
    ['a page is damaged, for the others', WORKS, { begin: (file) => flipPagesWith(file, ['other10']) }],
    [
      'its end is missing',
      { ...FAILS, says: DAMAGED, after: 'signed out' },
      { begin: (file) => truncateSync(file, 2 * PAGE), ...movedAway },
    ],
    [
      'it is not a database',
      { ...FAILS, says: NOT_A_DATABASE, after: 'signed out' },
      { begin: (file) => writeFileSync(file, 'notes, '.repeat(1000)), ...movedAway },
    ],
    ['it is empty', SIGNED_OUT, { begin: (file) => truncateSync(file, 0) }],
    [
      'it is of an older version',
      WORKS,
      { begin: (file) => sql(file, 'DROP TABLE entries; PRAGMA user_version = 1') },
    ],
    [
      'it is of a newer version',
      { ...FAILS, says: NEWER, after: 'as before' },
      {
        begin: (file) => sql(file, 'PRAGMA user_version = 3'),
        end: (file) => sql(file, 'PRAGMA user_version = 2'),
      },
    ],
    ['`-wal` is there, and `-shm` is not', WORKS, { isKilled: true, begin: (file) => rmSync(`${file}-shm`) }],
  ])('%s', async ([name, expected, { begin, end, isKilled = false, isStopped = false }]) => {
    const guests = await guestsOf(site)
    // So that they are not all on one page.
    for (let count = 0; count < 20; count++) await site.signedIn(`other${count}`)
    await (isKilled ? site.kill() : site.close())
    begin(file)
    site = await startSite(file, BY)
    const during = await ask(site, guests)
    // Whoever reads opens the file again, as it is now.
    await visitor(site.url, guests.reader.cookie).get('/read')
    if (isStopped) await site.kill()
    end?.(file)
    if (isStopped) site = await startSite(file, BY)
    const seen = { ...during, after: await askAfter(site, guests, during) }
    expect(seen).toEqual(expected)
    report(name, expected, seen)
  })

  test('it is removed while it is open', async () => {
    const guests = await guestsOf(site)
    rmSync(file)
    await vi.waitFor(async () => {
      const answer = await visitor(site.url, guests.reader.cookie).get('/read')
      expect(await answer.text()).toBe('')
    })
    const during = await ask(site, guests)
    const seen = { ...during, after: await askAfter(site, guests, during) }
    expect(seen).toEqual(SIGNED_OUT)
    report('it is removed while it is open', SIGNED_OUT, seen)
  })

  test('`-wal` and `-shm` are removed while it is open', async () => {
    const guests = await guestsOf(site)
    rmSync(`${file}-wal`)
    rmSync(`${file}-shm`)
    const during = await ask(site, guests)
    await site.kill()
    site = await startSite(file, BY)
    const seen = { ...during, after: await askAfter(site, guests, during) }
    expect(seen).toEqual(WORKS)
    report('`-wal` and `-shm` are removed while it is open', WORKS, seen)
  })

  test('damage in -wal takes what was written after it, and nothing from before', async () => {
    const [original, copy] = [join(directory, 'original.db'), join(directory, 'copy.db')]
    const store = sqliteStore({ file: original })
    const lifetime = { idle: 3_600_000, absoluteAt: Date.now() + 3_600_000 }
    const create = (key: string) => store.create(key, { meta: '', fields: new Map() }, lifetime)
    for (const key of ['a', 'b', 'c']) await create(key)
    const { size } = statSync(`${original}-wal`)
    for (const key of ['d', 'e', 'f']) await create(key)
    for (const side of ['', '-wal']) copyFileSync(original + side, copy + side)
    await store.close()
    flip(`${copy}-wal`, size, size + 100)
    const after = sqliteStore({ file: copy })
    const found = ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => after.load(key))
    await after.close()
    expect(found.map((record) => record !== null)).toEqual([true, true, true, false, false, false])
  })
})

/** What SQLite made beside it has the same mode. */
function allow(file: string): void {
  for (const side of ['', '-wal', '-shm']) chmodSync(file + side, 0o600)
}

function moveAway(file: string): void {
  for (const side of ['', '-wal', '-shm', '-spare']) rmSync(file + side, { force: true })
}

function sql(file: string, statements: string): void {
  const db = new DatabaseSync(file)
  db.exec(statements)
  db.close()
}

/** Turns over every bit from one byte to another. */
function flip(file: string, from: number, to: number): void {
  const bytes = readFileSync(file)
  for (let at = from; at < to; at++) bytes[at]! ^= 0xff
  writeFileSync(file, bytes)
}

/** Damages the pages that hold the sessions of these users. */
function flipPagesWith(file: string, users: readonly string[]): void {
  const pages = new Set(users.map((user) => Math.floor(readFileSync(file).indexOf(`"${user}`) / PAGE)))
  for (const page of pages) flip(file, page * PAGE, page * PAGE + 100)
}
