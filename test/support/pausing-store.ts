/**
 * A real store, made slow or faulty on purpose: the operation itself is always the store's own.
 *
 * @module
 */

import type { SessionIndex, Store } from '../../src/core/store.ts'

export type Verb = 'now' | 'create' | 'load' | 'update' | 'touch' | 'destroy' | keyof SessionIndex

/** Runs around each operation; what it throws is what the store appears to throw. */
export interface Interference {
  before?: (verb: Verb) => Promise<void> | void
  after?: (verb: Verb) => Promise<void> | void
}

/** The same store, with something happening before and after each operation. */
export function interfered(store: Store, { before, after }: Interference): Store {
  function around<Args extends unknown[], T>(verb: Verb, operation: (...args: Args) => T | Promise<T>) {
    return async (...args: Args): Promise<T> => {
      await before?.(verb)
      const answer = await operation(...args)
      await after?.(verb)
      return answer
    }
  }
  function aroundIndex(index: SessionIndex): SessionIndex {
    return {
      add: around('add', (...args) => index.add(...args)),
      entries: around('entries', (...args) => index.entries(...args)),
      remove: around('remove', (...args) => index.remove(...args)),
    }
  }

  return {
    name: store.name,
    capabilities: store.capabilities,
    now: around('now', () => store.now()),
    create: around('create', (...args) => store.create(...args)),
    load: around('load', (...args) => store.load(...args)),
    update: around('update', (...args) => store.update(...args)),
    touch: around('touch', (...args) => store.touch(...args)),
    destroy: around('destroy', (...args) => store.destroy(...args)),
    ...(store.index !== undefined && { index: aroundIndex(store.index) }),
  }
}

/** A gate that operations of one verb wait at. */
export interface Gate {
  /** Resolves when an operation has arrived. */
  reached: Promise<void>
  open: () => void
}

/** The same store, and a way to stop the next operation of a verb before or after it happens. */
export function gated(store: Store): { store: Store; hold: (verb: Verb, when?: 'before' | 'after') => Gate } {
  const waiting: { verb: Verb; when: string; pass: () => Promise<void> }[] = []

  async function stop(verb: Verb, when: string): Promise<void> {
    const at = waiting.findIndex((gate) => gate.verb === verb && gate.when === when)
    if (at !== -1) await waiting.splice(at, 1)[0]?.pass()
  }

  return {
    store: interfered(store, {
      before: (verb) => stop(verb, 'before'),
      after: (verb) => stop(verb, 'after'),
    }),
    hold(verb, when = 'before') {
      const arrival = Promise.withResolvers<void>()
      const opening = Promise.withResolvers<void>()
      waiting.push({
        verb,
        when,
        pass() {
          arrival.resolve()
          return opening.promise
        },
      })
      return { reached: arrival.promise, open: () => opening.resolve() }
    },
  }
}

/** The same store and a list of the operations it was asked for. */
export function recorded(store: Store): { store: Store; calls: Verb[] } {
  const calls: Verb[] = []
  return { store: interfered(store, { before: (verb) => void calls.push(verb) }), calls }
}

/** The same store, failing a number of times: before the operation, or after it has happened. */
export function faulty(store: Store): {
  store: Store
  fail: (verb: Verb | null, when?: 'before' | 'after', times?: number) => void
} {
  let fault: { verb: Verb; when: string; times: number } | null = null
  function check(verb: Verb, when: string): void {
    if (fault?.verb !== verb || fault.when !== when || fault.times-- <= 0) return
    throw new Error('connect ECONNREFUSED 10.1.2.3:6379')
  }
  return {
    store: interfered(store, {
      before: (verb) => check(verb, 'before'),
      after: (verb) => check(verb, 'after'),
    }),
    fail(verb, when = 'before', times = Infinity) {
      fault = verb === null ? null : { verb, when, times }
    },
  }
}

/** The same store, each operation taking some turns of the event loop, chosen by `random` (0 to 1). */
export function delayed(store: Store, random: () => number, turns = 6): Store {
  async function pause(): Promise<void> {
    for (let left = Math.floor(random() * turns); left > 0; left--)
      await new Promise((resolve) => setImmediate(resolve))
  }
  return interfered(store, { before: pause, after: pause })
}
