import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { fileSystemFinding } from '../../src/doctor/file-system.ts'
import { sqliteStore, type SqliteStore, type SqliteStoreOptions } from '../../src/stores/sqlite.ts'
import { examine, SECRET } from './diagnose/examine.ts'
import { lifetime, record } from './redis/fixture.ts'

function newFile(folder = tmpdir()): string {
  const directory = mkdtempSync(join(folder, `${SECRET}-`))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'sessions.db')
}

function open(options: SqliteStoreOptions): SqliteStore {
  const store = sqliteStore(options)
  onTestFinished(() => store.close())
  return store
}

async function filled(file: string, count: number): Promise<SqliteStore> {
  const store = open({ file })
  const life = await lifetime(store)
  const values = { a: 'x'.repeat(2_000) }
  await Promise.all(Array.from({ length: count }, (_, i) => store.create(`k${i}`, record(values), life)))
  return store
}

test('with a file as the store makes it, nothing is wrong', async () => {
  const store = await filled(newFile(), 3)
  const { at } = await examine(store)
  expect(at('serious')).toEqual([])
  expect(at('ok')).toEqual(
    expect.arrayContaining([
      'atomicity',
      'durability',
      'lists',
      'fsync',
      'file-mode',
      'integrity',
      'probe',
      'round-trip',
    ]),
  )
})

test('what the doctor wrote goes by itself within minutes, and what was there is there', async () => {
  const file = newFile()
  const store = await filled(file, 3)
  await examine(store)
  expect(await store.load('k1')).toMatchObject({ meta: 'meta' })
  await store.close()
  const db = new DatabaseSync(file, { readOnly: true })
  const rows = db.prepare('SELECT key, ends_at FROM sessions').all() as { key: string; ends_at: number }[]
  db.close()
  const left = rows.filter(({ key }) => !/^k\d$/.test(key))
  expect(rows.length - left.length).toBe(3)
  expect(left.filter(({ ends_at }) => ends_at > Date.now() + 300_000)).toEqual([])
})

test('before the first session, there is no file to look at, and a quick look makes none', async () => {
  const file = newFile()
  const { levels } = await examine(open({ file }), { thorough: false })
  expect(levels).toMatchObject({ fsync: 'ok' })
  expect(levels['file-mode']).toBeUndefined()
  expect(statSync(file, { throwIfNoEntry: false })).toBeUndefined()
})

test("durability: 'process' is a warning", async () => {
  const { of } = await examine(open({ file: newFile(), durability: 'process' }))
  expect(of('fsync')).toMatchObject({ level: 'warning' })
  expect(of('fsync').text).toContain("durability: 'process'")
})

test.for([
  [0o600, 'ok'],
  [0o640, 'warning'],
  [0o644, 'serious'],
  [0o602, 'serious'],
] as const)('a file of mode %o: %s', async ([mode, level]) => {
  const file = newFile()
  const store = await filled(file, 1)
  chmodSync(file, mode)
  expect((await examine(store)).levels).toMatchObject({ 'file-mode': level })
})

test('a damaged file is found, unless only a quick look was asked for', async () => {
  const file = newFile()
  const store = await filled(file, 200)
  await store.close()
  truncateSync(file, statSync(file).size - 40_000)
  const quick = await examine(open({ file }), { thorough: false })
  expect(quick.levels.integrity).toBeUndefined()
  const { of } = await examine(open({ file }))
  expect(of('integrity')).toMatchObject({ level: 'serious' })
})

test('what is no database is found', async () => {
  const file = newFile()
  writeFileSync(file, 'x'.repeat(10_000), { mode: 0o600 })
  const { levels } = await examine(open({ file }))
  expect(levels).toMatchObject({ integrity: 'serious', probe: 'serious' })
})

test('a file that another process has locked is no damaged one', async () => {
  const file = newFile()
  const store = await filled(file, 1)
  await store.close()
  const other = new DatabaseSync(file)
  onTestFinished(() => other.close())
  other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  const { levels } = await examine(open({ file }), { timeout: '300ms' })
  expect(levels).toMatchObject({ integrity: 'unknown' })
})

test.skipIf(process.platform === 'win32')(
  'a file that this user may not open is no damaged one',
  async () => {
    const file = newFile()
    const store = await filled(file, 1)
    await store.close()
    chmodSync(dirname(file), 0o755)
    chmodSync(file, 0)
    const [doctor, sqlite] = ['doctor.ts', 'stores/sqlite.ts'].map((name) =>
      JSON.stringify(new URL(`../../src/${name}`, import.meta.url)),
    )
    const program = `const { diagnose } = await import(${doctor}), { sqliteStore } = await import(${sqlite})
    if (process.getuid() === 0) process.setuid(65534)
    const findings = await diagnose(sqliteStore({ file: ${JSON.stringify(file)} }), { reads: 1 })
    console.log(findings.find(({ code }) => code === 'integrity').level)`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
    })
    expect(stdout).toBe('unknown\n')
  },
)

test('a file in memory is found, where there is such a place', async () => {
  const isThere =
    process.platform === 'linux' && statSync('/dev/shm', { throwIfNoEntry: false }) !== undefined
  const { levels } = await examine(open({ file: newFile(isThere ? '/dev/shm' : tmpdir()) }))
  expect(['serious', 'unknown']).toContain(isThere ? levels['file-system'] : 'unknown')
})

test.for([
  [0x6969, 'linux', 'serious'],
  [-11_317_950, 'linux', 'serious'], // CIFS, with a sign
  [0x01021994, 'linux', 'serious'],
  [0x794c7630, 'linux', 'warning'],
  [0x65735546, 'linux', 'unknown'],
  [0xef53, 'linux', 'ok'],
  [0x6969, 'darwin', 'unknown'],
  [null, 'linux', 'unknown'],
] as const)('a file system of type %s on %s: %s', ([type, platform, level]) => {
  expect(fileSystemFinding(type, platform)).toMatchObject({ code: 'file-system', level })
})
