/**
 * Sessions in anything that unstorage has a driver for.
 *
 * @module
 */

import { checkNames } from '../core/check-options.ts'
import { invalidOption } from '../core/errors.ts'
import type { Store } from '../core/store.ts'
import type { KeyValue } from './key-value/key-value.ts'
import { KEY_VALUE_OPTIONS, KeyValueStore, type KeyValueStoreOptions } from './key-value/store.ts'
import { lifetimeHint } from './shared/lifetime-hint.ts'

/** What we use of an unstorage `Storage`. */
export interface UnstorageLike {
  getItem(key: string): Promise<unknown>
  setItem(key: string, value: string, options?: { ttl?: number }): Promise<void>
  removeItem(key: string): Promise<void>
}

/** Options of `fromUnstorage`. */
export interface FromUnstorageOptions extends KeyValueStoreOptions {}

/**
 * Keeps sessions in an unstorage `Storage`, each as one value, under `prefixStorage(storage,
 * 'sessions')` if you like. Deadlines are kept in the values and checked when they are read;
 * drivers that know a `ttl` are told, others keep what has expired.
 *
 * Not atomic: within one process nothing is lost and nothing ended comes back; two processes
 * that write to one session at the same moment may overwrite each other. There are no lists of a
 * user's sessions. Deadlines follow the clock of the application.
 *
 * @throws SessionError `ERR_OPTION_INVALID` if an argument is of the wrong type, or an option unknown.
 */
export function fromUnstorage(storage: UnstorageLike, options: FromUnstorageOptions = {}): Store {
  if (typeof storage?.getItem !== 'function' || typeof storage.setItem !== 'function') {
    throw invalidOption('fromUnstorage: expected what createStorage() of unstorage gives.')
  }
  checkNames(options, KEY_VALUE_OPTIONS, 'fromUnstorage: ', lifetimeHint)
  return new KeyValueStore(
    { name: 'unstorage', client: storage, keyValue: keyValueOf(storage), lists: false },
    options,
  )
}

function keyValueOf(storage: UnstorageLike): KeyValue {
  return {
    async get(name) {
      const value = await storage.getItem(name)
      if (value === null || value === undefined) return null
      // It turns texts that look like JSON into values. Ours do not, so this is another program's.
      return typeof value === 'string' ? value : ''
    },
    set: (name, text, ttl) => storage.setItem(name, text, { ttl: Math.ceil(ttl / 1000) }),
    remove: (name) => storage.removeItem(name),
  }
}
