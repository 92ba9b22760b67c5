/**
 * What an error of SQLite means to us.
 *
 * @module
 */

import { isSessionError, storeError, type SessionError } from '../../core/errors.ts'

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

/** The kind of a failure: `SQLITE_FULL`, `EACCES`, or an empty text if it has none. */
export function kindOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return ''
  if ('errcode' in cause && typeof cause.errcode === 'number') {
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

/** The error to throw for a failure: our own ones pass, others lose their text but keep their kind. */
export function storeFailure(cause: unknown): SessionError {
  if (isSessionError(cause)) return cause
  const kind = kindOf(cause)
  const full = kind === 'SQLITE_FULL' || kind === 'ENOSPC' || kind === 'EDQUOT'
  const named = kind ? Object.assign(new Error(kind), { code: kind }) : cause
  return storeError(full ? 'ERR_STORE_FULL' : 'ERR_STORE_UNAVAILABLE', 'sqlite', named)
}
