/**
 * Stores that misbehave in every way a driver can, and only when they are told to.
 *
 * @module
 */

// Promises of other makers are what some of these stores answer with.
/* oxlint-disable unicorn/no-thenable */

import type { Store } from '../../src/core/store.ts'

type Spoil = (operation: () => unknown) => unknown

const ways: Record<string, Spoil> = {
  rejects: () => Promise.reject(new Error('down')),
  'rejects with nothing': () => Promise.reject(undefined),
  'throws at once': () => {
    throw new Error('down')
  },
  'never answers': () => new Promise(() => {}),
  'never answers, with a promise of its own': () => ({ then() {} }),
  'answers twice': (operation) => ({
    then(resolve: (value: unknown) => void, reject: (error: Error) => void) {
      void Promise.resolve(operation()).then((value) => {
        resolve(value)
        reject(new Error('down'))
        resolve(null)
      })
    },
  }),
  'fails, then answers': (operation) => ({
    then(resolve: (value: unknown) => void, reject: (error: Error) => void) {
      reject(new Error('down'))
      resolve(operation())
    },
  }),
  'answers nonsense': () => 'nonsense',
}

type Spoiled = { store: Store; spoil: (isSpoiled: boolean) => void }

/** How a store misbehaves, and one that does. */
export const faultyStores: Record<string, (store: Store) => Spoiled> = Object.fromEntries(
  Object.entries(ways).map(([how, way]) => [how, (store: Store) => spoiled(store, way)]),
)

function spoiled(store: Store, way: Spoil): Spoiled {
  let isSpoiled = false
  function around<Args extends unknown[], T>(operation: (...args: Args) => T): (...args: Args) => T {
    return (...args) => (isSpoiled ? way(() => operation(...args)) : operation(...args)) as T
  }
  const broken: Store = {
    ...store,
    now: around(() => store.now()),
    create: around((...args) => store.create(...args)),
    load: around((key) => store.load(key)),
    update: around((...args) => store.update(...args)),
    touch: around((...args) => store.touch(...args)),
    destroy: around((...args) => store.destroy(...args)),
  }
  return { store: broken, spoil: (value) => (isSpoiled = value) }
}
