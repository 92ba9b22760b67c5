/**
 * What every store gets on top of its own work: a deadline, a circuit breaker,
 * errors that leak nothing, and events.
 *
 * @module
 */

import { Deadline } from './deadline.ts'
import { isSessionError, storeError, type SessionError } from './errors.ts'
import type { OnEvent } from './events.ts'
import type { MaybePromise, Store } from './store.ts'

const TIMEOUTS_TO_OPEN = 5
const OPEN_FOR = 1000

/**
 * Wraps a store. After five timeouts in a row the breaker opens and operations fail at
 * once; a second later a single one is let through to see whether the store is back.
 *
 * @param timeout milliseconds an operation may take
 */
export function guardStore(store: Store, timeout: number, emit: OnEvent): Store {
  const deadline = new Deadline(timeout)
  let timeouts = 0
  let openUntil = 0

  function run<T>(operation: string, work: () => MaybePromise<T>): MaybePromise<T> {
    if (timeouts >= TIMEOUTS_TO_OPEN && !mayProbe())
      throw failed(operation, storeError('ERR_STORE_UNAVAILABLE', store.name))
    let answer: MaybePromise<T>
    try {
      answer = work()
    } catch (error) {
      throw failed(operation, error)
    }
    if (!(answer instanceof Promise)) return answer
    return deadline.race(answer, {
      succeeded: recovered,
      failed: (error) => failed(operation, error),
      late: () => failed(operation, timedOut()),
    })
  }

  function mayProbe(): boolean {
    const now = performance.now()
    if (now < openUntil) return false
    openUntil = now + OPEN_FOR
    return true
  }

  function timedOut(): SessionError {
    timeouts++
    if (timeouts === TIMEOUTS_TO_OPEN) emit({ type: 'breaker', store: store.name, state: 'open' })
    if (timeouts >= TIMEOUTS_TO_OPEN) openUntil = performance.now() + OPEN_FOR
    return storeError('ERR_STORE_TIMEOUT', store.name)
  }

  function recovered(): void {
    if (timeouts === 0) return
    if (timeouts >= TIMEOUTS_TO_OPEN) emit({ type: 'breaker', store: store.name, state: 'closed' })
    timeouts = 0
  }

  function failed(operation: string, error: unknown): SessionError {
    const known = isSessionError(error) ? error : storeError('ERR_STORE_UNAVAILABLE', store.name, error)
    emit({ type: 'store-error', store: store.name, operation, code: known.code })
    return known
  }

  return {
    name: store.name,
    capabilities: store.capabilities,
    ...(store.identity !== undefined && { identity: store.identity }),
    now: () => run('now', () => store.now()),
    create: (key, record, lifetime) => run('create', () => store.create(key, record, lifetime)),
    load: (key) => run('load', () => store.load(key)),
    update: (key, change, lifetime) => run('update', () => store.update(key, change, lifetime)),
    touch: (key, lifetime) => run('touch', () => store.touch(key, lifetime)),
    destroy: (key, reason) => run('destroy', () => store.destroy(key, reason)),
    close: () => store.close?.(),
  }
}
