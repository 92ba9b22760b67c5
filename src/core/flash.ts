/**
 * Messages for the next request: written now, read once.
 *
 * Each message has a field of its own, so that removing the one that was read cannot
 * remove one that arrived meanwhile.
 *
 * @module
 */

import type { Binding } from './binding.ts'
import { later } from './channel.ts'
import { decodeValue, encodeValue } from './codec.ts'
import { fieldName } from './field.ts'
import { lifetimeOf } from './lifetime.ts'

/** What each request has read. */
const read = new WeakMap<Binding, Map<string, unknown>>()

/** When the latest message of this process was written; two of one millisecond keep their order. */
let last = 0

/** Writes a message. */
export async function writeFlash(binding: Binding, key: string, value: unknown): Promise<void> {
  last = Math.max(Date.now(), last + 1)
  const order = last.toString(36).padStart(9, '0')
  const unique = crypto.randomUUID().slice(0, 8)
  await binding.journal.set(new Map([[`${prefixOf(key)}${order}${unique}`, encodeValue(value, key)]]))
}

/**
 * Reads the latest message. It stays readable for the rest of this request; its removal
 * is left to the adapter, since a render reads messages but cannot write.
 */
export function readFlash(binding: Binding, key: string): unknown {
  let seen = read.get(binding)
  if (seen === undefined) read.set(binding, (seen = new Map()))
  if (seen.has(key)) return seen.get(key)
  const prefix = prefixOf(key)
  const fields = [...binding.journal.fields.keys()].filter((name) => name.startsWith(prefix)).sort()
  const latest = fields.at(-1)
  if (latest === undefined) return undefined
  const value = decodeValue(binding.journal.fields.get(latest) ?? '')
  const id = binding.living?.identity.id
  if (value === undefined && id !== undefined) binding.context.emit({ type: 'unreadable', id, what: 'field' })
  seen.set(key, value)
  later(binding.channel, () => discard(binding, fields))
  return value
}

/** Removes fields without touching the cookie. */
async function discard({ context, living }: Binding, names: readonly string[]): Promise<void> {
  if (living === null) return
  await context.store.update(living.identity.key, { delete: names }, lifetimeOf(living.meta))
}

function prefixOf(key: string): string {
  return `%flash/${fieldName('', key)}/`
}
