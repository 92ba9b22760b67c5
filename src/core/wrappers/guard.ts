/**
 * What every store gets on top of its own work: a deadline, a circuit breaker,
 * errors that leak nothing, and events.
 *
 * @module
 */

import { TimeLimit, type Outcomes } from './time-limit.ts'
import { isSessionError, isUnreached, storeError, type SessionError, unreachedError } from '../errors.ts'
import { type OnEvent, storeErrorEvent } from '../events.ts'
import type { MaybePromise, Store } from '../store.ts'
import { type StoreOperation, wrapStore } from './wrap.ts'

const MISSES_TO_OPEN = 5
const OPEN_FOR = 1000

/**
 * Wraps a store. Once five operations in a row did not reach it, or had no answer in time, the
 * breaker is open. After a timeout operations then fail at once; a second later a single one is
 * let through to see whether the store is back. A store that cannot be reached says so at once, and
 * is asked again by the next operation. Any answer closes the breaker, also a refusal.
 *
 * @param timeout milliseconds an operation may take
 */
export function guardStore(store: Store, timeout: number, emit: OnEvent): Store {
  const deadline = new TimeLimit(timeout)
  /** In a row. */
  let misses = 0
  let openUntil = 0

  /** Makes the function that watches over one kind of operation. */
  function watch(operation: StoreOperation): <T>(work: () => MaybePromise<T>) => MaybePromise<T> {
    const outcomes: Outcomes = {
      succeeded: recovered,
      failed: (error) => failed(operation, answered(error)),
      late: () => failed(operation, timedOut()),
    }
    return function run<T>(work: () => MaybePromise<T>): MaybePromise<T> {
      if (misses >= MISSES_TO_OPEN && !mayProbe()) throw failed(operation, unreachedError(store.name))
      let answer: MaybePromise<T>
      try {
        answer = work()
      } catch (error) {
        throw failed(operation, error)
      }
      if (isThenable(answer)) return deadline.race(Promise.resolve(answer), outcomes)
      // An answer at once ends a breakdown. It does not end a row of misses: stores that read at
      // once, such as SQLite, may still hang when they write.
      if (misses >= MISSES_TO_OPEN) recovered()
      return answer
    }
  }

  function mayProbe(): boolean {
    const now = performance.now()
    if (now < openUntil) return false
    openUntil = now + OPEN_FOR
    return true
  }

  function timedOut(): SessionError {
    missed(OPEN_FOR)
    return storeError('ERR_STORE_TIMEOUT', store.name)
  }

  /** Looks at an error for what it says of the way to the store. */
  function answered(error: unknown): unknown {
    if (isUnreached(error)) missed(0)
    else if (isSessionError(error, 'ERR_STORE_TIMEOUT')) missed(OPEN_FOR)
    // A mistake of the application says nothing of the store.
    else if (!isSessionError(error, 'ERR_OPTION_INVALID')) recovered()
    return error
  }

  function missed(wait: number): void {
    misses++
    openUntil = performance.now() + wait
    if (misses === MISSES_TO_OPEN) emit({ type: 'breaker', store: store.name, state: 'open' })
  }

  function recovered(): void {
    if (misses === 0) return
    if (misses >= MISSES_TO_OPEN) emit({ type: 'breaker', store: store.name, state: 'closed' })
    misses = 0
  }

  function failed(operation: string, error: unknown): SessionError {
    const known = isSessionError(error) ? error : failureOf(error)
    emit(storeErrorEvent(store.name, operation, known))
    return known
  }

  function failureOf(error: unknown): SessionError {
    if (isUnreached(error)) return unreachedError(store.name, error)
    return storeError('ERR_STORE_UNAVAILABLE', store.name, error)
  }

  return wrapStore(store, watch)
}

/** Drivers and query builders bring promises of their own. */
function isThenable<T>(answer: MaybePromise<T>): answer is Promise<T> {
  return typeof (answer as { then?: unknown } | null)?.then === 'function'
}
