/**
 * The errors that writes end with when they meet another write, or a value of another kind.
 *
 * @module
 */

import { invalidOption, SessionError } from './errors.ts'
import { quoted } from './quoted.ts'

/** For a write that came after the end of its session. */
export function gone(): SessionError {
  return new SessionError(
    'ERR_SESSION_GONE',
    'The session ended before this write arrived, by logout, rotation or expiry. Nothing was stored. Answer as to a visitor who is not signed in.',
  )
}

/** For a session that would take the place of one whose cookie the browser has withheld. */
export function withheld(sameSite: string): SessionError {
  const cure =
    sameSite === 'strict'
      ? 'Answer with a page of your own that goes on by itself, and write there.'
      : 'Answer 303 to a GET of your own, and write there.'
  return new SessionError(
    'ERR_CROSS_SITE',
    `A page of another site sent this request, so the browser has withheld the session cookie (SameSite=${sameSite}), if it has one. Nothing was stored: a new session would take the place of the visitor's, whose cookie would be lost. ${cure} In frames and scripts of other sites only cookie.sameSite: 'none' brings the cookie. login() works here as well.`,
  )
}

/** For a sign-in that was ended while it was under way. */
export function revokedMeanwhile(): SessionError {
  return new SessionError(
    'ERR_SESSION_GONE',
    'The session was ended while it began: all sessions of this user were, or newer ones took its place. No user is signed in. Ask them to sign in again.',
  )
}

/** For a sign-in beyond the limit. */
export function tooManySessions(limit: number): SessionError {
  return new SessionError(
    'ERR_TOO_MANY_SESSIONS',
    `This user is signed in ${limit} times already, the most that maxSessionsPerUser allows. The sign-in was refused. Let them end another session first, or set atLimit: 'evict-oldest'.`,
  )
}

/** For a question about a user's sessions to a store that keeps no lists. */
export function noIndex(store: string): SessionError {
  return new SessionError(
    'ERR_STORE_UNSUPPORTED',
    `The session store (${store}) keeps no list of a user's sessions. Use one that does, such as SQLite or Redis; fromConnectStore does with { lists: true }.`,
  )
}

/** For a logout that came after a rotation: the old token cannot end the session. */
export function rotatedMeanwhile(): SessionError {
  return new SessionError(
    'ERR_SESSION_CONFLICT',
    'The session was given a new token while this request ran, and was not ended. Repeat it with the new cookie.',
  )
}

/** For a sign-in or sign-out with so many cookies that the visitor's is not to be found among them. */
export function tooManyTokens(name: string): SessionError {
  return new SessionError(
    'ERR_SESSION_CONFLICT',
    `The request brought more than eight different cookies ${quoted(name)}, which other hosts of this domain may have planted. Nothing was ended. Let the visitor remove the cookies of this site; a name with "__Host-" keeps others from planting any.`,
  )
}

/** For a change that expected another value. */
export function changedMeanwhile(): SessionError {
  return new SessionError(
    'ERR_SESSION_CONFLICT',
    'The session has changed since it was read. Read it again and repeat the write.',
  )
}

/** For a new key that exists already, which random keys rule out. */
export function keyTaken(): SessionError {
  return new SessionError(
    'ERR_SESSION_CONFLICT',
    'A new session met an existing key. Check the random source of this machine.',
  )
}

/** For an increment of what is no integer, or by what is none. */
export function notInteger(key: string): SessionError {
  return new SessionError(
    'ERR_NOT_INTEGER',
    `increment(${quoted(key)}): the stored value and the step must be integers within ±(2^53 − 1). Nothing was stored.`,
  )
}

/** For an update without a function. */
export function noFunction(key: string): SessionError {
  return invalidOption(
    `update(${quoted(key)}): expected a function of the current value. To write a value, use set().`,
  )
}

/** For an append to what is no list. */
export function notList(key: string): SessionError {
  return new SessionError(
    'ERR_VALUE_INVALID',
    `append(${quoted(key)}): the stored value is not a list. Nothing was stored.`,
  )
}

/** For a page that needs a signed-in user. */
export function unauthenticated(): SessionError {
  return new SessionError(
    'ERR_UNAUTHENTICATED',
    'No user is signed in. Send the visitor to the sign-in page, or answer 401.',
  )
}

/** For an action that needs a recent sign-in. */
export function notFresh(): SessionError {
  return new SessionError(
    'ERR_NOT_FRESH',
    'The last sign-in is too long ago for this. Ask for the password again, and call login() with it.',
  )
}
