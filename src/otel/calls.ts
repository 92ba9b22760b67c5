/**
 * Operations on stores, as the tracing channel tells of them.
 *
 * @module
 */

import type { Attributes } from '@opentelemetry/api'
import { nodeBuiltin } from '../core/runtime.ts'
import { STORE_CHANNEL, type StoreCall, type StoreOutcome } from '../core/wrappers/tracing.ts'

/** An operation that has ended. */
export type EndedCall = StoreCall & Required<Pick<StoreCall, 'outcome' | 'duration'>>

/** Calls `ended` at the end of each operation. Returns how to stop; `null` where nothing is told. */
export function hearStores(ended: (call: EndedCall) => void): (() => void) | null {
  const channel = nodeBuiltin('node:diagnostics_channel')?.tracingChannel?.(STORE_CHANNEL)
  if (channel === undefined) return null
  const listener = (message: unknown): void => {
    // An answer that is still to come has only left the stack.
    if ((message as StoreCall).outcome !== undefined) ended(message as EndedCall)
  }
  channel.end.subscribe(listener)
  channel.asyncEnd.subscribe(listener)
  return () => {
    channel.end.unsubscribe(listener)
    channel.asyncEnd.unsubscribe(listener)
  }
}

/** What is known before an operation begins. */
export function startAttributes(call: StoreCall): Attributes {
  return { 'sojourn.store': call.store, 'sojourn.operation': call.operation }
}

/** What is known when it has ended. */
export function endAttributes({ outcome }: EndedCall): Attributes {
  return isFailure(outcome)
    ? { 'sojourn.outcome': 'error', 'error.type': outcome }
    : { 'sojourn.outcome': outcome }
}

/** Whether an outcome is the code of an error. */
export function isFailure(outcome: StoreOutcome): boolean {
  return outcome.startsWith('ERR_')
}
