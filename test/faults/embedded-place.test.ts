/** The file is in a place where none can be. */

import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { findStrace } from '../../scripts/tools.mjs'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import { visitor } from '../support/visitor.ts'
import { ask, guestsOf, report } from './embedded/row.ts'
import { startSite } from './embedded/site.ts'
import { mounting } from './embedded/small-disk.ts'

const READ_ONLY =
  /^ERR_STORE_UNAVAILABLE .* its file is on a read-only file system, as everywhere on Vercel and AWS Lambda.*redisStore\(client\)/
const FAILS = { read: '503', write: '503', signIn: '503', signOut: '503' }
const lifetime = { idle: 1000, absoluteAt: Infinity }
const strace = (...injections: string[]): string[] => [
  findStrace() ?? 'strace',
  '-D',
  '-f',
  '-o',
  '/dev/null',
  ...injections.flatMap((injection) => ['-e', `inject=${injection}`]),
]

describe('the place of the file', () => {
  let directory: string
  beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'sojourn-place-'))))
  afterEach(() => {
    chmodSync(directory, 0o700)
    rmSync(directory, { recursive: true })
  })

  /** What a visitor is told who signs in. */
  async function told(file: string, by: readonly string[]): Promise<string> {
    const site = await startSite(file, by)
    onTestFinished(() => site.kill())
    const response = await visitor(site.url).get('/sign-in?user=ann')
    const text = await response.text()
    expect(response.status, text).toBe(503)
    expect(text).not.toContain(directory)
    return text
  }

  test('is told to be read-only, and what to use instead, if nothing was made there yet', async () => {
    const by = mounting('ro', directory) ?? readOnlyBy('mkdir,access')
    expect(await told(join(directory, 'app', '.sojourn', 'sessions.db'), by)).toMatch(READ_ONLY)
  })

  test('is told to be read-only if the file is there', async () => {
    const file = join(directory, 'sessions.db')
    const site = await startSite(file)
    const guests = await guestsOf(site)
    await site.close()
    const bound = mounting('ro', directory) ? bindReadOnly() : undefined
    const during = await startSite(file, bound ?? readOnlyBy('openat,access'))
    onTestFinished(() => during.kill())
    const seen = { ...(await ask(during, guests)), after: 'as before' }
    const says =
      '`UNAVAILABLE` is on a read-only file system, as everywhere on Vercel and AWS Lambda, and in some containers'
    const expected = { ...FAILS, says, after: 'as before' }
    expect(seen).toEqual(expected)
    report('the file system is read-only', expected, seen)
  })

  /** The directory as it is, seen through a mount that cannot be written. */
  function bindReadOnly(): string[] {
    const script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    return ['unshare', '-m', 'sh', '-c', script, directory]
  }

  /** Where nothing may be mounted, the system says so all the same. */
  function readOnlyBy(calls: string): string[] {
    return [...strace(`${calls}:error=EROFS`), '-P', directory]
  }

  test('is told to be without rights, to a user who has none', async () => {
    chmodSync(directory, 0o755)
    mkdirSync(join(directory, 'app'))
    const asOther =
      process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
    if (asOther.length === 0) chmodSync(join(directory, 'app'), 0o500)
    expect(await told(join(directory, 'app', '.sojourn', 'sessions.db'), asOther)).toMatch(
      /may not be written, or one beside it .* or their directory/,
    )
  })

  test('is told to be without locks, as some network file systems are', async () => {
    const file = join(directory, 'sessions.db')
    const locks = [...strace('fcntl:error=EOPNOTSUPP:when=3+'), '-P', `${file}-shm`, '-P', file]
    expect(await told(file, locks)).toMatch(/where files cannot be locked or shared.*local disk/)
  })

  test('is told to be full for a user whose quota is used up', async () => {
    const quota = [...strace('mkdir:error=EDQUOT'), '-P', join(directory, 'data')]
    expect(await told(join(directory, 'data', 'sessions.db'), quota)).toMatch(/^ERR_STORE_FULL /)
  })

  test('is told to be out of reach of a process with too many open files', () => {
    for (const name of ['new.db', 'old.db']) {
      if (name === 'old.db') writeFileSync(join(directory, name), '')
      const url = new URL('../../src/stores/sqlite.ts', import.meta.url).href
      const program = `const { openSync } = await import('node:fs')
        const { sqliteStore } = await import(${JSON.stringify(url)})
        const store = sqliteStore({ file: ${JSON.stringify(join(directory, name))} })
        try { for (;;) openSync('/dev/null') } catch {}
        const created = store.create('k', { meta: '', fields: new Map() }, { idle: 1000, absoluteAt: Infinity })
        process.stdout.write(await created.catch((error) => error.code + ' ' + error.message))`
      const args = [
        '-c',
        'ulimit -n 60; exec "$0" "$@"',
        process.execPath,
        '--input-type=module',
        '--eval',
        program,
      ]
      expect(spawnSync('sh', args, { encoding: 'utf8' }).stdout).toMatch(
        /^ERR_STORE_UNAVAILABLE .*too many files are open/,
      )
    }
  })

  test.for<[string, (file: string) => void, RegExp]>([
    [
      'below a file',
      (file) => writeFileSync(dirname(file), ''),
      /leads through a file as if it were a directory/,
    ],
    ['a directory', (file) => mkdirSync(file, { recursive: true }), /is no file, but a directory/],
    ['a circle of links', (file) => linked(file, 'sessions.db'), /symbolic links that lead in a circle/],
    ['below a link that leads nowhere', (file) => symlinkSync('nowhere', dirname(file)), /leads nowhere/],
  ])('is told to be %s, with its name outside production', async ([, make, text]) => {
    const file = join(directory, 'data', 'sessions.db')
    make(file)
    const before = readdirSync(directory)
    const store = sqliteStore({ file })
    const create = (): Promise<unknown> => store.create('k', { meta: '', fields: new Map() }, lifetime)
    await expect(create()).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      message: expect.stringMatching(text) as string,
    })
    await expect(create()).rejects.toThrow(`its file (${file}) `)
    vi.stubEnv('NODE_ENV', 'production')
    onTestFinished(() => void vi.unstubAllEnvs())
    await expect(create()).rejects.not.toThrow(directory)
    expect(readdirSync(directory)).toEqual(before)
  })

  test.for([300, 250])('is told to have too long a name, of %d characters', async (length) => {
    const store = sqliteStore({ file: join(directory, 'x'.repeat(length)) })
    await expect(store.create('k', { meta: '', fields: new Map() }, lifetime)).rejects.toThrow(
      'too long a name',
    )
  })
})

function linked(file: string, target: string): void {
  mkdirSync(dirname(file))
  symlinkSync(target, file)
}
