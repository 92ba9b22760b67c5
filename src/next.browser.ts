/**
 * What a browser bundle finds instead of `sojourn/next`: Next.js stops the build at the next
 * line and shows which client component led here.
 *
 * @module
 */

import 'server-only'

/** Never runs. It exists so that the build stops with the message of `server-only` alone. */
export function createSessions(): never {
  throw new Error('sojourn/next works on the server only.')
}
