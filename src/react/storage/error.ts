/**
 * What can be wrong with a value kept in the browser.
 *
 * @module
 */

type Kind = 'unreadable' | 'invalid' | 'outdated' | 'expired' | 'unwritable'

/**
 * | code | what happened | what the hook does |
 * |---|---|---|
 * | `ERR_STORAGE_UNREADABLE` | the stored text is damaged or not ours, or `migrate` threw | shows the default |
 * | `ERR_STORAGE_INVALID` | the schema refused the stored value, or did not answer at once | shows the default |
 * | `ERR_STORAGE_OUTDATED` | stored under another `version`, and there is no `migrate` to this one | shows the default |
 * | `ERR_STORAGE_EXPIRED` | its `ttl` is over | shows the default |
 * | `ERR_STORAGE_UNWRITABLE` | storage is full or blocked, or the value cannot be stored | keeps it in memory |
 */
export type StorageErrorCode = `ERR_STORAGE_${Uppercase<Kind>}`

/** Says what is wrong with the value under one key. `cause` is the browser's error, or what the schema answered. */
export interface StorageError extends Error {
  readonly code: StorageErrorCode
  /** The key that the hook was called with. */
  readonly key: string
}

/** Makes the error. */
export function storageError(kind: Kind, key: string, cause?: unknown): StorageError {
  const code = `ERR_STORAGE_${kind.toUpperCase() as Uppercase<Kind>}` as const
  return Object.assign(
    new Error(`sessionStorage: ${JSON.stringify(key.slice(0, 60))} is ${kind}.`, { cause }),
    { code, key },
  )
}
