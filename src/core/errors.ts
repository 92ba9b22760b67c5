/**
 * Every error that sojourn throws: one class, one closed list of codes.
 *
 * A missing, expired, malformed or forged session is never an error: it is an
 * anonymous session. A store that cannot be reached always is one.
 *
 * @module
 */

import { NO_STORE } from './no-store.ts'
import { printable } from './quoted.ts'
import { stripped } from './stripped.ts'

/**
 * What went wrong. Codes are stable; texts may improve.
 *
 * | code | thrown when |
 * |---|---|
 * | `ERR_OPTION_INVALID` | an option is unknown, of the wrong type or contradicts another: at construction; a name is no string; the function that should bring a client of the store threw, at the first operation; a session was used like one of express-session |
 * | `ERR_SESSION_READONLY` | a write was tried where no cookie can be set, such as a render |
 * | `ERR_HEADERS_SENT` | a write was tried after the response had begun |
 * | `ERR_SESSION_GONE` | the session ended (logout, rotation, expiry) before this write arrived |
 * | `ERR_SESSION_CONFLICT` | `update()` kept losing against other writers |
 * | `ERR_TOO_MANY_SESSIONS` | a sign-in would exceed `maxSessionsPerUser` |
 * | `ERR_NOT_FRESH` | `requireFresh()` found that the sign-in is too long ago |
 * | `ERR_CROSS_SITE` | `assertSameOrigin()` met a request that a foreign page may have sent; or a session would begin or end where the browser has withheld its cookie |
 * | `ERR_UNAUTHENTICATED` | `requireSession()` found no signed-in user |
 * | `ERR_VALUE_UNSUPPORTED` | a value cannot be stored: a function, a class instance, data nested too deep or throwing |
 * | `ERR_VALUE_INVALID` | a value was refused by the schema |
 * | `ERR_NOT_INTEGER` | `increment()` met a stored value that is not an integer |
 * | `ERR_RECORD_TOO_LARGE` | the session would grow over a limit: bytes, number of values, length of a name |
 * | `ERR_STORE_UNAVAILABLE` | the store refused, failed or could not be reached |
 * | `ERR_STORE_TIMEOUT` | the store did not answer in time; the outcome of a write is unknown |
 * | `ERR_STORE_FULL` | the store has no room for the write |
 * | `ERR_STORE_NOT_REPLICATED` | too few replicas confirmed a write; its outcome is unknown |
 * | `ERR_STORE_UNSUPPORTED` | the store cannot do what was asked, see its `capabilities` |
 */
export type SessionErrorCode =
  | 'ERR_OPTION_INVALID'
  | 'ERR_SESSION_READONLY'
  | 'ERR_HEADERS_SENT'
  | 'ERR_SESSION_GONE'
  | 'ERR_SESSION_CONFLICT'
  | 'ERR_TOO_MANY_SESSIONS'
  | 'ERR_NOT_FRESH'
  | 'ERR_CROSS_SITE'
  | 'ERR_UNAUTHENTICATED'
  | 'ERR_VALUE_UNSUPPORTED'
  | 'ERR_VALUE_INVALID'
  | 'ERR_NOT_INTEGER'
  | 'ERR_RECORD_TOO_LARGE'
  | 'ERR_STORE_UNAVAILABLE'
  | 'ERR_STORE_TIMEOUT'
  | 'ERR_STORE_FULL'
  | 'ERR_STORE_NOT_REPLICATED'
  | 'ERR_STORE_UNSUPPORTED'

const STATUS: Partial<Record<SessionErrorCode, number>> = {
  ERR_CROSS_SITE: 403,
  ERR_UNAUTHENTICATED: 401,
  ERR_NOT_FRESH: 401,
  ERR_TOO_MANY_SESSIONS: 403,
  ERR_SESSION_GONE: 401,
  ERR_SESSION_CONFLICT: 409,
  ERR_RECORD_TOO_LARGE: 413,
  ERR_VALUE_INVALID: 422,
  ERR_STORE_UNAVAILABLE: 503,
  ERR_STORE_TIMEOUT: 503,
  ERR_STORE_FULL: 503,
  ERR_STORE_NOT_REPLICATED: 503,
}

/** More characters than any text of ours has. */
const LONGEST = 1000

const BRAND = Symbol.for('sojourn.error')

/**
 * An error of sojourn. Its text says what happened, then what to do, and never
 * holds a token, a key, a value or an address.
 */
export class SessionError extends Error {
  /** Which of the documented failures this is. */
  readonly code: SessionErrorCode
  /** The HTTP status that fits: 503 for a failing store, 401 where no user is signed in, else 4xx or 500. */
  readonly status: number
  /** The same as `code`. Next.js keeps this property in production, so `error.tsx` can tell failures apart. */
  readonly digest: SessionErrorCode

