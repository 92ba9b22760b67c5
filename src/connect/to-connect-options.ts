/** @module The options of `toConnectStore`. */

import { checkNames } from '../core/check-options.ts'
import type { OnEvent } from '../core/events.ts'
import { milliseconds, type Duration } from '../core/record/duration.ts'

/** Options of `toConnectStore`. */
export interface ToConnectStoreOptions {
  /** How long a session lasts without a request if its cookie has no `maxAge`. Default: `'1d'`. */
  ttl?: Duration
  /** How long one operation of the store may take. Default: `'2s'`. */
  timeout?: Duration
  /** Keep a list of all sessions, for `all()`, `length()` and `clear()`. Default: false. */
  list?: boolean
  /** Told when the store fails. */
  onEvent?: OnEvent
}

/** The same with defaults, in milliseconds. */
interface Resolved {
  ttl: number
  timeout: number
  list: boolean
  onEvent: OnEvent | undefined
}

/** @throws `ERR_OPTION_INVALID` */
export function resolve(options: ToConnectStoreOptions): Resolved {
  checkNames(options, ['ttl', 'timeout', 'list', 'onEvent'], 'toConnectStore: ')
  const { ttl = '1d', timeout = '2s', list = false, onEvent } = options
  return { ttl: milliseconds(ttl, 'ttl'), timeout: milliseconds(timeout, 'timeout'), list, onEvent }
}
