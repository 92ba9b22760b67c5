/**
 * How much a record holds, counted as limits count it: names and values in UTF-8.
 *
 * @module
 */

import type { Limits } from '../store.ts'

/** No character takes more bytes for each of its UTF-16 units. */
export const MOST_BYTES = 3

/** How many bytes a text takes. */
export function byteLength(text: string): number {
  return encoder.encode(text).length
}

/** How many bytes fields take; something not above `limit` if they surely take no more than that. */
export function bytesOf(fields: ReadonlyMap<string, string>, limit: number): number {
  let units = 0
  for (const [name, text] of fields) units += name.length + text.length
  if (units * MOST_BYTES <= limit) return units
  let bytes = 0
  for (const [name, text] of fields) bytes += byteLength(name) + byteLength(text)
  return bytes
}

/** Whether a change makes a record hold more than before, and more than its limits. */
export function outgrows(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  limits: Limits,
): boolean {
  if (after.size <= limits.fields && bytesOf(after, limits.bytes) <= limits.bytes) return false
  return after.size > before.size || bytesOf(after, 0) > bytesOf(before, 0)
}

const encoder = new TextEncoder()
