/**
 * How large a session may grow.
 *
 * @module
 */

import { SessionError } from './errors.ts'
import { quoted } from './quoted.ts'

const MAX_FIELDS = 1000
const MAX_NAME_BYTES = 4096
/** No character takes more bytes for each of its UTF-16 units. */
const MOST_BYTES = 3

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

/** Whether fields take more than half of what fits into one record. */
export function isHalfFull(fields: ReadonlyMap<string, string>, maxBytes: number): boolean {
  return bytesOf(fields, maxBytes / 2) * 2 > maxBytes || fields.size * 2 > MAX_FIELDS
}

/** How many bytes the fields take; something not above `limit` if they surely take no more than that. */
function bytesOf(fields: ReadonlyMap<string, string>, limit: number): number {
  let units = 0
  for (const [name, text] of fields) units += name.length + text.length
  if (units * MOST_BYTES <= limit) return units
  let bytes = 0
  for (const [name, text] of fields) bytes += byteLength(name) + byteLength(text)
  return bytes
}

function tooLarge(what: string): SessionError {
  return new SessionError(
    'ERR_RECORD_TOO_LARGE',
    `${what} Nothing was stored. Keep large data elsewhere and its identifier in the session.`,
  )
}

function byteLength(text: string): number {
  return encoder.encode(text).length
}

const encoder = new TextEncoder()
