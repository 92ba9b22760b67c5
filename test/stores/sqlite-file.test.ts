import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { describe, expect, onTestFinished, test, vi } from 'vitest'

import { sqliteStore, type SqliteStoreOptions } from '../../src/stores/sqlite.ts'
import { fields, rows, useFixture } from './sqlite-fixture.ts'

describe('the file of sqliteStore', () => {
  const fixture = useFixture()

  test('nothing is on disk before the first session', async () => {
    const store = fixture.open()
    expect(await store.load('k')).toBeNull()
    expect(await store.update('k', { set: new Map([['a', '1']]) }, fixture.lifetime())).toEqual({
      status: 'gone',
    })
    expect(await store.touch('k', fixture.lifetime())).toBe(false)
    expect(await store.destroy('k', 'logout')).toBeNull()
    await store.close()
    expect(readdirSync(fixture.directory)).toEqual([])
  })

  test('the file and its side files are readable by their owner alone, and git ignores them', async () => {
    await fixture.open().create('k', fields(), fixture.lifetime())
    expect(readdirSync(join(fixture.directory, 'data')).toSorted()).toEqual([
      '.gitignore',
      'sessions.db',
      'sessions.db-shm',
      'sessions.db-spare',
      'sessions.db-wal',
    ])
    for (const name of ['', '-shm', '-spare', '-wal'])
      expect(statSync(fixture.file + name).mode & 0o777).toBe(0o600)
    expect(statSync(join(fixture.directory, 'data')).mode & 0o777).toBe(0o700)
    expect(readFileSync(join(fixture.directory, 'data', '.gitignore'), 'utf8')).toBe('*\n')
  })

  test('a directory that was there gets no .gitignore', async () => {
    mkdirSync(join(fixture.directory, 'data'))
    await fixture.open().create('k', fields(), fixture.lifetime())
    expect(readdirSync(join(fixture.directory, 'data'))).not.toContain('.gitignore')
  })

  test('what destroyed sessions held does not linger in the file', async () => {
    const store = fixture.open()
    const keys = Array.from({ length: 20 }, (_, i) => `k${i}`)
    for (const key of keys)
      await store.create(key, fields({ secret: `find-${key}`.repeat(50) }), fixture.lifetime())
    for (const key of keys) await store.destroy(key, 'logout')
    await store.close()
    const text = readFileSync(fixture.file, 'latin1')
    expect(text).toContain('k19')
    expect(text).not.toContain('find-k')
  })

  test('a file that was removed is made anew by the next write', async () => {
    const store = fixture.open()
    await store.create('old', fields(), fixture.lifetime())
    rmSync(join(fixture.directory, 'data'), { recursive: true })
    expect(await store.create('new', fields(), fixture.lifetime())).toBe(true)
    expect(await store.load('old')).toBeNull()
    expect(rows(fixture.file)).toEqual(['new'])
  })

  test('a file of a newer schema is refused and stays as it is', async () => {
    const first = fixture.open()
    await first.create('k', fields(), fixture.lifetime())
    await first.close()
    pragma(fixture.file, 'user_version = 3')
    const store = fixture.open()
    const refused = { code: 'ERR_STORE_UNAVAILABLE', message: expect.stringContaining('schema 3') as string }
    await expect(store.create('k2', fields(), fixture.lifetime())).rejects.toMatchObject(refused)
    expect(() => store.load('k')).toThrow(expect.objectContaining(refused))
    pragma(fixture.file, 'user_version = 2')
    expect(await store.load('k')).toMatchObject({ meta: 'meta' })
  })

  test('a database of another application is refused and stays as it is', async () => {
    fixture.file = join(fixture.directory, 'app.db')
    const other = new DatabaseSync(fixture.file)
    other.exec('CREATE TABLE sessions (id TEXT)')
    other.close()
    const before = readFileSync(fixture.file)
    const refused = {
      code: 'ERR_STORE_UNAVAILABLE',
      message: expect.stringContaining('another application') as string,
    }
    await expect(fixture.open().create('k', fields(), fixture.lifetime())).rejects.toMatchObject(refused)
    expect(readFileSync(fixture.file).equals(before)).toBe(true)
  })

  test('a file that is no database is refused and stays as it is', async () => {
    fixture.file = join(fixture.directory, 'notes.txt')
    const text = 'these are notes, '.repeat(1000)
    writeFileSync(fixture.file, text)
    const refused = {
      code: 'ERR_STORE_UNAVAILABLE',
      message: expect.stringContaining('not a SQLite database') as string,
    }
    await expect(fixture.open().create('k', fields(), fixture.lifetime())).rejects.toMatchObject(refused)
    expect(readFileSync(fixture.file, 'utf8')).toBe(text)
  })

  test('a file that cannot be opened fails every verb without naming the path, and is tried again', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    onTestFinished(() => void vi.unstubAllEnvs())
    mkdirSync(fixture.file, { recursive: true })
    const store = fixture.open()
    const failed = { code: 'ERR_STORE_UNAVAILABLE', status: 503 }
    const errors = await Promise.all([
      store.create('k', fields(), fixture.lifetime()).catch((error: unknown) => error),
      store.update('k', {}, fixture.lifetime()).catch((error: unknown) => error),
      store.touch('k', fixture.lifetime()).catch((error: unknown) => error),
      store.destroy('k', 'logout').catch((error: unknown) => error),
    ])
    for (const error of errors) {
      expect(error).toMatchObject(failed)
      expect(`${String(error)} ${String((error as Error).cause)}`).not.toContain(fixture.directory)
    }
    expect(() => store.load('k')).toThrow(expect.objectContaining(failed))
    rmSync(fixture.file, { recursive: true })
    expect(await store.create('k', fields(), fixture.lifetime())).toBe(true)
  })

  test('who may not set room aside beside the file can write all the same, again and again', async () => {
    const store = fixture.open()
    mkdirSync(`${fixture.file}-spare`, { recursive: true })
    for (const key of ['a', 'b', 'c'])
      expect(await store.create(key, fields(), fixture.lifetime())).toBe(true)
    expect(await store.index.add('list', { key: 'a', createdAt: 1, until: Date.now() + 60_000 })).toBe(1)
  })

  test('two stores on the same file have the same identity', () => {
    expect(fixture.open().identity).toBe(fixture.open().identity)
    expect(fixture.open().identity).toBe(`sqlite ${fixture.file}`)
  })

  test('a runtime without node:sqlite is refused at construction, and told what to do', () => {
    const url = new URL('../../src/stores/sqlite.ts', import.meta.url).href
    const program = `const { sqliteStore } = await import(${JSON.stringify(url)})
      try { sqliteStore() } catch (error) { console.log(error.code, error.message) }`
    const args = ['--no-experimental-sqlite', '--input-type=module', '--eval', program]
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    expect(stdout).toMatch(/^ERR_OPTION_INVALID .*Node 22\.13 or later.*redisStore/)
  })

  test.for<[string, SqliteStoreOptions]>([
    ['an empty file name', { file: '' }],
    ['a database in memory', { file: ':memory:' }],
    ['an unknown durability', { durability: 'none' as 'disk' }],
    ['a sweep interval of 0', { sweepInterval: 0 }],
    ['a clock that is no function', { now: 1 as unknown as () => number }],
  ])('%s is refused at construction', ([, options]) => {
    expect(() => sqliteStore(options)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  })
})

function pragma(file: string, assignment: string): void {
  const db = new DatabaseSync(file)
  db.exec(`PRAGMA ${assignment}`)
  db.close()
}
