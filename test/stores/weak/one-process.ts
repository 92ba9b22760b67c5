import type { Store } from '../../../src/core/store.ts'

/**
 * The same store, claiming to be atomic, so that the conformance suite races it. What is not
 * atomic between processes must be within one.
 */
export function inOneProcess(store: Store): Store {
  return new Proxy(store, {
    get(target, property) {
      if (property === 'capabilities') return { ...target.capabilities, atomic: true }
      const value: unknown = Reflect.get(target, property)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}
