/**
 * Noticing that a store is put to use.
 *
 * @module
 */

import type { MaybePromise, Store } from '../store.ts'

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

  return {
    name: store.name,
    capabilities: store.capabilities,
    ...(store.identity !== undefined && { identity: store.identity }),
    ...(store.watchInterval !== undefined && { watchInterval: store.watchInterval }),
    now: () => used(store.now()),
    create: (key, record, lifetime) => used(store.create(key, record, lifetime)),
    load: (key, list) => used(store.load(key, list)),
    update: (key, change, lifetime) => used(store.update(key, change, lifetime)),
    touch: (key, lifetime) => used(store.touch(key, lifetime)),
    destroy: (key, reason) => used(store.destroy(key, reason)),
    ...(store.verify && { verify: (key) => store.verify!(key) }),
    ...(store.index !== undefined && { index: store.index }),
    close: () => store.close?.(),
  }
}
