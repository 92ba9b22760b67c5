/**
 * The channel of a request that only looks at its session.
 *
 * @module
 */

import type { CookieChannel } from './channel.ts'
import { SessionError } from '../errors.ts'

/** See the module. */
export function lookingChannel(header: string | null): CookieChannel {
  return { header, looksOnly: true, send: refuse, assertWritable: refuse, defer: () => {} }
}

function refuse(): never {
  throw new SessionError(
    'ERR_SESSION_READONLY',
    'The session was written where it is only looked at, for the browser. Read in toClient, and write in a Server Action or a Route Handler.',
  )
}
