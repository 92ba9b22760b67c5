/** @module What a failing Redis means to the caller. */

import { isSessionError, remembering, SessionError, storeError, unreachedError } from '../../core/errors.ts'
import { stripped } from '../../core/stripped.ts'
import { NotConnected } from './clients/outage.ts'
import { ChangedCommand } from './command-words.ts'
import { UnreadableReply } from './replies.ts'

/**
 * Settles as `work` does; errors of the client become errors of the store.
 *
 * @param store the name of the store
 */
export async function settled<T>(store: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw failure(store, error)
  }
}

/**
 * The error of the store for an error of the client.
 *
 * @param store the name of the store
 */
export function failure(store: string, error: unknown): SessionError {
  if (isSessionError(error)) return error
  if (error instanceof UnreadableReply) return changedReply(store, error)
  if (error instanceof ChangedCommand) return changedCommand(store, error)
  const denied = denialOf(error instanceof NotConnected ? error.cause : error)
  if (denied !== null) return denial(store, denied, error)
  if (isFull(error)) return storeError('ERR_STORE_FULL', store, error)
  const isElsewhere = isRefusal(error) || isOfCode(error)
  return isElsewhere ? storeError('ERR_STORE_UNAVAILABLE', store, error) : unreachedError(store, error)
}

/** Whether Redis has no memory left for what it was asked, or, of Upstash, the plan has none. */
export function isFull(error: unknown): boolean {
  return error instanceof Error && /\bOOM\b|capacity quota exceeded/.test(error.message)
}

/** Whether Redis itself said no: its replies begin with a word in capitals, and glide gives them a name. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof NotConnected) return false
  // Over HTTP it may say so without a word of Redis.
  if ('code' in error && String(error.code).startsWith('HTTP_4')) return true
  return /^[A-Z]{2,}\b/.test(error.message) || error.name === 'RequestError'
}

/** What the client must be given otherwise, and waiting does not help; `null` if it is nothing of this kind. */
export function denialOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  return DENIALS.find(([text]) => text.test(error.message))?.[1] ?? null
}

const DENIALS: readonly (readonly [text: RegExp, meaning: string])[] = [
  [
    /\b(?:WRONGPASS|NOAUTH)\b|^ERR invalid password|without any password configured|AuthenticationFailed/,
    'refused the user name or the password. Check those in the address or the options of the client.',
  ],
  [
    /^ERR (?:DB index is out of range|invalid DB index)/,
    'has no database of this number. Check it in the address or the options of the client.',
  ],
]

function denial(store: string, meaning: string, cause: unknown): SessionError {
  const text = `The session store (${store}) ${meaning}`
  return remembering(new SessionError('ERR_STORE_UNAVAILABLE', text, { cause: stripped(cause) }), cause)
}

/** Whether an error is one of code, which says nothing of the way to the server. That of `fetch` has a cause. */
function isOfCode(error: unknown): boolean {
  const isWrong = [TypeError, RangeError, ReferenceError, SyntaxError].some((type) => error instanceof type)
  return isWrong && (error as Error).cause === undefined && !('code' in (error as Error))
}

/** Whether the error shows that Redis was reached. */
export function isAnswer(error: unknown): boolean {
  const isOurs = error instanceof UnreadableReply || error instanceof ChangedCommand
  return isOurs || isSessionError(error) || isRefusal(error)
}

function changedReply(store: string, cause: UnreadableReply): SessionError {
  return new SessionError(
    'ERR_STORE_UNAVAILABLE',
    `The session store (${store}) got a reply that Redis does not send (${cause.message}). A transformer of ` +
      'replies or arguments or a type mapping of the client changed it, or something else answers there. ' +
      'Give the store a client of its own, without these.',
    { cause },
  )
}

function changedCommand(store: string, cause: ChangedCommand): SessionError {
  return new SessionError(
    'ERR_STORE_UNAVAILABLE',
    `The client of the session store (${store}) changed a command, so that it was not sent (${cause.command}). ` +
      'Transformers of arguments are for all clients of their package: remove the one of this command ' +
      '(`setArgumentTransformer`), or give the store a client of another package, such as `redis`.',
    { cause },
  )
}
