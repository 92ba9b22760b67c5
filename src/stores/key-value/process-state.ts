/**
 * What all stores on one client share within this process: whose turn it is, and who has died.
 *
 * It hangs on the client, in a slot of `globalThis`, so that two store objects, and two copies of
 * this module as Next.js loads them, stand in the same line.
 *
 * @module
 */

import { requestsShare } from '../../core/runtime.ts'
import type { EndReason } from '../../core/store.ts'

interface Grave {
  ended: EndReason
  /** Epoch milliseconds, by the clock of the store. */
  until: number
}

const slot = Symbol.for('sojourn.blob')
/** How long this process remembers on its own that a session ended, in milliseconds. */
const REMEMBERED_FOR = 60_000

/** See the module. */
export class Place {
  readonly #lines = new Map<string, Promise<unknown>>()
  /** In the order of their time. */
  readonly #graves = new Map<string, Grave>()

  /** Runs `work` when all earlier work under the same key is done. */
  inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    if (!requestsShare) return work()
    const before = this.#lines.get(key) ?? Promise.resolve()
    const turn = before.then(work, work)
    const leave = (): void => {
      if (this.#lines.get(key) === end) this.#lines.delete(key)
    }
    const end = turn.then(leave, leave)
    this.#lines.set(key, end)
    return turn
  }

  /** Remembers that a session ended: what is written late, or read from an old copy, is not believed. */
  bury(key: string, ended: EndReason, now: number): void {
    for (const [buried, { until }] of this.#graves) {
      if (until > now) break
      this.#graves.delete(buried)
    }
    this.#graves.set(key, { ended, until: now + REMEMBERED_FOR })
  }

  /** Why the session ended, if that was a short while ago in this process. */
  graveOf(key: string, now: number): EndReason | null {
    const grave = this.#graves.get(key)
    return grave !== undefined && now < grave.until ? grave.ended : null
  }
}

/** The place of a client. */
export function placeOf(client: object): Place {
  const holder = globalThis as { [slot]?: WeakMap<object, Place> }
  const places = (holder[slot] ??= new WeakMap())
  const known = places.get(client)
  if (known !== undefined) return known
  const place = new Place()
  places.set(client, place)
  return place
}
