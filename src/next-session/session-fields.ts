/**
 * How a session is written as fields.
 *
 * @module
 */

import { isSessionError } from '../core/errors.ts'
import { fieldName } from '../core/record/field-name.ts'
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
