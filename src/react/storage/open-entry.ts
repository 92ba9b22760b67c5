/**
 * From the text of an entry to a value that may be shown.
 *
 * @module
 */

import { decode } from './codec.ts'
import { bodyOf, headOf, isExpired } from './entry.ts'
import { type StorageError, storageError } from './error.ts'
import type { SessionStorageOptions } from './options.ts'
import { mayShow } from './owner.ts'

/** A value in memory, with what its entry says of it. */
export interface Held {
  value: unknown
  /** The tag of the session that it belongs to. */
  owner: string | null
  /** Milliseconds since 1970; 0 for never. */
  expiresAt: number
}

/** Opens an entry. Answers `null` if it is another owner's, and an error if its value cannot be used. */
export function openEntry(
  text: string,
  key: string,
  { version = 1, migrate, schema }: SessionStorageOptions<unknown>,
): Held | StorageError | null {
  const head = headOf(text)
  if (!head) return storageError('unreadable', key)
  const [from, , expiresAt, owner] = head
  if (!mayShow(owner)) return null
  if (isExpired(expiresAt)) return storageError('expired', key)
  if (from > version || (from < version && !migrate)) return storageError('outdated', key)
  try {
    let value = decode(bodyOf(text))
    for (let at = from; at < version; at++) value = (migrate?.[at] ?? same)(value)
    const result = schema ? schema['~standard'].validate(value) : { value }
    // A promise has neither.
    return 'value' in result && !result.issues
      ? { value: result.value, owner, expiresAt }
      : storageError('invalid', key, result)
  } catch (cause) {
    return storageError('unreadable', key, cause)
  }
}

function same(value: unknown): unknown {
  return value
}
