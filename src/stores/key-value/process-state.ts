/**
 * What all stores on one client share within this process: the order of work on a session, and
 * which sessions ended.
 *
 * It is kept by client, in a slot of `globalThis`, so that two store objects, and two copies of
 * this module as Next.js loads them, share it.
 *
 * @module
 */

import { Lines } from '../../core/contention.ts'
import type { EndReason } from '../../core/store.ts'

/** Tells that a session ended. */
interface Tombstone {
  ended: EndReason
  /** Epoch milliseconds, by the clock of the store. */
  until: number
}

const slot = Symbol.for('sojourn.key-value')
/** How long this process remembers on its own that a session ended, in milliseconds. */
const REMEMBERED_FOR = 60_000

/** See the module. */
export class ProcessState {
  /** The order of work on each session. */
  readonly lines: Lines = new Lines()
  /** By session, the oldest first. */
  readonly #tombstones = new Map<string, Tombstone>()

  /** Remembers that a session ended. What another process writes late is then known as a stale copy. */
  addTombstone(key: string, ended: EndReason, now: number): void {
    for (const [old, { until }] of this.#tombstones) {
      if (until > now) break
      this.#tombstones.delete(old)
    }
    this.#tombstones.set(key, { ended, until: now + REMEMBERED_FOR })
  }

  /** Why the session ended, if that was a short while ago in this process. */
  tombstoneOf(key: string, now: number): EndReason | null {
    const tombstone = this.#tombstones.get(key)
    return tombstone !== undefined && now < tombstone.until ? tombstone.ended : null
  }
}

/** What the stores on a client share. */
export function processStateOf(client: object): ProcessState {
  const holder = globalThis as { [slot]?: WeakMap<object, ProcessState> }
  const states = (holder[slot] ??= new WeakMap())
  const known = states.get(client)
  if (known !== undefined) return known
  const state = new ProcessState()
  states.set(client, state)
  return state
}
