/**
 * What of a session is compared to find out whether it changed.
 *
 * @module
 */

import type { SessionData } from './types.ts'

/** The session as JSON, without its cookie. A `cookie` further inside is data like any other. */
export function hash(session: SessionData): string {
  const { cookie: _, ...data } = session
  return JSON.stringify(data)
}
