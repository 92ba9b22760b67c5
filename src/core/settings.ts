/**
 * What the options of `createSessions` come to, and what all sessions of one manager share.
 *
 * @module
 */

import type { CookieValues } from './browser/signature.ts'
import type { CookieSettings, SessionCookie } from './browser/cookie.ts'
import type { OnEvent } from './events.ts'
import type { Records, RecordSettings } from './record/records.ts'
import type { Sealer } from './wrappers/sealer.ts'
import type { ShapeSettings } from './schema/shape.ts'

/** Checked and completed options, without the store. */
export interface Settings extends RecordSettings, ShapeSettings {
  cookie: CookieSettings
  /** Removes the cookies of scopes that ours had before. */
  previousCookies: readonly SessionCookie[]
  /** How the cookie carries the token. */
  cookieValues: CookieValues
  /** Encrypts what the store keeps; `null` if nothing does. */
  sealer: Sealer | null
  maxSessionsPerUser: number | null
  atLimit: 'evict-oldest' | 'refuse'
  origins: readonly string[]
  timeout: number
  onEvent: OnEvent | undefined
}

/** What all sessions of one manager share. */
export interface Context {
  settings: Settings
  records: Records
  emit: OnEvent
}
