/** What lies in the places of files that sqliteStore makes. */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { fields, useFixture } from './sqlite-fixture.ts'

describe('sqliteStore', () => {
  const fixture = useFixture()
  const other = (): string => join(fixture.directory, 'other')
  const create = (key = 'k'): Promise<boolean> => fixture.open().create(key, fields(), fixture.lifetime())

  test.for(['data/real.db', 'elsewhere/deep/real.db'])(
    'makes the file behind a symbolic link to %s, with all that belongs to it, for its owner alone',
    async (target) => {
      const real = join(fixture.directory, target)
      mkdirSync(dirname(fixture.file))
      symlinkSync(join('..', target), fixture.file)
      expect(await create()).toBe(true)
      for (const suffix of ['', '-wal', '-shm', '-spare'])
        expect(statSync(real + suffix).mode & 0o777).toBe(0o600)
      expect(readdirSync(dirname(fixture.file)).filter((name) => name.startsWith('sessions.db-'))).toEqual([])
      expect(lstatSync(fixture.file).isSymbolicLink()).toBe(true)
      expect(await fixture.open().load('k')).toMatchObject({ meta: 'meta' })
    },
  )

  test('makes the file in a directory behind a symbolic link for its owner alone', async () => {
    mkdirSync(other())
    symlinkSync('other', dirname(fixture.file))
    expect(await create()).toBe(true)
    expect(statSync(join(other(), 'sessions.db')).mode & 0o777).toBe(0o600)
  })

  const links = { 'a symbolic link': symlinkSync, 'a hard link': linkSync }
  test.for(Object.entries(links))('replaces %s in the place of the spare room', async ([, link]) => {
    mkdirSync(dirname(fixture.file))
    writeFileSync(other(), 'of another')
    link(other(), `${fixture.file}-spare`)
    expect(await create()).toBe(true)
    expect(readFileSync(other(), 'utf8')).toBe('of another')
    expect(lstatSync(`${fixture.file}-spare`)).toMatchObject({ nlink: 1, size: 2 ** 20 })
    expect(lstatSync(`${fixture.file}-spare`).isFile()).toBe(true)
  })

  test('replaces a file of the right size that has another name too', async () => {
    mkdirSync(dirname(fixture.file))
    writeFileSync(other(), new Uint8Array(2 ** 20))
    symlinkSync(other(), `${fixture.file}-spare`)
    expect(await create()).toBe(true)
    expect(lstatSync(`${fixture.file}-spare`).isFile()).toBe(true)
  })

  const besides = ['-wal', '-shm', '-journal'].flatMap((suffix) =>
    Object.entries(links).map(([name, link]) => [suffix, name, link] as const),
  )
  test.for(besides)('refuses to write to %s through %s', async ([suffix, , link]) => {
    mkdirSync(dirname(fixture.file))
    writeFileSync(other(), '')
    link(other(), fixture.file + suffix)
    await expect(create()).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      message: expect.stringMatching(`has beside it, as ${suffix}, a link`) as string,
    })
    expect(readFileSync(other(), 'utf8')).toBe('')
  })

  test.for(['-spare', '-wal', '-shm', '-journal', ''])(
    'does not wait for a pipe in the place of sessions.db%s',
    async (suffix) => {
      mkdirSync(dirname(fixture.file))
      expect(spawnSync('mkfifo', [fixture.file + suffix]).status).toBe(0)
      const url = new URL('../../src/stores/sqlite.ts', import.meta.url).href
      const program = `const { sqliteStore } = await import(${JSON.stringify(url)})
        const lifetime = { idle: 1000, absoluteAt: Infinity }
        const created = sqliteStore({ file: ${JSON.stringify(fixture.file)} }).create('k', { meta: '', fields: new Map() }, lifetime)
        console.log(await created.catch((error) => error.code))`
      const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
        timeout: 30_000,
      })
      const [said] = (await once(child.stdout, 'data')) as [Buffer]
      expect(String(said).trim()).toBe(suffix === '-spare' ? 'true' : 'ERR_STORE_UNAVAILABLE')
    },
  )

  test('leaves a .gitignore that is there as it is, link or not', async () => {
    mkdirSync(dirname(fixture.file))
    writeFileSync(other(), 'of another')
    symlinkSync(other(), join(dirname(fixture.file), '.gitignore'))
    expect(await create()).toBe(true)
    expect(readFileSync(other(), 'utf8')).toBe('of another')
  })
})
