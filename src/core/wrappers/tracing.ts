/**
 * Tells of each operation on a store, to the tracing channel `sojourn:store` of
 * `node:diagnostics_channel` where it exists. Nothing is made or measured while no listener is there.
 *
 * Messages hold names, times and public ids only: no token, key, value, field, user or list, and
 * neither the answer nor the error.
 *
 * @module
 */

import { isSessionError, type SessionErrorCode } from '../errors.ts'
import { nodeBuiltin } from '../runtime.ts'
import type { MaybePromise, Store } from '../store.ts'
import { Identity } from '../record/token.ts'
import { type StoreOperation, wrapStore } from './wrap.ts'

/**
 * The name of the tracing channel. Node publishes each step under a name of its own:
 * `tracing:sojourn:store:start`, `:end`, `:asyncStart`, `:asyncEnd` and `:error`.
 */
export const STORE_CHANNEL = 'sojourn:store'

/**
 * How an operation ended.
 *
 * | outcome | |
 * |---|---|
 * | `ok` | it did what it was asked |
 * | `missing` | `load` found no record |
 * | `gone` | the session has ended: there was nothing to load, change, touch or destroy any more |
 * | `conflict` | `create` found the key taken, or `update` found other values than it expected |
 * | a code | it failed |
 */
export type StoreOutcome = 'ok' | 'missing' | 'gone' | 'conflict' | SessionErrorCode

/** One operation on a store. All steps of one operation publish the same object. */
export interface StoreCall {
  /** The name of the store, such as `redis`. */
  readonly store: string
  readonly operation: StoreOperation
  /** The public id of the session; `null` for what concerns no single one. */
  readonly id: string | null
  /** Absent until the operation has ended. */
  outcome?: StoreOutcome
  /** Milliseconds. Absent until the operation has ended. */
  duration?: number
}

/** Wraps a guarded store. */
export function tracedStore(store: Store): Store {
  if (channel === undefined) return store
  const to = channel
  return wrapStore(store, (operation) => (work, concerned) => {
    if (!to.hasSubscribers) return work()
    const key = typeof concerned === 'object' ? (concerned?.key ?? null) : concerned
    return trace(to, store.name, operation, key, work)
  })
}

function trace<T>(
  to: NonNullable<typeof channel>,
  store: string,
  operation: StoreOperation,
  key: string | null,
  work: () => MaybePromise<T>,
): MaybePromise<T> {
  const id = key === null ? null : new Identity('', key).id || null
  const call: StoreCall = { store, operation, id }
  const begun = performance.now()
  const conclude = (outcome: StoreOutcome): void => {
    call.outcome = outcome
    call.duration = performance.now() - begun
  }
  const fail = (error: unknown): void => {
    conclude(isSessionError(error) ? error.code : 'ERR_STORE_UNAVAILABLE')
    to.error.publish(call)
  }
  const settle = (): void => {
    to.asyncStart.publish(call)
    to.asyncEnd.publish(call)
  }
  return to.start.runStores(call, () => {
    try {
      const answer = work()
      // The caller gets the store's own promise, and no turn later than without listeners.
      if (answer instanceof Promise) {
        answer.then(
          (value) => (conclude(outcomeOf(operation, value)), settle()),
          (error: unknown) => (fail(error), settle()),
        )
      } else conclude(outcomeOf(operation, answer))
      return answer
    } catch (error) {
      fail(error)
      throw error
    } finally {
      to.end.publish(call)
    }
  })
}

/** Of stores that break their contract, too: the caller meets the wrong answer, not the listener. */
function outcomeOf(operation: StoreOperation, answer: unknown): StoreOutcome {
  switch (operation) {
    case 'create':
      return answer ? 'ok' : 'conflict'
    case 'touch':
    case 'destroy':
      return answer ? 'ok' : 'gone'
    case 'load':
      if (typeof answer !== 'object' || answer === null) return 'missing'
      return 'ended' in answer ? 'gone' : 'ok'
    case 'update': {
      const status = (answer as { status?: string } | null | undefined)?.status
      return status === 'ok' || status === 'conflict' ? status : 'gone'
    }
    default:
      return 'ok'
  }
}

const channel = nodeBuiltin('node:diagnostics_channel')?.tracingChannel?.<unknown, StoreCall>(STORE_CHANNEL)
