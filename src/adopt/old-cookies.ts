/**
 * Finding the cookies of another library in a request.
 *
 * @module
 */

import { findTokens, mentions } from '../core/browser/cookie.ts'

/** The different values of a cookie that have the right form; at most two. */
export function valuesOf(header: string, name: string, hasForm: (value: string) => boolean): string[] {
  return findTokens(header, name, { read: (value) => (hasForm(value) ? value : null), write: String }, 2)
}

/** Those of these names that the request may have brought. */
export function namesIn(header: string, names: readonly string[]): string[] {
  return names.filter((name) => mentions(header, name))
}

/** A value without percent-encoding; `''` if it is damaged. */
export function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return ''
  }
}
