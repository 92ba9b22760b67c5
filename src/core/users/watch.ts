/**
 * Noticing that sessions end or get a new token while no request asks for them.
 *
 * What happens in this process is told by its events, at once. What other processes do is found
 * by loading every watched record again and again, together, as long as any is watched: no
 * store tells of changes by itself, and so all of them will do.
 *
 * @module
 */

import { isBarred, type Living } from '../record/meta.ts'
import { hearEvents, type SessionEvent } from '../events.ts'
import { isAlive, type Store } from '../store.ts'
import { listOfToken } from '../record/token.ts'

/** A session to watch. */
export type Watchable = Pick<Living, 'identity' | 'meta'>

interface Watched extends Watchable {
  changed: Set<() => void>
}

/** So that one round does not keep the store from everybody else for long. */
const MOST = 64
/** The longest time between two rounds while the store fails, in milliseconds. */
const PATIENCE = 10_000

/** See the module. */
export class SessionWatch {
  readonly #store: Pick<Store, 'load'>
  readonly #interval: number
  readonly #watched = new Map<string, Watched>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #stopHearing: (() => unknown) | null = null
  #failures = 0

  /** @param interval milliseconds between two rounds */
  constructor(store: Pick<Store, 'load'>, interval: number) {
    this.#store = store
    this.#interval = interval
  }

  /** How many watch the record under a key. */
  watching(key: string): number {
    return this.#watched.get(key)?.changed.size ?? 0
  }

  /** Calls `changed` once when a session is no more. Returns how to stop. */
  watch({ identity, meta }: Watchable, changed: () => void): () => void {
    if (this.#watched.size === 0) this.#begin()
    const { key } = identity
    let watched = this.#watched.get(key)
    if (watched === undefined) this.#watched.set(key, (watched = { identity, meta, changed: new Set() }))
    watched.changed.add(changed)
    return () => {
      watched.changed.delete(changed)
      if (watched.changed.size === 0 && this.#watched.get(key) === watched) this.#forget(key)
    }
  }

  #begin(): void {
    this.#stopHearing = hearEvents((event) => this.#hear(event))
    this.#schedule()
  }

  #forget(key: string): void {
    this.#watched.delete(key)
    if (this.#watched.size > 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#stopHearing?.()
  }

  #hear(event: SessionEvent): void {
    const ended = event.type === 'destroyed' ? event.id : event.type === 'rotated' ? event.previousId : null
    if (ended === null) return
    for (const [key, { identity }] of this.#watched) if (identity.id === ended) this.#tell(key)
  }

  #tell(key: string): void {
    const watched = this.#watched.get(key)
    if (watched === undefined) return
    this.#forget(key)
    for (const changed of watched.changed) changed()
  }

  #schedule(): void {
    const wait = Math.max(this.#interval, Math.min(this.#interval * 2 ** this.#failures, PATIENCE))
    const timer = setTimeout(() => void this.#round(timer), wait)
    this.#timer = timer
    // Absent on edge runtimes, where a timer holds nothing open.
    ;(timer as { unref?: () => void }).unref?.()
  }

  async #round(timer: unknown): Promise<void> {
    const all = [...this.#watched.values()]
    // One that fails is enough to know, and each failure is an event.
    let most = this.#failures > 0 ? 1 : MOST
    try {
      for (let from = 0; from < all.length; from += most, most = MOST)
        await Promise.all(all.slice(from, from + most).map((watched) => this.#look(watched)))
      this.#failures = 0
    } catch {
      this.#failures = Math.min(this.#failures + 1, 10)
    }
    // Stopped in this round, or begun anew.
    if (this.#timer === timer) this.#schedule()
  }

  async #look({ identity: { key, token }, meta }: Watched): Promise<void> {
    if (!this.#watched.has(key)) return
    const answer = await this.#store.load(key, listOfToken(token))
    const isOver = !isAlive(answer) || (answer.listing !== undefined && isBarred(meta, answer.listing))
    if (isOver) this.#tell(key)
  }
}
