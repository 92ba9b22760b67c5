/**
 * The browser gets the cookie of its new session, and loses those of the old library.
 *
 * @module
 */

import type { RequestSession } from '../request/request-session.ts'
import { clearingCookie } from '../browser/cookie.ts'
import { isSessionError, type SessionErrorCode } from '../errors.ts'
import type { LifetimeSettings } from '../record/lifetime.ts'
import type { RecordMeta } from '../record/meta.ts'
import type { OldLibrary } from './old-library.ts'
import { scopeOf } from '../browser/set-cookie.ts'

/** Where no cookie can be sent, such as in a render, that is left to a later request. */
const LATER: SessionErrorCode[] = ['ERR_SESSION_READONLY', 'ERR_HEADERS_SENT']

/** Sends the token of a session that lives. */
export function handOver(current: RequestSession, library: OldLibrary): void {
  if (current.living === null) return
  const { identity, meta } = current.living
  if (announce(current, identity.token, meta) !== null) clearOld(current, library)
}

/** Sends a token; returns how to take it back. `null` where no cookie can be sent. */
export function announce(
  current: RequestSession,
  token: string,
  lifetime: LifetimeSettings | RecordMeta,
): (() => void) | null {
  try {
    return current.cookies.sendToken(token, lifetime, true)
  } catch (error) {
    if (LATER.some((code) => isSessionError(error, code))) return null
    throw error
  }
}

/** Takes the old cookies away, but for one that ours stands in place of. */
export function clearOld({ channel, context }: RequestSession, library: OldLibrary): void {
  if (library.keep) return
  const ours = context.settings.cookie
  // Ours may be kept apart for each embedding site; the old one was not.
  const { partitioned: _, domain: __, ...attributes } = ours
  const { path, domain } = library.cookie
  for (const name of library.names(channel.header ?? '')) {
    const old = { ...attributes, name, path, ...(domain !== undefined && { domain }) }
    if (scopeOf(old) !== scopeOf(ours)) channel.send(clearingCookie(old))
  }
}
