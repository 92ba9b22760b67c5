/**
 * How large a session may grow.
 *
 * @module
 */

import { SessionError } from '../errors.ts'
import { quoted } from '../quoted.ts'
import { byteLength, bytesOf, MOST_BYTES } from './byte-size.ts'
import type { Change, Limits } from '../store.ts'

const MAX_FIELDS = 1000
const MAX_NAME_BYTES = 4096

/**
 * Checks that fields fit into one record: `maxBytes`, and 1,000 of them.
 * @throws `ERR_RECORD_TOO_LARGE` naming the largest field
 */
export function checkSize(fields: ReadonlyMap<string, string>, maxBytes: number): void {
  const bytes = bytesOf(fields, maxBytes)
  if (bytes > maxBytes) {
    let largest = ''
    for (const [name, text] of fields) if (text.length > (fields.get(largest)?.length ?? -1)) largest = name
    throw tooLarge(
      `The session would hold ${bytes} bytes, more than maxBytes (${maxBytes}). Its largest entry is ${quoted(largest)}.`,
    )
  }
  if (fields.size > MAX_FIELDS) {
    throw tooLarge(
      `The session would hold ${fields.size} values, more than ${MAX_FIELDS}. The last of them is ${quoted([...fields.keys()].at(-1) ?? '')}. Put those that belong together into one object or list.`,
    )
  }
}

/**
 * A change with the limits that the store is to keep it to, if it may make a record grow. What a
 * request has loaded may be old, so its own check is not enough.
 */
export function withLimits(change: Change, maxBytes: number): Change {
  if (!change.set?.size && !change.increment?.size) return change
  const limits: Limits = { bytes: maxBytes, fields: MAX_FIELDS }
  return { ...change, limits }
}

/** For a write that would have fitted into the session as it was loaded, and did not when it arrived. */
export function outgrown(maxBytes: number): SessionError {
  return tooLarge(
    `The session would hold more than maxBytes (${maxBytes}) or more than ${MAX_FIELDS} values. It has grown since this request read it.`,
  )
}

/**
 * Checks the length of names that are to be written: 4,096 bytes for namespace and key together.
 * @throws `ERR_RECORD_TOO_LARGE` naming the name
 */
export function checkNames(names: Iterable<string>): void {
  for (const name of names) {
    if (name.length * MOST_BYTES <= MAX_NAME_BYTES || byteLength(name) <= MAX_NAME_BYTES) continue
    throw tooLarge(
      `The name ${quoted(name)} has ${byteLength(name)} bytes with its namespace, more than ${MAX_NAME_BYTES}. Use a shorter key.`,
    )
  }
}

/** Whether a write adds names or bytes. One that does not is let through, also where a limit was lowered. */
export function grows(before: ReadonlyMap<string, string>, entries: ReadonlyMap<string, string>): boolean {
  let bytes = 0
  for (const [name, text] of entries) {
    const held = before.get(name)
    if (held === undefined) return true
    bytes += byteLength(text) - byteLength(held)
  }
  return bytes > 0
}

/** What is wrong with the size of a record's successor; `null` if nothing is. */
export function overgrowth(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  maxBytes: number,
): SessionError | null {
  try {
    if (grows(before, after)) checkSize(after, maxBytes)
    return null
  } catch (error) {
    return error as SessionError
  }
}

/** Whether fields take more than half of what fits into one record. */
export function isHalfFull(fields: ReadonlyMap<string, string>, maxBytes: number): boolean {
  return bytesOf(fields, maxBytes / 2) * 2 > maxBytes || fields.size * 2 > MAX_FIELDS
}

function tooLarge(what: string): SessionError {
  return new SessionError(
    'ERR_RECORD_TOO_LARGE',
    `${what} Nothing was stored. Keep large data elsewhere and its identifier in the session.`,
  )
}
