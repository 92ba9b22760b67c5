import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { describe, expect, onTestFinished, test, vi } from 'vitest'

import { sqliteStore, type SqliteStoreOptions } from '../../src/stores/sqlite.ts'
import { fields, rows, usePlace } from './sqlite-place.ts'

describe('the file of sqliteStore', () => {
  const place = usePlace()

  test('nothing is on disk before the first session', async () => {
    const store = place.open()
    expect(await store.load('k')).toBeNull()
    expect(await store.update('k', { set: new Map([['a', '1']]) }, place.lifetime())).toEqual({
      status: 'gone',
    })
    expect(await store.touch('k', place.lifetime())).toBe(false)
    expect(await store.destroy('k', 'logout')).toBeNull()
    await store.close()
    expect(readdirSync(place.directory)).toEqual([])
  })

  test('the file and its side files are readable by their owner alone, and git ignores them', async () => {
    await place.open().create('k', fields(), place.lifetime())
    expect(readdirSync(join(place.directory, 'data')).toSorted()).toEqual([
      '.gitignore',
      'sessions.db',
      'sessions.db-shm',
      'sessions.db-spare',
      'sessions.db-wal',
    ])
    for (const name of ['', '-shm', '-spare', '-wal'])
      expect(statSync(place.file + name).mode & 0o777).toBe(0o600)
    expect(statSync(join(place.directory, 'data')).mode & 0o777).toBe(0o700)
    expect(readFileSync(join(place.directory, 'data', '.gitignore'), 'utf8')).toBe('*\n')
  })

  test('a directory that was there gets no .gitignore', async () => {
    mkdirSync(join(place.directory, 'data'))
    await place.open().create('k', fields(), place.lifetime())
    expect(readdirSync(join(place.directory, 'data'))).not.toContain('.gitignore')
  })

  test('what destroyed sessions held does not linger in the file', async () => {
    const store = place.open()
    const keys = Array.from({ length: 20 }, (_, i) => `k${i}`)
    for (const key of keys)
      await store.create(key, fields({ secret: `find-${key}`.repeat(50) }), place.lifetime())
    for (const key of keys) await store.destroy(key, 'logout')
    await store.close()
    const text = readFileSync(place.file, 'latin1')
    expect(text).toContain('k19')
    expect(text).not.toContain('find-k')
  })

  test('a file that was removed is made anew by the next write', async () => {
    const store = place.open()
    await store.create('old', fields(), place.lifetime())
    rmSync(join(place.directory, 'data'), { recursive: true })
    expect(await store.create('new', fields(), place.lifetime())).toBe(true)
    expect(await store.load('old')).toBeNull()
    expect(rows(place.file)).toEqual(['new'])
  })

  test('a file of a newer schema is refused and stays as it is', async () => {
    const first = place.open()
    await first.create('k', fields(), place.lifetime())
    await first.close()
    pragma(place.file, 'user_version = 3')
    const store = place.open()
    const refused = { code: 'ERR_STORE_UNAVAILABLE', message: expect.stringContaining('schema 3') as string }
    await expect(store.create('k2', fields(), place.lifetime())).rejects.toMatchObject(refused)
    expect(() => store.load('k')).toThrow(expect.objectContaining(refused))
    pragma(place.file, 'user_version = 2')
    expect(await store.load('k')).toMatchObject({ meta: 'meta' })
  })

  test('a database of another application is refused and stays as it is', async () => {
    place.file = join(place.directory, 'app.db')
    const other = new DatabaseSync(place.file)
    other.exec('CREATE TABLE sessions (id TEXT)')
    other.close()
    const before = readFileSync(place.file)
    const refused = {
      code: 'ERR_STORE_UNAVAILABLE',
      message: expect.stringContaining('another application') as string,
    }
    await expect(place.open().create('k', fields(), place.lifetime())).rejects.toMatchObject(refused)
    expect(readFileSync(place.file).equals(before)).toBe(true)
  })

  test('a file that is no database is refused and stays as it is', async () => {
    place.file = join(place.directory, 'notes.txt')
    const text = 'these are notes, '.repeat(1000)
    writeFileSync(place.file, text)
    const refused = {
      code: 'ERR_STORE_UNAVAILABLE',
      message: expect.stringContaining('not a SQLite database') as string,
    }
    await expect(place.open().create('k', fields(), place.lifetime())).rejects.toMatchObject(refused)
    expect(readFileSync(place.file, 'utf8')).toBe(text)
  })

  test('a file that cannot be opened fails every verb without naming the path, and is tried again', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    onTestFinished(() => void vi.unstubAllEnvs())
    mkdirSync(place.file, { recursive: true })
    const store = place.open()
    const failed = { code: 'ERR_STORE_UNAVAILABLE', status: 503 }
    const errors = await Promise.all([
      store.create('k', fields(), place.lifetime()).catch((error: unknown) => error),
      store.update('k', {}, place.lifetime()).catch((error: unknown) => error),
      store.touch('k', place.lifetime()).catch((error: unknown) => error),
      store.destroy('k', 'logout').catch((error: unknown) => error),
    ])
    for (const error of errors) {
      expect(error).toMatchObject(failed)
      expect(`${String(error)} ${String((error as Error).cause)}`).not.toContain(place.directory)
    }
    expect(() => store.load('k')).toThrow(expect.objectContaining(failed))
    rmSync(place.file, { recursive: true })
    expect(await store.create('k', fields(), place.lifetime())).toBe(true)
  })

  test('who may not set room aside beside the file can write all the same, again and again', async () => {
    const store = place.open()
    mkdirSync(`${place.file}-spare`, { recursive: true })
    for (const key of ['a', 'b', 'c']) expect(await store.create(key, fields(), place.lifetime())).toBe(true)
    expect(await store.index.add('list', { key: 'a', createdAt: 1, until: Date.now() + 60_000 })).toBe(1)
  })

  test('two stores on the same file have the same identity', () => {
    expect(place.open().identity).toBe(place.open().identity)
    expect(place.open().identity).toBe(`sqlite ${place.file}`)
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
