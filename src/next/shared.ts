/**
 * What must exist once per process though Next.js loads this package once per module
 * graph (pages, actions, route handlers, proxy, Pages Router) and again after each edit.
 *
 * @module
 */

import type { Store } from '../core/store.ts'

interface Shared {
  stores: Map<string, Store>
  requests: WeakMap<object, Map<string, Promise<unknown>>>
  /** The request under way, on Node: an `Exchange`. */
  exchanges?: { getStore(): unknown }
}

const slot = Symbol.for('sojourn.next')

/** The first store of this identity in this process; the given one if it has none. */
export function sharedStore(store: Store): Store {
  if (store.identity === undefined) return store
  const { stores } = shared()
  const first = stores.get(store.identity)
  if (first !== undefined) return first
  stores.set(store.identity, store)
  return store
}

/**
 * What `make` gave for this request the first time. Not React's `cache()`: that one
 * forgets between a Server Action and the render that follows it, and does not work in
 * Route Handlers at all.
 */
export function memoized<T>(request: object, key: string, make: () => Promise<T>): Promise<T> {
  const { requests } = shared()
  let made = requests.get(request)
  if (made === undefined) requests.set(request, (made = new Map()))
  let value = made.get(key) as Promise<T> | undefined
  if (value === undefined) made.set(key, (value = make()))
  return value
}

/** The one place for all copies of this package. */
export function shared(): Shared {
  const holder = globalThis as { [slot]?: Shared }
  return (holder[slot] ??= { stores: new Map(), requests: new WeakMap() })
}
