/**
 * Noticing that a store is put to use.
 *
 * @module
 */

import type { MaybePromise, Store } from '../store.ts'
import { wrapStore } from './wrap.ts'

/** The same store. `work` is called once, after the first operation that succeeds. */
export function afterFirstUse(store: Store, work: () => void): Store {
  let isUsed = false

  function begin(): void {
    if (isUsed) return
    isUsed = true
    work()
  }

  function used<T>(answer: MaybePromise<T>): MaybePromise<T> {
    if (isUsed) return answer
    if (answer instanceof Promise) answer.then(begin, () => undefined)
    else begin()
    return answer
  }

  return wrapStore(store, () => (work) => used(work()))
}
