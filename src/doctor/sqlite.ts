/** @module What can go wrong with the file of the SQLite store. */

import { isNode, nodeBuiltin } from '../core/runtime.ts'
import type { SqliteBackend } from '../stores/sqlite/types.ts'
import { fileSystemFinding } from './file-system.ts'
import { about, type Finding } from './finding.ts'

const MEGABYTE = 2 ** 20
const LITTLE = 500 * MEGABYTE
const HARDLY_ANY = 50 * MEGABYTE
/** https://www.sqlite.org/rescode.html */
const [BUSY, READONLY, CANTOPEN] = [5, 8, 14]

/** @param thorough whether to read all of the file, which takes the longer the larger it is */
export function sqliteFindings({ file, durability }: SqliteBackend, thorough: boolean): Finding[] {
  const findings = [fsyncFinding(durability), runtimeFinding(), ...diskFindings(file)]
  if (!nodeBuiltin('node:fs')?.existsSync(file)) return findings
  findings.push(modeFinding(file))
  if (thorough) findings.push(integrityFinding(file))
  return findings
}

function fsyncFinding(durability: SqliteBackend['durability']): Finding {
  const on = about('fsync')
  if (durability === 'disk') return on.ok('An acknowledged write survives loss of power.')
  return on.warning(
    "With `durability: 'process'`, loss of power may undo the last seconds: sign-ins, and sign-outs, too.",
    "Leave `durability` at `'disk'`, the default, unless that does not matter.",
  )
}

function runtimeFinding(): Finding {
  const on = about('runtime')
  const major = Number.parseInt(globalThis.process?.versions.node ?? '', 10)
  if (Number.isNaN(major))
    return on.unknown('The runtime does not say its version.', 'Use Node 22.13 or later.')
  if (major % 2 === 0) return on.ok(`Node ${major} is a release with long-term support.`)
  return on.note(`Node ${major} is supported for half a year only.`, 'Use an even major version.')
}

function diskFindings(file: string): Finding[] {
  const disk = diskOf(file)
  return [fileSystemFinding(disk?.type ?? null, isNode ? process.platform : ''), spaceFinding(disk)]
}

interface Disk {
  type: number
  /** Bytes that this user may still take. */
  free: number
}

/** The disk that the file is on, or will be on: that of the nearest directory that is there. */
function diskOf(file: string): Disk | null {
  const [fs, path] = [nodeBuiltin('node:fs'), nodeBuiltin('node:path')]
  if (fs === undefined || path === undefined) return null
  let existing = file
  while (!fs.existsSync(existing) && path.dirname(existing) !== existing) existing = path.dirname(existing)
  try {
    const { type, bavail, bsize } = fs.statfsSync(existing)
    return { type, free: bavail * bsize }
  } catch {
    return null
  }
}

function spaceFinding(disk: Disk | null): Finding {
  const on = about('disk-space')
  if (disk === null)
    return on.unknown('It cannot be told how much room the disk has.', 'Look at it: `df -h`.')
  const text = `There is room for ${Math.floor(disk.free / MEGABYTE)} MB on the disk.`
  const cure = 'Make room, or move the file. A full disk refuses writes.'
  if (disk.free < HARDLY_ANY) return on.serious(text, cure)
  return disk.free < LITTLE ? on.warning(text, cure) : on.ok(text)
}

function modeFinding(file: string): Finding {
  const on = about('file-mode')
  if (process.platform === 'win32')
    return on.unknown('This system has no file modes.', 'Look at who may read the file.')
  const { mode } = nodeBuiltin('node:fs')!.statSync(file)
  const cure = 'Run `chmod 600` on the file and its `-wal` and `-shm`.'
  if (mode & 0o007) return on.serious('Every user of the machine may read or write the sessions.', cure)
  if (mode & 0o070) return on.warning('The group of the file may read or write the sessions.', cure)
  return on.ok('Only its owner may read the file.')
}

/** Through SQLite alone: to open and close the file otherwise would release its locks. */
function integrityFinding(file: string): Finding {
  const on = about('integrity')
  try {
    const db = new (nodeBuiltin('node:sqlite')!.DatabaseSync)(file, { readOnly: true })
    try {
      db.exec('PRAGMA busy_timeout = 1000')
      const [answer] = Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {})
      if (answer === 'ok') return on.ok('SQLite finds no damage in the file.')
    } finally {
      db.close()
    }
  } catch (error) {
    const kind = kindOf(error)
    if (kind === BUSY)
      return on.unknown('The file was locked, so it could not be checked.', 'Try again in a moment.')
    if (kind === CANTOPEN || kind === READONLY)
      return on.unknown(
        'The file could not be opened, so it could not be checked.',
        'Ask as the user of the application, who needs the right to write to the file and its directory.',
      )
  }
  return on.serious(
    'The file is damaged, or is none of SQLite.',
    'Stop the application, save a copy, and put back a backup, or run `sqlite3 <file> .recover`.',
  )
}

/** The low byte of a result code is its kind. */
function kindOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
}
