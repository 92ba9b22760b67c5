/**
 * `request.session`: readable, and not to be replaced. `request.session = null` signs nobody out.
 *
 * @module
 */

import { refuseReplacing } from './foreign-habits.ts'

// The same for every copy of this package in a process.
const SESSION: unique symbol = Symbol.for('sojourn.request.session')

interface Holder {
  [SESSION]?: object
}

/** The session that was hung on a request; `null` before. */
export function heldSession(this: Holder): object | null {
  return this[SESSION] ?? null
}

/** Holds a session where the property's getter finds it. */
export function holdSession(request: object, session: object): void {
  ;(request as Holder)[SESSION] = session
}

/** One getter and one setter for all requests, so that V8 gives them all one shape. */
const PROPERTY: PropertyDescriptor = { get: heldSession, set: refuseReplacing, enumerable: true }

/** Hangs a session on a request. */
export function defineSession(request: object, session: object): void {
  if ((request as Holder)[SESSION] === undefined) Object.defineProperty(request, 'session', PROPERTY)
  holdSession(request, session)
}
