/**
 * What every adapter exports besides its own functions.
 *
 * @module
 */

export type { CheckedRequest } from './browser/same-origin.ts'
export { isSessionError, SessionError, type SessionErrorCode } from './errors.ts'
export type { SessionEvent } from './events.ts'
export type { SessionOptions } from './options.ts'
export type { DataOf, Namespaces, Supplied } from './schema/data-types.ts'
export type { SignedIn } from './server/management.ts'
export type { Session } from './session/session.ts'
export type { UserSession } from './users/user-sessions.ts'
