/**
 * How a value becomes the text of a field, and back, unchanged.
 *
 * | stored | means |
 * |---|---|
 * | `42` | a safe integer, so that a store can add to it |
 * | `$text` | a string |
 * | `:{"a":1}` | anything JSON keeps whole |
 * | `~[…]` | Date, Map, Set, BigInt, undefined, cycles…, written by devalue |
 *
 * The tag keeps clients that guess at types (Upstash turns `"1e5"` into a number) from
 * changing a value, and keeps records readable.
 *
 * @module
 */

import { DevalueError, parse, stringify } from 'devalue'
import { SessionError } from '../errors.ts'
import { quoted } from '../quoted.ts'

const INTEGER = /^(0|-?[1-9]\d*)$/
const MAX_DEPTH = 64

/**
 * Encodes a value.
 * @throws `ERR_VALUE_UNSUPPORTED` for functions, symbols, class instances, data nested over 64 levels
 * and data that throws while it is read
 */
export function encodeValue(value: unknown, key: string): string {
  if (typeof value === 'string') return value.isWellFormed() ? `$${value}` : `:${JSON.stringify(value)}`
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value)
  let text: string | null
  try {
    text = encodeData(value)
  } catch (error) {
    throw unsupported(key, error)
  }
  if (text === null) throw tooDeep(key)
  return text
}

/** `null` for data nested too deep. Getters and proxies in it run, and may throw anything. */
function encodeData(value: unknown): string | null {
  if (isJson(value, new Set(), MAX_DEPTH)) return `:${JSON.stringify(value)}`
  // devalue writes any depth, but reads only what the stack allows.
  return isDeep(value, new Set(), MAX_DEPTH) ? null : `~${stringify(value)}`
}

/** Decodes a field. A text that no encoder wrote gives `undefined`, as does a damaged one. */
export function decodeValue(text: string): unknown {
  try {
    switch (text[0]) {
      case '$':
        return text.slice(1)
      case ':':
        return JSON.parse(text.slice(1)) as unknown
      case '~':
        return parse(text.slice(1)) as unknown
      default:
        return decodeInteger(text)
    }
  } catch {
    return undefined
  }
}

/** The number in an integer field, or `undefined` if it is not one that we would write. */
export function decodeInteger(text: string): number | undefined {
  const number = INTEGER.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(number) ? number : undefined
}

/** Whether JSON would give the value back exactly, and each object of it once. */
function isJson(value: unknown, seen: Set<unknown>, depth: number): boolean {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return true
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (typeof value !== 'object' || depth === 0 || seen.has(value) || 'toJSON' in value) return false
  seen.add(value)
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!isJson(value[i], seen, depth - 1)) return false
    return Object.keys(value).length === value.length
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  if (prototype === null || Object.getOwnPropertySymbols(value).length > 0) return false
  for (const name of Object.keys(value)) {
    if (!isJson((value as Record<string, unknown>)[name], seen, depth - 1)) return false
  }
  return true
}

function isDeep(value: unknown, seen: Set<unknown>, depth: number): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value))
    return false
  if (depth === 0) return true
  seen.add(value)
  // In the order of devalue, which visits each object once: in another one it may go deeper.
  if (value instanceof Map) return [...value].flat().some((child) => isDeep(child, seen, depth - 1))
  const children: Iterable<unknown> = value instanceof Set ? value : Object.values(value)
  return [...children].some((child) => isDeep(child, seen, depth - 1))
}

function tooDeep(key: string): SessionError {
  return new SessionError(
    'ERR_VALUE_UNSUPPORTED',
    `The value of ${quoted(key)} is nested over ${MAX_DEPTH} levels. Nothing was stored. Store flatter data.`,
  )
}

function unsupported(key: string, error: unknown): SessionError {
  const at = error instanceof DevalueError && error.path !== '' ? ` (at ${quoted(error.path)})` : ''
  return new SessionError(
    'ERR_VALUE_UNSUPPORTED',
    `The value of ${quoted(key)}${at} cannot be stored. Store plain data: strings, numbers, booleans, arrays, objects, Date, Map, Set, BigInt; not functions, symbols or class instances.`,
  )
}
