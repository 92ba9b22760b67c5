/**
 * What our store needs of a key-value store: texts under names.
 *
 * @module
 */

import { storeError } from '../../core/errors.ts'

/** Keeps texts. Names are at most 32 characters of base64url. */
export interface KeyValue {
  /** The text under a name, or `null`. */
  get(name: string): Promise<string | null>
  /** Writes a text, which may be forgotten after `ttl` milliseconds. */
  set(name: string, text: string, ttl: number): Promise<void>
  /** Removes a text; no error if there is none. */
  remove(name: string): Promise<void>
  /**
   * Moves the time at which a text may be forgotten, without writing it again. Answers false if
   * there is none. Optional.
   *
   * @param text the text, for stores that need it again
   */
  touch?(name: string, text: string, ttl: number): Promise<boolean>
  /** Every text of ours that contains another, in any order. Optional. */
  texts?(about: string): Promise<string[]>
}

/**
 * A key-value store whose operations end: each fails with `ERR_STORE_TIMEOUT` after `limit`
 * milliseconds. Without this a callback that never comes would block its session for good.
 */
export function limited(keyValue: KeyValue, limit: number, store: string): KeyValue {
  function within<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(storeError('ERR_STORE_TIMEOUT', store)), limit)
      work.then(resolve, reject).finally(() => clearTimeout(timer))
    })
  }

  return {
    get: (name) => within(keyValue.get(name)),
    set: (name, text, ttl) => within(keyValue.set(name, text, ttl)),
    remove: (name) => within(keyValue.remove(name)),
    ...(keyValue.touch !== undefined && {
      touch: (name: string, text: string, ttl: number) => within(keyValue.touch!(name, text, ttl)),
    }),
    ...(keyValue.texts !== undefined && { texts: (about: string) => within(keyValue.texts!(about)) }),
  }
}
