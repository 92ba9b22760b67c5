/**
 * What sojourn tells about itself: to `onEvent`, and to the `node:diagnostics_channel`
 * named `sojourn:event` where it exists. Events carry the public id only.
 *
 * @module
 */

import { rawErrorOf, type SessionError, type SessionErrorCode } from './errors.ts'
import { nodeBuiltin } from './runtime.ts'
import { quoted } from './quoted.ts'
import { warn } from './warn.ts'
import type { EndReason } from './store.ts'

/** Something that happened to a session or its store. */
export type SessionEvent =
  | { type: 'created' | 'touched'; id: string }
  /** The session of another library was taken over. `from` says which one's. */
  | { type: 'adopted'; id: string; from: string }
  /**
   * The session of another library cannot be taken over; `reason` says why. It stays as it was, and
   * the visitor is anonymous here.
   */
  | { type: 'adoption-refused'; from: string; reason: string }
  | { type: 'rotated'; id: string; previousId: string }
  | { type: 'destroyed'; id: string; reason: EndReason }
  /** A record or a field of it could not be read: damaged, foreign or of a later version. It is left in place. */
  | { type: 'unreadable'; id: string; what: 'record' | 'field' | 'data' }
  /**
   * A request brought a token that had been replaced, and whose grace was over. It is anonymous.
   * Soon after a sign-in it may be a request of the same browser that was on its way; else a thief
   * may have copied the cookie. `id` is that of the `previousId` in `rotated`.
   */
  | { type: 'reuse'; id: string }
  /**
   * A request brought tokens of two living sessions, or three different tokens: another host may have
   * planted them. It is anonymous.
   */
  | { type: 'ambiguous' }
  /**
   * An operation on a store failed. `error` is what the driver threw, as far as there was
   * something, for a log. It may hold keys, values and addresses, so it is given to `onEvent`
   * alone, and only to those who ask for it by name: it is not enumerable.
   */
  | {
      type: 'store-error'
      store: string
      operation: string
      code: SessionErrorCode
      readonly error?: unknown
    }
  /** The circuit breaker opened, after operations in a row that had no answer, or closed again. */
  | { type: 'breaker'; store: string; state: 'open' | 'closed' }

/** Receives events. It must not throw; if it does, a process warning says so. */
export type OnEvent = (event: SessionEvent) => void

/** Makes the function that sends events to both receivers. */
export function createEmitter(onEvent?: OnEvent): OnEvent {
  return (event) => {
    // A copy, which has no more than what is enumerable.
    if (diagnostics?.hasSubscribers) diagnostics.publish({ ...event })
    if (onEvent === undefined) return
    try {
      const answer: unknown = onEvent(event)
      // An async function is a receiver too, and its rejection would end the process.
      if (answer instanceof Promise) answer.catch((error: unknown) => warnOf(event, error))
    } catch (error) {
      warnOf(event, error)
    }
  }
}

/** The event of an operation that failed. */
export function storeErrorEvent(store: string, operation: string, error: SessionError): SessionEvent {
  const event: SessionEvent = { type: 'store-error', store, operation, code: error.code }
  const raw = rawErrorOf(error)
  return raw === undefined ? event : Object.defineProperty(event, 'error', { value: raw })
}

/**
 * Tells `receive` of every event in this process, from any copy of this package.
 * Returns how to stop; `null` where there is no `node:diagnostics_channel`.
 */
export function hearEvents(receive: OnEvent): (() => unknown) | null {
  if (diagnostics === undefined) return null
  const listener = (message: unknown): void => receive(message as SessionEvent)
  diagnostics.subscribe(listener)
  return () => diagnostics.unsubscribe(listener)
}

function warnOf(event: SessionEvent, error: unknown): void {
  warn(`onEvent threw while receiving "${event.type}": ${quoted(String(error))}`)
}

const diagnostics = nodeBuiltin('node:diagnostics_channel')?.channel('sojourn:event')