  constructor(code: SessionErrorCode, message: string, options?: { cause?: unknown }) {
    // Texts quote what comes from outside; this is for what a store of others put into one.
    super(printable(message, LONGEST), options)
    this.name = 'SessionError'
    this.code = code
    this.digest = code
    this.status = STATUS[code] ?? 500
    Object.defineProperty(this, BRAND, { value: true })
  }

  /** The same as `status`, for frameworks that look for this name, such as micro. */
  get statusCode(): number {
    return this.status
  }

  /** The response to a visitor: the status and the code. Hono sends it when the error is not caught. */
  getResponse(): Response {
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': NO_STORE }
    return new Response(this.code, { status: this.status, headers })
  }
}

/**
 * Whether a value is an error of sojourn, and of the given code if one is named.
 * Works where `instanceof` does not: Next.js loads a package once per module graph.
 */
export function isSessionError(value: unknown, code?: SessionErrorCode): value is SessionError {
  if (typeof value !== 'object' || value === null || !(BRAND in value)) return false
  return code === undefined || ('code' in value && value.code === code)
}

/** Builds the error for a bad option. Internal: every option check reads the same. */
export function invalidOption(message: string): SessionError {
  return new SessionError('ERR_OPTION_INVALID', message)
}

type StoreErrorCode = Extract<SessionErrorCode, `ERR_STORE_${string}`>

const STORE_TEXT: Record<StoreErrorCode, string> = {
  ERR_STORE_UNAVAILABLE:
    'refused the operation, failed or could not be reached. The `cause` says more, outside production in the words of the driver; `onEvent` is given its whole error.',
  ERR_STORE_TIMEOUT:
    'did not answer in time. If it was asked to write, that may or may not have happened. Check the load and the network between the application and the store.',
  ERR_STORE_FULL: 'has no room for the write. Give it more memory or disk.',
  ERR_STORE_NOT_REPLICATED:
    'could not get a write to as many replicas as were asked for, so it may or may not outlive its server. Check that the replicas are running and connected.',
  ERR_STORE_UNSUPPORTED: 'cannot do this. Use a store whose `capabilities` include it.',
}

const UNREACHED_TEXT =
  'could not be reached. Check that it is running, and where this application looks for it.'

/**
 * Builds the error for a failing store. Internal.
 *
 * Driver errors carry keys, values and addresses in their properties (ioredis: `command.args`)
 * and texts. Of the properties only class and code survive as the cause; of the text, in
 * production, only the word in capitals that it begins with.
 */
export function storeError(code: StoreErrorCode, store: string, cause?: unknown): SessionError {
  return failing(code, store, STORE_TEXT[code], cause)
}

const RAW: unique symbol = Symbol.for('sojourn.raw')
const UNREACHED = Symbol.for('sojourn.unreached')

/** Network errors of Node.js, which drivers pass on. */
const NETWORK = /^(?:ECONN|EHOST|ENET|EPIPE$|ETIMEDOUT$|ENOTFOUND$|EAI_)/

/** As `storeError` for a store that was not reached at all, so that nothing is known but that. Internal. */
export function unreachedError(store: string, cause?: unknown): SessionError {
  const error = failing('ERR_STORE_UNAVAILABLE', store, UNREACHED_TEXT, cause)
  Object.defineProperty(error, UNREACHED, { value: true })
  return error
}

/** Whether a store, or its driver, says by this error that it was not reached. Internal. */
export function isUnreached(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return UNREACHED in error || ('code' in error && NETWORK.test(String(error.code)))
}

/**
 * Builds the error for a function of the application that threw when it should have brought a
 * store, which is no outage. Its error is the cause, as it is: it is the application's own. Internal.
 */
export function mistake(message: string, cause: unknown): SessionError {
  return remembering(new SessionError('ERR_OPTION_INVALID', message, { cause }), cause)
}

/**
 * What a store's error was made of, as the driver threw it; `undefined` if it was made of
 * nothing. Internal.
 */
export function rawErrorOf(error: SessionError): unknown {
  return rawErrors.get(error)
}

/** Remembers what an error was made of, for a log, where nothing that shows an error finds it. Internal. */
export function remembering(error: SessionError, raw: unknown): SessionError {
  if (raw !== undefined) rawErrors.set(error, raw)
  return error
}

// Next.js loads a package once per module graph, and a store may come from another one than the sessions.
const holder = globalThis as { [RAW]?: WeakMap<SessionError, unknown> }
const rawErrors = (holder[RAW] ??= new WeakMap<SessionError, unknown>())

function failing(code: StoreErrorCode, store: string, text: string, cause: unknown): SessionError {
  const options = cause === undefined ? undefined : { cause: stripped(cause) }
  return remembering(new SessionError(code, `The session store (${store}) ${text}`, options), cause)
}
