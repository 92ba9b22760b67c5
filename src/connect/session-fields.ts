/**
 * A session of express-session as fields: one for each of its properties, as JSON would keep it.
 *
 * @module
 */

import { fieldName, parseField } from '../core/record/field-name.ts'
import { decodeValue } from '../core/record/values.ts'
import type { Change } from '../core/store.ts'

/** Where the cookie's attributes lie. */
export const COOKIE = 'cookie'

/** The fields of a session. Throws where JSON does. */
export function fieldsOf(session: object): Map<string, string> {
  const plain = JSON.parse(JSON.stringify(session)) as Record<string, unknown>
  const fields = new Map<string, string>()
  for (const name of Object.keys(plain)) {
    if (name === COOKIE) fields.set(COOKIE, cookieText((session as { cookie?: unknown }).cookie))
    else fields.set(fieldName('', name), encode(plain[name]))
  }
  return fields
}

/** The session of these fields. `expires` is when it ends. */
export function sessionOf(fields: ReadonlyMap<string, string>, expires: Date): { cookie: object } {
  const session = { cookie: {} }
  for (const [name, text] of fields) {
    const value = decodeValue(text)
    // Not an assignment: the name may be `__proto__`.
    Object.defineProperty(session, parseField(name).key, {
      value: name === COOKIE ? dated(value, expires) : value,
      configurable: true,
      enumerable: true,
      writable: true,
    })
  }
  return session
}

/** What to change so that fields which were `before` are as in `after`. */
export function difference(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): Required<Pick<Change, 'set' | 'delete'>> {
  const set = new Map([...after].filter(([name, text]) => before.get(name) !== text))
  return { set, delete: [...before.keys()].filter((name) => !after.has(name)) }
}

/**
 * The text of the field for the cookie. With a `maxAge` its `expires` is the deadline of the
 * record, which moves without it; what Fastify adds to its attributes repeats it.
 */
export function cookieText(cookie: unknown): string {
  const plain = JSON.parse(JSON.stringify(cookie ?? {})) as Record<string, unknown>
  const { expires, originalExpires: _, ...attributes } = plain
  const isFixed = typeof attributes['originalMaxAge'] !== 'number' && typeof expires === 'string'
  return encode(isFixed ? { ...attributes, expires } : attributes)
}

function dated(value: unknown, expires: Date): object {
  const attributes = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  if (typeof attributes['originalMaxAge'] === 'number') return { ...attributes, expires }
  const fixed = attributes['expires']
  return { ...attributes, expires: typeof fixed === 'string' ? new Date(fixed) : null }
}

function encode(value: unknown): string {
  if (typeof value === 'string' && value.isWellFormed()) return `$${value}`
  if (Number.isSafeInteger(value)) return String(value)
  return `:${JSON.stringify(value)}`
}
