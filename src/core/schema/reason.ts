/**
 * Why a schema refused data, in its own words if they hold none of the data: some validators tell
 * the value that they met, and errors go to logs.
 *
 * @module
 */

import { printable } from '../quoted.ts'

const LONGEST = 200
/** So much of a value gives it away, where a validator shows a part. */
const PART = 6

/** The words of an issue; its kind where they hold a value. Begins with what comes before. */
export function reasonOf(issue: object, data: unknown): string {
  const { message, code, type } = issue as Record<string, unknown>
  if (typeof message === 'string' && message !== '' && !holdsAny(message, data))
    return `: ${printable(message, LONGEST).replace(/\.$/, '')}`
  // Zod and arktype have a code, valibot a type.
  const kind = code ?? type
  const named =
    typeof kind === 'string' && /^[a-z_]{1,30}$/.test(kind) && !holdsAny(kind, data) ? ` (${kind})` : ''
  return `${named}, in words that hold a value and are not told here`
}

/** Where an issue lies, as far as that tells no value: keys of a record may be data, too. */
export function pathOf(issue: object, data: object): string {
  const { path } = issue as { path?: readonly unknown[] }
  const parts = (Array.isArray(path) ? path : []).map((part: unknown) =>
    String(typeof part === 'object' && part !== null && 'key' in part ? part.key : part),
  )
  const isTold = (part: string, at: number): boolean =>
    (at === 0 && Object.hasOwn(data, part)) ||
    (NAME.test(part) && (/^\d{1,4}$/.test(part) || !holdsAny(part, data)))
  const end = parts.findIndex((part, at) => !isTold(part, at))
  return (end === -1 ? parts : parts.slice(0, end)).join('.')
}

/** A key that the code names, and no data. */
const NAME = /^[\w$-]{1,40}$/

function holdsAny(text: string, data: unknown): boolean {
  return holds(text, data) || (text.includes('%') && holds(decoded(text), data))
}

function decoded(text: string): string {
  return text.replaceAll(/(?:%[\da-f]{2})+/gi, (bytes) =>
    new TextDecoder().decode(Uint8Array.from(bytes.slice(1).split('%'), (byte) => parseInt(byte, 16))),
  )
}

function holds(text: string, data: unknown): boolean {
  const words = wordsOf(text)
  const run = words.join('')
  for (const leaf of leavesOf(data, new Set())) {
    const own = wordsOf(leaf)
    // One or two letters stand in many words by chance.
    const stands = (word: string): boolean =>
      word.length > 2 || own.length > 1 ? run.includes(word) : words.includes(word)
    if (own.length > 0 && own.every(stands)) return true
    if (sharesPart(run, own.join('')) || (leaf.length > 2 && text.includes(leaf))) return true
  }
  return false
}

/** Letters and digits alone: how a validator escapes or quotes the rest does not matter. */
function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}

function sharesPart(text: string, value: string): boolean {
  for (let at = 0; at + PART <= text.length; at++) if (value.includes(text.slice(at, at + PART))) return true
  return false
}

function* leavesOf(value: unknown, seen: Set<unknown>): Generator<string> {
  if (typeof value === 'string') yield value
  if (typeof value === 'number' || typeof value === 'bigint') yield String(value)
  if (typeof value !== 'object' || value === null || seen.has(value)) return
  seen.add(value)
  if (value instanceof Date) yield* [String(value), Number.isNaN(value.getTime()) ? '' : value.toISOString()]
  const children =
    value instanceof Map
      ? [...value].flat()
      : value instanceof Set
        ? value
        : [...Object.values(value), ...Object.keys(value).filter((key) => !NAME.test(key))]
  for (const child of children) yield* leavesOf(child, seen)
}
