/**
 * Limits of what is sealed: they are meant for the clear text, and a store sees its ciphertext.
 *
 * The length of a ciphertext tells that of its clear text, so nothing is unsealed for it.
 *
 * @module
 */

import { NONCE, TAG } from './cipher.ts'
import { byteLength, bytesOf } from '../record/byte-size.ts'
import type { Change, Limits } from '../store.ts'

/** What stands before the payload: `e1.`, eight characters and a point. */
const HEAD = 12

/**
 * The limits to give to a store with a sealed change, so that it is done as long as the record has
 * not grown since it was read; `null` if the change does not fit into the limits in clear.
 */
export function sealedLimits(
  before: ReadonlyMap<string, string>,
  change: Change,
  limits: Limits,
): Limits | null {
  const after = new Map(before)
  for (const name of [...(change.delete ?? []), ...(change.take ?? [])]) after.delete(name)
  for (const [name, sealed] of change.set ?? []) after.set(name, sealed)
  const bytes = clearBytes(after)
  const adds = after.size > before.size || bytes > clearBytes(before)
  if (adds && (after.size > limits.fields || bytes > limits.bytes)) return null
  return { bytes: bytesOf(after, 0), fields: after.size }
}

/** How many bytes names and values take in clear. */
function clearBytes(sealed: ReadonlyMap<string, string>): number {
  let bytes = 0
  for (const [name, text] of sealed)
    bytes += byteLength(name) + Math.max(0, Math.floor(((text.length - HEAD) * 3) / 4) - NONCE - TAG)
  return bytes
}
