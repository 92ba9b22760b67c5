/**
 * Checking data against the schema before it is written.
 *
 * @module
 */

import { encodeValue } from '../record/values.ts'
import { SessionError } from '../errors.ts'
import { quoted } from '../quoted.ts'
import type { PlainData } from '../data.ts'
import { demand, type StandardSchema } from './schema.ts'
import type { MaybePromise } from '../store.ts'

/**
 * Validates data of which some keys are about to change; gives their validated values.
 * @throws `ERR_VALUE_INVALID`, also if the schema could not read again what it gives out
 */
export function checkWrite(
  schema: StandardSchema,
  data: PlainData,
  keys: readonly string[],
): MaybePromise<PlainData> {
  return then(demand(schema, withoutUndefined(data)), (valid) => {
    const picked = pick(valid, data, keys)
    const changed = keys.filter((key) => !Object.is(picked[key], data[key]))
    if (changed.length === 0) return picked
    return then(reread(schema, valid, changed), (again) => {
      const other = changed.find((key) => encodeValue(again[key], key) !== encodeValue(picked[key], key))
      if (other !== undefined) throw notTakenBack(other)
      return picked
    })
  })
}

/** Stays synchronous where the schema is. */
function then<T, U>(value: MaybePromise<T>, work: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then((settled) => work(settled)) : work(value)
}

/** Some validators tell a missing key from one that is undefined; a store does not. */
function withoutUndefined(data: PlainData): PlainData {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined))
}

function pick(valid: PlainData, data: PlainData, keys: readonly string[]): PlainData {
  const dropped = keys.find((key) => data[key] !== undefined && !Object.hasOwn(valid, key))
  if (dropped !== undefined) {
    throw new SessionError(
      'ERR_VALUE_INVALID',
      `The schema has no key ${quoted(dropped)}. Nothing was stored. Add the key to the schema, or use a namespace.`,
    )
  }
  return Object.fromEntries(keys.map((key) => [key, Object.hasOwn(valid, key) ? valid[key] : undefined]))
}

/** What the next request will read. */
function reread(
  schema: StandardSchema,
  valid: PlainData,
  [first = '']: readonly string[],
): MaybePromise<PlainData> {
  const refuse = (): never => {
    throw notTakenBack(first)
  }
  try {
    const again = demand(schema, valid)
    return again instanceof Promise ? again.catch(refuse) : again
  } catch {
    return refuse()
  }
}

function notTakenBack(key: string): SessionError {
  return new SessionError(
    'ERR_VALUE_INVALID',
    `The schema turns ${quoted(key)} into something that it would not read as the same again. Nothing was stored. Make it accept its own output, as z.coerce.number() does.`,
  )
}
