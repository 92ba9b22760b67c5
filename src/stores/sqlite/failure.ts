/**
 * What an error of SQLite means to us.
 *
 * @module
 */

import { isSessionError, remembering, SessionError, storeError } from '../../core/errors.ts'
import { obstacle } from './obstacle.ts'

/** https://www.sqlite.org/rescode.html: the low byte of a result code is its kind. */
const KINDS: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  7: 'SQLITE_NOMEM',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  15: 'SQLITE_PROTOCOL',
  26: 'SQLITE_NOTADB',
}

/** Those of the kind of broken disks that mean something else, by the whole of their code. */
const EXACTLY: Readonly<Record<number, string>> = {
  4874: 'SQLITE_FULL', // SHMSIZE: what is written beside the file found no room.
  1034: 'SQLITE_IOERR_FSYNC',
  1290: 'SQLITE_IOERR_FSYNC', // DIR_FSYNC
  ...Object.fromEntries(
    // UNLOCK, RDLOCK, CHECKRESERVEDLOCK, LOCK, SHMOPEN, SHMLOCK, SHMMAP
    [2058, 2314, 3594, 3850, 4618, 5130, 5386].map((code) => [code, 'SQLITE_IOERR_LOCK']),
  ),
}

/** A quota that is used up, on Linux and elsewhere: Node has no name for it. */
const EDQUOT: readonly unknown[] = [-122, -69]

/** The kind of a failure: `SQLITE_FULL`, `EACCES`, or an empty text if it has none. */
export function kindOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return ''
  if ('errcode' in cause && typeof cause.errcode === 'number') {
    const kind = cause.errcode & 0xff
    return EXACTLY[cause.errcode] ?? KINDS[kind] ?? `SQLITE_${kind}`
  }
  if ('errno' in cause && EDQUOT.includes(cause.errno)) return 'EDQUOT'
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
}

/** Whether another process holds the lock, so that trying again will help. */
export function isBusy(cause: unknown): boolean {
  const kind = kindOf(cause)
  return kind === 'SQLITE_BUSY' || kind === 'SQLITE_PROTOCOL'
}

/** Whether there was no room on the disk. */
export function isFull(cause: unknown): boolean {
  return ['SQLITE_FULL', 'ENOSPC', 'EDQUOT'].includes(kindOf(cause))
}

/** Whether the file could not be written when it was opened, which may have changed since. */
export function isReadOnly(cause: unknown): boolean {
  return kindOf(cause) === 'SQLITE_READONLY'
}

const NO_RIGHT =
  'may not be written, or one beside it (-wal, -shm), or their directory. ' +
  'Give the user of this process the right to all of these, see that none is marked immutable, ' +
  'or give sqliteStore another `file`.'
const TOO_MANY =
  'cannot be opened: too many files are open. Raise the limit (`ulimit -n`), or look for what leaves them open.'

/** What is wrong with the file and how to go on, by the kind of the failure. */
const TEXTS: Readonly<Record<string, string>> = {
  SQLITE_CORRUPT:
    'is damaged. Stop every process that uses it, move it away together with those beside it that end ' +
    'in -wal and -shm, put back a backup if there is one, and start again: what is in no backup is signed out.',
  SQLITE_NOTADB:
    'is not a SQLite database, or its beginning is damaged. If it is not yours, give sqliteStore another ' +
    '`file`; if it is, move it away together with those beside it and put back a backup.',
  SQLITE_IOERR:
    'cannot be read or written: the disk failed. See what the system and the disk report. ' +
    'What was acknowledged before is as safe as the disk.',
  SQLITE_IOERR_FSYNC:
    'could not be made safe: the disk failed. A write that was under way may or may not have happened, and may ' +
    'be undone by a loss of power. See what the system and the disk report.',
  SQLITE_IOERR_LOCK:
    'is where files cannot be locked or shared between processes, as on some network file systems. ' +
    'Give sqliteStore a `file` on a local disk, or use another `store`.',
  SQLITE_CANTOPEN:
    'cannot be opened or made. See that its directory is there, is no file, and may be written by the user of this process.',
  SQLITE_BUSY:
    'was locked by another process for 5 seconds. Look for one that leaves a transaction open, such as a backup or a SQLite shell. ' +
    'If there is none, its file system may have no locks, as some network file systems: use a local disk.',
  SQLITE_READONLY: NO_RIGHT,
  EACCES: NO_RIGHT,
  EPERM: NO_RIGHT,
  EROFS:
    'is on a read-only file system, as everywhere on Vercel and AWS Lambda, and in some containers. Pass another ' +
    '`store`: upstashStore() from `sojourn/stores/upstash`, redisStore(client) from `sojourn/stores/redis`. ' +
    'Or mount a volume that is kept, and give sqliteStore a `file` there; /tmp is lost with each instance.',
  ENOTDIR: 'has a path that leads through a file as if it were a directory. Correct `file`.',
  ENOENT: 'has a path that leads nowhere, perhaps by a symbolic link. Correct `file`, or make the directory.',
  ELOOP: 'has a path of symbolic links that lead in a circle. Correct them.',
  ENAMETOOLONG:
    'has too long a name: nine more characters must fit, for those beside it. Give sqliteStore a shorter `file`.',
  EMFILE: TOO_MANY,
  ENFILE: TOO_MANY,
}

/** SQLite tells of these, and not why. */
const UNCLEAR = new Set(['SQLITE_CANTOPEN', 'SQLITE_READONLY', 'SQLITE_IOERR'])

/**
 * The error to throw for a failure: our own ones pass, others keep their kind, and outside
 * production their text.
 *
 * @param file The file that it is about, where known: the system may tell more about it.
 */
export function storeFailure(cause: unknown, file?: string): SessionError {
  if (isSessionError(cause)) return cause
  const kind = kindOf(cause)
  const why = file !== undefined && UNCLEAR.has(kind) ? kindOf(obstacle(file)) : ''
  const code = why in TEXTS ? why : kind
  const message = cause instanceof Error ? cause.message : ''
  const named = kind ? Object.assign(new Error(message), { code }) : cause
  const isRoom = isFull(cause)
  const known = storeError(isRoom ? 'ERR_STORE_FULL' : 'ERR_STORE_UNAVAILABLE', 'sqlite', named)
  const text = isRoom ? undefined : TEXTS[code]
  return remembering(text === undefined ? known : unusable(text, file, known.cause), cause)
}

/** The error for a file that cannot be used. Outside production its text names the file. */
export function unusable(what: string, file?: string, cause?: unknown): SessionError {
  const isNamed = file !== undefined && process.env['NODE_ENV'] !== 'production'
  const text = `The session store (sqlite) cannot be used: its file ${isNamed ? `(${file}) ` : ''}${what}`
  return new SessionError('ERR_STORE_UNAVAILABLE', text, cause === undefined ? undefined : { cause })
}
