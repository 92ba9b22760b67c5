/**
 * Values by key as fields by name.
 *
 * @module
 */

import { encodeValue } from './codec.ts'
import { fieldName } from './field.ts'
import type { PlainData } from './schema.ts'
import { checkNames } from './size.ts'

/** What values become on their way to the store. */
export interface EncodedValues {
  set: Map<string, string>
  removed: string[]
}

/**
 * Encodes the values of some keys; `undefined` removes. What is written brings `stamp` along.
 * @throws `ERR_VALUE_UNSUPPORTED`, `ERR_RECORD_TOO_LARGE` for a name that is too long
 */
export function encodeValues(
  namespace: string,
  values: PlainData,
  keys: readonly string[],
  stamp: ReadonlyMap<string, string> = new Map(),
): EncodedValues {
  const set = new Map<string, string>()
  const removed: string[] = []
  for (const key of keys) {
    const value = values[key]
    if (value === undefined) removed.push(fieldName(namespace, key))
    else set.set(fieldName(namespace, key), encodeValue(value, key))
  }
  checkNames(set.keys())
  if (set.size > 0) for (const [name, text] of stamp) set.set(name, text)
  return { set, removed }
}
