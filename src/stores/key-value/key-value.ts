/**
 * What a store needs of somebody else's key-value store: texts under names.
 *
 * @module
 */

import { storeError } from '../../core/errors.ts'

/** Keeps texts. Names are at most 32 characters of base64url. */
export interface Shelf {
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
   * @param text the text, for those who cannot do without
   */
  touch?(name: string, text: string, ttl: number): Promise<boolean>
  /** Every text of ours that contains another, in any order. Optional. */
  texts?(about: string): Promise<string[]>
}

/**
 * A shelf whose operations end: each fails with `ERR_STORE_TIMEOUT` after `limit` milliseconds.
 * Without this a callback that never comes would stop the line of a session for good.
 */
export function limited(shelf: Shelf, limit: number, store: string): Shelf {
  function within<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(storeError('ERR_STORE_TIMEOUT', store)), limit)
      work.then(resolve, reject).finally(() => clearTimeout(timer))
    })
  }

  return {
    get: (name) => within(shelf.get(name)),
    set: (name, text, ttl) => within(shelf.set(name, text, ttl)),
    remove: (name) => within(shelf.remove(name)),
    ...(shelf.touch !== undefined && {
      touch: (name: string, text: string, ttl: number) => within(shelf.touch!(name, text, ttl)),
    }),
    ...(shelf.texts !== undefined && { texts: (about: string) => within(shelf.texts!(about)) }),
  }
}
