/**
 * The public part of a session: whether a user is signed in, told by a tag, and when it ends.
 *
 * @module
 */

import type { RequestSession } from './request-session.ts'
import type { Living } from '../record/meta.ts'
import type { EndReason } from '../store.ts'

/** A session as its browser knows it, without data. */
export interface SessionOutline {
  /**
   * Public: opens nothing, and says nothing about the person. The same for as long as one person
   * stays signed in, also when the token changes. `null` if no user is signed in.
   */
  tag: string | null
  /** When the session ends if no further request comes, on the clock of `at` and in whole seconds; `null` if nothing is stored. */
  expiresAt: number | null
  /** When the server looked, in epoch milliseconds on its clock. */
  at: number
  /** Why the session that the browser brought is no more; `null` if it lives, or if that is not known. */
  ended: EndReason | null
}

/** The public part of the session of a request. */
export function outlineOf({ living, clock, ended }: RequestSession): SessionOutline {
  const at = Date.now()
  if (living === null) return { tag: null, expiresAt: null, at, ended }
  const tag = living.meta.userId === undefined ? null : tagOf(living)
  const expiresAt = at + living.expiresAt - clock.now()
  // In whole seconds, so that two looks say the same.
  return { tag, expiresAt: Math.floor(expiresAt / 1000) * 1000, at, ended: null }
}

/** What tells one signed-in person from the next. */
export function tagOf({ meta, identity }: Living): string {
  return meta.tag ?? identity.id
}
