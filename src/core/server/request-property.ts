/**
 * `request.session`: readable, and not to be replaced. `request.session = null` does not sign out.
 *
 * `delete request.session` cannot be heard: that the property is gone is seen when the response
 * begins, and told then. So is another middleware that puts its own in its place.
 *
 * @module
 */

import { invalidOption } from '../errors.ts'
import { refuseReplacing } from '../session/foreign-habits.ts'

// The same for every copy of this package in a process.
const SESSION: unique symbol = Symbol.for('sojourn.request.session')
const TOLD: unique symbol = Symbol('sojourn.request.told')

interface Holder {
  [SESSION]?: object
  [TOLD]?: boolean
  session?: unknown
}

/** The session that was hung on a request; `null` before. */
export function heldSession(this: Holder): object | null {
  return this[SESSION] ?? null
}

/** One getter and one setter for all requests, so that V8 gives them all one shape. */
const PROPERTY: PropertyDescriptor = {
  get: heldSession,
  set: refuseReplacing,
  enumerable: true,
  configurable: true,
}

const CURE =
  'Leave one of the two out. Or leave out this middleware, and open its session with await getSession(request, response), which works beside the other.'

/**
 * Hangs a session on a request.
 * @throws `ERR_OPTION_INVALID` if another one hangs there, of this or of another library
 */
export function defineSession(request: object, session: object): void {
  const held = (request as Holder)[SESSION]
  if (held === session) return
  if (held !== undefined) throw invalidOption(`request.session is that of another createSessions. ${CURE}`)
  if (isTaken(request)) {
    throw invalidOption(
      `request.session belongs to another middleware, such as express-session or cookie-session. ${CURE}`,
    )
  }
  ;(request as Holder)[SESSION] = session
  Object.defineProperty(request, 'session', PROPERTY)
}

/**
 * Looks whether the session still hangs on its request. It tells once, so that the error can be answered.
 * @throws `ERR_OPTION_INVALID` if it was deleted, or another one has come in its place
 */
export function assertHeld(request: object): void {
  const { [SESSION]: session, [TOLD]: isTold } = request as Holder
  const property = Object.getOwnPropertyDescriptor(request, 'session')
  if (session === undefined || isTold === true || property?.get === heldSession) return
  if (property === undefined) {
    Object.defineProperty(request, 'session', PROPERTY)
    throw invalidOption(
      'delete request.session: this does not sign out. Write await session.logout() before you answer.',
    )
  }
  ;(request as Holder)[TOLD] = true
  throw invalidOption(
    `Another middleware, such as cookie-session, has put its own session in the place of request.session. ${CURE}`,
  )
}

function isTaken(request: Holder): boolean {
  const property = Object.getOwnPropertyDescriptor(request, 'session')
  if (property !== undefined && (!property.configurable || !('value' in property))) return true
  return (request.session ?? null) !== null
}
