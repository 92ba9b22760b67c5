/**
 * What the old libraries have in common: a plain object, in which the application keeps what it likes.
 *
 * @module
 */

import type { OldSession } from '../core/adoption.ts'
import type { PlainData } from '../core/schema.ts'

/** Options of every adoption. */
export interface AdoptionOptions {
  /** Name of the old cookie. */
  name?: string
  /** The old cookie's path, needed to remove it. Default `/`. */
  path?: string
  /** The old cookie's domain, needed to remove it. Default: none. */
  domain?: string
  /** Who is signed in, told from the old data: `(data) => data.user?.id`. Default: nobody. */
  userId?: (data: PlainData) => string | null | undefined
  /** Which data comes along, and in which shape. Default: all. */
  data?: (data: PlainData) => PlainData
  /**
   * Leaves the old session and its cookie in place, for a way back. Default false: they are removed.
   * A session never moves twice.
   */
  keep?: boolean
}

/** The part of an adoption that does not depend on the library. */
export function common(
  kind: string,
  name: string,
  options: AdoptionOptions,
): { kind: string; keep: boolean; cookie: { name: string; path: string; domain?: string | undefined } } {
  const { path = '/', domain, keep = false } = options
  return { kind: `${kind} ${name}`, keep, cookie: { name, path, domain } }
}

/** The old data as a session; `null` if it is none. */
export function oldSession(
  stored: unknown,
  { userId, data: choose }: AdoptionOptions,
  expiresAt?: number,
): OldSession | null {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return null
  const data = stored as PlainData
  return { data: choose?.(data) ?? data, userId: userId?.(data) || undefined, expiresAt }
}
