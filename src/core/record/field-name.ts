/**
 * How a namespace and a key become one field name in the store. The encoding is
 * injective: two different pairs never meet, with any characters in them.
 *
 * A key of the default namespace is its own name (`theme`), others get their
 * namespace in front (`cart/items`), so a record stays readable in `redis-cli`.
 *
 * @module
 */

import { SessionError } from '../errors.ts'

/** Names that need no encoding: most of them. */
const PLAIN = /^[\w.:-]*$/
/** `/` separates, `%` escapes, lone surrogates do not survive UTF-8. */
const SPECIAL = /[%/]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g
/** `@` and `!` belong to stores; some Redis clients lose a field called `__proto__`. */
const RESERVED = /^[@!]|^_(?=_proto__$)/
/** An escape begins with four digits, so no key is encoded to such a name. */
const INTERNAL = /^%(?![0-9a-f]{4})/

/**
 * The field name of a key in a namespace; `''` is the default namespace.
 * @throws `ERR_OPTION_INVALID` if one is no text, as what a visitor sends may be
 */
export function fieldName(namespace: string, key: string): string {
  if (typeof namespace !== 'string' || typeof key !== 'string') throw noKey()
  return namespace === '' ? reserve(escape(key)) : reserve(`${escape(namespace)}/${escape(key)}`)
}

/** The namespace and key of a field name. */
export function parseField(name: string): { namespace: string; key: string } {
  const slash = name.indexOf('/')
  if (slash === -1) return { namespace: '', key: unescape(name) }
  return { namespace: unescape(name.slice(0, slash)), key: unescape(name.slice(slash + 1)) }
}

/** For what stands in the place of a key and is none. */
export function noKey(): SessionError {
  return new SessionError(
    'ERR_OPTION_INVALID',
    'A key or namespace of the session is not a string. Check what the request brought, or turn it into one with String(key).',
  )
}

/** Whether a name is one of sojourn's own, such as `%v2`, and stands for no key. */
export function isInternal(name: string): boolean {
  return INTERNAL.test(name)
}

function escape(text: string): string {
  return PLAIN.test(text) ? text : text.replace(SPECIAL, percent)
}

function reserve(name: string): string {
  return name.replace(RESERVED, percent)
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function unescape(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(/%([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}
