/**
 * How a session is written as fields.
 *
 * @module
 */

import { isSessionError } from '../core/errors.ts'
import { fieldName, parseField } from '../core/record/field-name.ts'
import { decodeValue, encodeValue } from '../core/record/values.ts'
import { expiryOf, readCookie } from './stored-cookie.ts'
import { RESERVED } from './stored-session.ts'
import type { Cookie, SessionData, SessionRecord } from './types.ts'

/**
 * The fields of a session's data.
 * @throws `ERR_VALUE_UNSUPPORTED`
 */
export function valueTexts(data: SessionData | SessionRecord): Map<string, string> {
  const texts = new Map<string, string>()
  for (const [key, value] of Object.entries(data)) {
    if (RESERVED.has(key)) continue
    const text = valueText(key, value)
    if (text !== null) texts.set(fieldName('', key), text)
  }
  return texts
}

/** Whether a session without fields would have one of this data. */
export function hasValues(data: SessionData): boolean {
  return Object.entries(data).some(([key, value]) => !RESERVED.has(key) && valueText(key, value) !== null)
}

/** The values of the fields of a record that are data of its session, and their texts. */
export function readValues(fields: ReadonlyMap<string, string>): {
  data: SessionRecord
  texts: Map<string, string>
} {
  const data: [string, unknown][] = []
  const texts = new Map<string, string>()
  for (const [name, text] of fields) {
    const { namespace, key } = parseField(name)
    if (namespace !== '' || RESERVED.has(key)) continue
    const value = decodeValue(text)
    if (value === undefined) continue
    data.push([key, value])
    texts.set(name, text)
  }
  return { data: Object.fromEntries(data), texts }
}

/**
 * The text that would be stored today for what a field holds: other releases may have written it
 * otherwise. `null` if today it would not be stored.
 */
export function rewritten(text: string): string | null {
  try {
    return valueText('', decodeValue(text))
  } catch {
    return null
  }
}

/** The text of a cookie. `expires` is kept on the store's clock, `skew` milliseconds ahead of ours. */
export function cookieText(cookie: Cookie, skew: number): string {
  const { expires: _, ...rest } = cookie
  const expires = expiryOf(cookie)
  const whole = expires === undefined ? rest : { ...rest, expires: expires + skew }
  return encodeValue(JSON.parse(JSON.stringify(whole)), 'cookie')
}

/** The cookie of such a text; `null` if there is none. */
export function readStoredCookie(text: string | undefined, skew: number): Cookie | null {
  const cookie = readCookie(text === undefined ? null : decodeValue(text))
  if (cookie?.expires !== undefined) cookie.expires = new Date(cookie.expires.getTime() - skew)
  return cookie
}

/** Values that the codec refuses, such as class instances, are kept as JSON keeps them: as in next-session. */
function valueText(key: string, value: unknown): string | null {
  if (value === undefined) return null
  try {
    return encodeValue(value, key)
  } catch (error) {
    let json: string | undefined
    try {
      json = JSON.stringify(value)
    } catch {
      throw error
    }
    if (!isSessionError(error)) throw error
    return json === undefined ? null : encodeValue(JSON.parse(json), key)
  }
}
