/**
 * What `useSessionStorage` can be told.
 *
 * @module
 */

import type { StandardSchema } from '../../core/schema/schema.ts'
import type { DurationText } from './duration.ts'
import type { StorageError } from './error.ts'

/** Options of `useSessionStorage`. Components that share a key should give the same. */
export interface SessionStorageOptions<Value> {
  /**
   * The value where nothing is stored: on the server, while the page hydrates, and until
   * the first `set`. Read once per key while a component uses it, as React's `useState`
   * reads its argument. Never written.
   */
  default: Value
  /** Checks what was stored, by Standard Schema. It must answer at once. Default: anything goes. */
  schema?: StandardSchema<Value> | undefined
  /** The version of the stored form, a whole number. Default: 1. */
  version?: number | undefined
  /**
   * Steps that bring older values to `version`, each under the version it starts from.
   * A missing step changes nothing. Default: values of another version are not used.
   */
  migrate?: { readonly [version: number]: (value: unknown) => unknown } | undefined
  /** How long a value lives after it was set. Default: as long as the tab. */
  ttl?: DurationText | undefined
  /**
   * `tab`: one value for the tab. `history-entry`: one for each entry of its history, there
   * again after Back, Forward and reload, but not on a fresh visit. Default: `tab`.
   */
  scope?: 'tab' | 'history-entry' | undefined
  /** Is told once of each stored value that could not be used, and of each that could not be stored. */
  onError?: ((error: StorageError) => void) | undefined
}
