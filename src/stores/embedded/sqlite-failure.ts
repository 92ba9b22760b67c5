/**
 * What an error of SQLite means to us.
 *
 * @module
 */

import { isSessionError, remembering, SessionError, storeError } from '../../core/errors.ts'

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

/** What is written beside the file found no room: an error of its own, of the kind of broken disks. */
const IOERR_SHMSIZE = 4874

/** The kind of a failure: `SQLITE_FULL`, `EACCES`, or an empty text if it has none. */
export function kindOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return ''
  if ('errcode' in cause && typeof cause.errcode === 'number') {
    if (cause.errcode === IOERR_SHMSIZE) return 'SQLITE_FULL'
    const kind = cause.errcode & 0xff
    return KINDS[kind] ?? `SQLITE_${kind}`
  }
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
  'Give the user of this process the right to all of these, or give sqliteStore another `file`.'

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
  SQLITE_CANTOPEN:
    'cannot be opened or made. See that its directory is there, is no file, and may be written by the user of this process.',
  SQLITE_BUSY:
    'was locked by another process for 5 seconds. Look for one that leaves a transaction open, such as a backup or a SQLite shell.',
  SQLITE_READONLY: NO_RIGHT,
  EACCES: NO_RIGHT,
  EPERM: NO_RIGHT,
  EROFS: NO_RIGHT,
}

/** The error to throw for a failure: our own ones pass, others keep their kind, and outside production their text. */
export function storeFailure(cause: unknown): SessionError {
  if (isSessionError(cause)) return cause
  const kind = kindOf(cause)
  const message = cause instanceof Error ? cause.message : ''
  const named = kind ? Object.assign(new Error(message), { code: kind }) : cause
  const isRoom = isFull(cause)
  const known = storeError(isRoom ? 'ERR_STORE_FULL' : 'ERR_STORE_UNAVAILABLE', 'sqlite', named)
  const text = isRoom ? undefined : TEXTS[kind]
  return remembering(text === undefined ? known : unusable(text, known.cause), cause)
}

/** The error for a file that cannot be used. */
export function unusable(what: string, cause?: unknown): SessionError {
  const text = `The session store (sqlite) cannot be used: its file ${what}`
  return new SessionError('ERR_STORE_UNAVAILABLE', text, cause === undefined ? undefined : { cause })
}
