/**
 * Sessions in anything that Keyv has an adapter for.
 *
 * @module
 */

import { checkNames } from '../core/check-options.ts'
import { invalidOption, storeError } from '../core/errors.ts'
import type { Store } from '../core/store.ts'
import type { KeyValue } from './key-value/key-value.ts'
import { KEY_VALUE_OPTIONS, KeyValueStore, type KeyValueStoreOptions } from './key-value/store.ts'
import { throwEmitted, throwing } from './keyv/errors.ts'
import { lifetimeHint } from './shared/lifetime-hint.ts'

/** What we use of a `Keyv`, version 5 or 6. */
export interface KeyvLike {
  get(key: string): Promise<unknown>
  set(key: string, value: string, ttl?: number): Promise<unknown>
  delete(key: string): Promise<unknown>
  on(event: 'error', listener: (error: unknown) => void): unknown
  off(event: 'error', listener: (error: unknown) => void): unknown
}

/** Options of `fromKeyv`. */
export interface FromKeyvOptions extends KeyValueStoreOptions {}

/**
 * Keeps sessions in a `Keyv`, each as one value, under its namespace. Deadlines are kept in the
 * values and checked when they are read; the adapter is told a `ttl` as well.
 *
 * Not atomic: within one process nothing is lost and nothing ended comes back; two processes
 * that write to one session at the same moment may overwrite each other. There are no lists of a
 * user's sessions. Deadlines follow the clock of the application.
 *
 * Keyv answers `undefined` when its adapter fails, as it does for what is not there. An error that
 * it emits while we wait counts as ours, so that no visitor is signed out because a server is down.
 *
 * @throws SessionError `ERR_OPTION_INVALID` if an argument is of the wrong type, or an option unknown.
 */
export function fromKeyv(keyv: KeyvLike, options: FromKeyvOptions = {}): Store {
  if (typeof keyv?.get !== 'function' || typeof keyv.delete !== 'function' || typeof keyv.on !== 'function') {
    throw invalidOption('fromKeyv: expected a Keyv.')
  }
  checkNames(options, KEY_VALUE_OPTIONS, 'fromKeyv: ', lifetimeHint)
  return new KeyValueStore(
    { name: 'keyv', client: keyv, keyValue: keyValueOf(throwing(keyv)), lists: false },
    options,
  )
}

function keyValueOf(keyv: KeyvLike): KeyValue {
  return {
    async get(name) {
      const value = await throwEmitted(keyv, () => keyv.get(name))
      if (value === null || value === undefined) return null
      return typeof value === 'string' ? value : ''
    },
    async set(name, text, ttl) {
      const done = await throwEmitted(keyv, () => keyv.set(name, text, Math.ceil(ttl)))
      if (done === false) throw storeError('ERR_STORE_UNAVAILABLE', 'keyv')
    },
    async remove(name) {
      await throwEmitted(keyv, () => keyv.delete(name))
    },
  }
}
