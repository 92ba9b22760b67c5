/**
 * Values by key as fields by name.
 *
 * @module
 */

import { encodeValue } from './values.ts'
import type { PlainData } from '../data.ts'
import { checkNames } from './size.ts'

/** What values become on their way to the store. */
export interface EncodedValues {
  set: Map<string, string>
  removed: string[]
}

/**
 * Encodes the values of some keys; `undefined` removes.
 * @param nameOf what the store calls a key
 * @throws `ERR_VALUE_UNSUPPORTED`, `ERR_RECORD_TOO_LARGE` for a name that is too long
 */
export function encodeValues(
  values: PlainData,
  keys: readonly string[],
  nameOf: (key: string) => string,
): EncodedValues {
  const set = new Map<string, string>()
  const removed: string[] = []
  for (const key of keys) {
    const value = values[key]
    if (value === undefined) removed.push(nameOf(key))
    else set.set(nameOf(key), encodeValue(value, key))
  }
  checkNames(set.keys())
  return { set, removed }
}
