/** @module What it means that the function which makes a client failed. */

import { isSessionError, isUnreached, mistake, type SessionError } from '../../core/errors.ts'
import { isRefusal } from './failure.ts'

/** Classes of errors by which clients say that there is no connection: they give them no common name. */
const OF_CONNECTIONS =
  /Connection|Socket|Timeout|ClientClosed|ClosingError|Unavailable|Reconnect|MaxRetries|ClusterAllFailed|Abort/

/** Texts of errors of the class `Error` itself, of ioredis. */
const SAY_CLOSED = /^Connection is closed|^connect E[A-Z]+/

/**
 * The error for a function that failed by itself: a missing setting, a malformed address, a typing
 * error. `null` if it told of the server, as one that connects before it answers does.
 */
export function mistakeOf(error: unknown): SessionError | null {
  if (isSessionError(error) || isOutage(error)) return null
  return mistake(
    'redisStore: the function that should make a client failed, with the error in `cause`. It never came to ' +
      'asking the server. Mend the function; it is called again by the next operation.',
    error,
  )
}

function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (isUnreached(error) || isRefusal(error) || SAY_CLOSED.test(error.message)) return true
  if (OF_CONNECTIONS.test(error.name) || OF_CONNECTIONS.test(error.constructor.name)) return true
  return isOutage(error.cause) || (error instanceof AggregateError && error.errors.some(isOutage))
}
