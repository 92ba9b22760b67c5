/**
 * The means to make a store that is right but for one thing.
 *
 * @module
 */
import { setImmediate as turn } from 'node:timers/promises'

import { isAlive, type EndReason, type LoadedRecord, type Store } from '../../../src/core/store.ts'
import { memoryStore, type MemoryStore } from '../../../src/stores/memory.ts'
import type { StoreUnderTest } from '../../../src/testing.ts'

/** Makes a store that goes by this clock, and perhaps a second one on the same place. */
export type Wrong = (now: () => number) => Omit<StoreUnderTest, 'advance'>

/** Wrong stores, each under the title of the one test that catches it. */
export type WrongStores = Readonly<Record<string, Wrong>>

type Change = (right: MemoryStore) => Partial<Store>

/** A right store, with some of its parts replaced. */
export function but(change: Change): Wrong {
  return (now) => {
    const right = memoryStore({ now })
    return { store: { ...plain(right), ...change(right) } }
  }
}

/** Two store objects on one backend: a right one, and one with some of its parts replaced. */
export function secondBut(change: Change): Wrong {
  return (now) => {
    const right = memoryStore({ now })
    return { store: plain(right), second: () => ({ ...plain(right), ...change(right) }) }
  }
}

/** A right store whose lists have some of their verbs replaced, and perhaps some of its own. */
export function listsBut(
  change: (right: MemoryStore['index']) => Partial<Store['index']>,
  more: (right: Store) => Partial<Store> = () => ({}),
): Wrong {
  return but((right) => ({ index: { ...right.index, ...change(right.index) }, ...more(plain(right)) }))
}

/** The verbs of a store as an object whose parts can be replaced. It cannot be closed. */
export function plain(right: Store): Store {
  const { name, capabilities, index } = right
  return {
    name,
    capabilities,
    now: () => right.now(),
    create: (...args) => right.create(...args),
    load: (...args) => right.load(...args),
    update: (...args) => right.update(...args),
    touch: (...args) => right.touch(...args),
    destroy: (...args) => right.destroy(...args),
    ...(index !== undefined && { index }),
  }
}

/** The record, if it lives. */
export function living(right: MemoryStore, key: string): LoadedRecord | null {
  const answer = right.load(key)
  return isAlive(answer) ? answer : null
}

/** How the record ended, if it did and the store knows. */
export function endOf(right: MemoryStore, key: string): EndReason | null {
  const answer = right.load(key)
  return isAlive(answer) || answer === null ? null : answer.ended
}

/** Leaves others some turns of the event loop. */
export async function others(): Promise<void> {
  for (let turns = 0; turns < 3; turns++) await turn()
}
