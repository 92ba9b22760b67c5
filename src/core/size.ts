/**
 * How large a session may grow.
 *
 * @module
 */

import { SessionError } from './errors.ts'

/**
 * Checks that fields fit into one record.
 * @throws `ERR_RECORD_TOO_LARGE` naming the largest field
 */
export function checkSize(fields: ReadonlyMap<string, string>, maxBytes: number): void {
  let bytes = 0
  let largest = ''
  for (const [name, text] of fields) {
    bytes += byteLength(name) + byteLength(text)
    if (text.length > (fields.get(largest)?.length ?? -1)) largest = name
  }
  if (bytes <= maxBytes) return
  throw new SessionError(
    'ERR_RECORD_TOO_LARGE',
    `The session would hold ${bytes} bytes, more than maxBytes (${maxBytes}). Its largest entry is "${largest}". Nothing was stored. Keep large data elsewhere and its identifier in the session.`,
  )
}

function byteLength(text: string): number {
  return encoder.encode(text).length
}

const encoder = new TextEncoder()
