/**
 * The options of `sqliteStore`.
 *
 * @module
 */

import { checkNames } from '../../core/check-options.ts'
import { invalidOption } from '../../core/errors.ts'
import { nodeBuiltin } from '../../core/runtime.ts'
import type { Durability } from './connection.ts'
import { lifetimeHint } from '../shared/lifetime-hint.ts'

/** Options of `sqliteStore`. */
export interface SqliteStoreOptions {
  /**
   * The file, absolute or from the working directory. It is made with mode 0600 when
   * the first session is; a directory that has to be made for it gets mode 0700 and a
   * `.gitignore`. It must be on a local disk. Default: `.sojourn/sessions.db`.
   */
  file?: string
  /**
   * What an acknowledged write survives. `disk`: loss of power, at one fsync for all
   * writes of the same moment. `process`: only the death of the process; several times
   * faster, and seconds of writes are lost with the power. Default: `disk`.
   */
  durability?: Durability
  /** How often to look for sessions to remove, in milliseconds. Default: 60,000. */
  sweepInterval?: number
  /** The clock, in epoch milliseconds, the same for all processes. Default: `Date.now`. */
  now?: () => number
}

/** Every option, with an absolute path. */
export type CheckedOptions = Required<SqliteStoreOptions>

/** Fills in what was left out. Throws `ERR_OPTION_INVALID` if an option is of the wrong type. */
export function checkedOptions(options: SqliteStoreOptions): CheckedOptions {
  checkNames(options, ['file', 'durability', 'sweepInterval', 'now'], 'sqliteStore: ', lifetimeHint)
  const {
    file = '.sojourn/sessions.db',
    durability = 'disk',
    sweepInterval = 60_000,
    now = Date.now,
  } = options
  if (typeof file !== 'string' || file === '' || file.includes('\0')) {
    throw invalidOption('sqliteStore: `file` must be the path of a file.')
  }
  if (file === ':memory:')
    throw invalidOption('sqliteStore: `file` must be on disk. Use memoryStore() instead.')
  if (durability !== 'disk' && durability !== 'process') {
    throw invalidOption("sqliteStore: `durability` must be 'disk' or 'process'.")
  }
  if (!(sweepInterval >= 1 && sweepInterval < 2 ** 31)) {
    throw invalidOption('sqliteStore: `sweepInterval` must be a number of milliseconds, at least 1.')
  }
  if (typeof now !== 'function') throw invalidOption('sqliteStore: `now` must be a function.')
  return { file: nodeBuiltin('node:path')!.resolve(file), durability, sweepInterval, now }
}
