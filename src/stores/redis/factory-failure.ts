/** @module What it means that the function which makes a client failed. */

import { isSessionError, isUnreached, mistake, type SessionError } from '../../core/errors.ts'

/**
 * Classes of errors by which clients tell of the server. Those of the application may have names
 * that look like these, so each is listed: of `ioredis` and `iovalkey`, of `@valkey/valkey-glide`, and of `redis`,
 * which have no common one.
 */
const OF_CLIENTS: ReadonlySet<string> = new Set([
  'RedisError',
  'ValkeyError',
  'ErrorReply',
  'ConnectionTimeoutError',
  'SocketTimeoutError',
  'SocketTimeoutDuringMaintenanceError',
  'CommandTimeoutDuringMaintenanceError',
  'ClientClosedError',
  'ClientOfflineError',
  'DisconnectsClientError',
  'SocketClosedUnexpectedlyError',
  'RootNodesUnavailableError',
  'ReconnectStrategyError',
  'MaxCommandRedirectionsError',
])

/** Texts of errors of the class `Error` itself, of ioredis; and the words that replies begin with, where classes have lost their names. */
const OF_SERVER =
  /^Connection is closed|^connect E[A-Z]+|^(?:ERR|WRONGPASS|NOAUTH|NOPERM|LOADING|READONLY|MISCONF|OOM|BUSY|MASTERDOWN|CLUSTERDOWN|NOREPLICAS|DENIED|NOPROTO) /

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
  if (isUnreached(error) || OF_SERVER.test(error.message) || isOfClient(error)) return true
  return isOutage(error.cause) || (error instanceof AggregateError && error.errors.some(isOutage))
}

function isOfClient(error: Error): boolean {
  for (let type: unknown = error.constructor; typeof type === 'function'; type = Object.getPrototypeOf(type))
    if (OF_CLIENTS.has(type.name)) return true
  return false
}
