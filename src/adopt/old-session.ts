/**
 * What the old libraries have in common: a plain object, in which the application keeps what it likes.
 *
 * @module
 */

import type { OldLibrary, OldSession } from '../core/adoption/old-library.ts'
import type { PlainData } from '../core/data.ts'
import { namesIn, valuesOf } from './old-cookies.ts'

/** What `userId` may answer. Numbers become text; an empty text is no user, as `null` is. */
export type OldUserId = string | number | bigint | false | null | undefined

/** Options of every adoption. */
export interface AdoptionOptions {
  /** Name of the old cookie. */
  name?: string
  /** The old cookie's path, needed to remove it. Default `/`. */
  path?: string
  /** The old cookie's domain, needed to remove it. Default: none. */
  domain?: string
  /**
   * Who is signed in, told from the old data: `(data) => data.user?.id`. A number becomes text.
   * Default: no user.
   */
  userId?: (data: PlainData) => OldUserId
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
  { path = '/', domain, keep = false, userId, data }: AdoptionOptions,
): Pick<OldLibrary, 'kind' | 'keep' | 'cookie' | 'selection' | 'isUnique'> {
  return {
    kind: `${kind} ${name}`,
    keep,
    cookie: { path, domain },
    selection: { userId, data },
    isUnique: true,
  }
}

/** The part of an adoption whose session is in one cookie. */
export function inOneCookie(
  name: string,
  hasForm: (value: string) => boolean,
): Pick<OldLibrary, 'candidates' | 'names'> {
  return {
    candidates: (header) => valuesOf(header, name, hasForm),
    names: (header) => namesIn(header, [name]),
  }
}

/** The old data as a session; `null` if it is none. */
export function oldSession(stored: unknown, expiresAt?: number): OldSession | null {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return null
  return { data: stored as PlainData, expiresAt }
}
