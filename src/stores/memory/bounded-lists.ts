/**
 * Lists of keys in memory, never more than a number of entries.
 *
 * @module
 */

import type { Bar, IndexEntry, Listing } from '../../core/store.ts'
import { listingOf } from '../shared/listing.ts'
import { REMAINS_FOR } from '../shared/record-end.ts'

interface Held extends IndexEntry {
  list: string
}

/** How many entries one step of the sweeper looks at. */
const SWEEP_BATCH = 10_000

/** Lists that answer at once. */
export class BoundedLists {
  readonly #limit: number
  readonly #isAlive: (key: string) => boolean
  readonly #lists = new Map<string, Map<string, Held>>()
  /** Those of all lists, in the order they were added. */
  readonly #all = new Set<Held>()
  /** By list, in the order they were noted. */
  readonly #bars = new Map<string, Bar>()
  #unswept: Held[] = []

  /**
   * @param limit How many entries to keep. One more, and those of sessions that are no more
   * are forgotten; should there be none, the one that was added first is.
   * @param isAlive Whether there is a session under a key.
   */
  constructor(limit: number, isAlive: (key: string) => boolean) {
    this.#limit = limit
    this.#isAlive = isAlive
  }

  add(list: string, { key, createdAt, until }: IndexEntry, now: number): number {
    this.remove(list, [key])
    if (until > now) {
      if (this.#all.size >= this.#limit) this.#makeRoom(now)
      this.#keep({ list, key, createdAt, until })
    }
    return this.#living(list, now).length
  }

  /** The entries that count, oldest first. */
  entries(list: string, now: number): IndexEntry[] {
    return this.#living(list, now)
      .map(({ key, createdAt, until }) => ({ key, createdAt, until }))
      .sort((a, b) => a.createdAt - b.createdAt)
  }

  /** Those that end first. */
  first(list: string, count: number, now: number): IndexEntry[] {
    const living = this.#living(list, now).sort((a, b) => a.until - b.until)
    return living.slice(0, count).map(({ key, createdAt, until }) => ({ key, createdAt, until }))
  }

  look(list: string, key: string, now: number): Listing {
    return listingOf(key, this.until(list, key), this.#bars.get(list), now)
  }

  /** Until when the entry of a key counts; 0 if there is none. */
  until(list: string, key: string): number {
    return this.#lists.get(list)?.get(key)?.until ?? 0
  }

  /** At most as many bars as entries. */
  bar(list: string, bar: Bar): void {
    this.#bars.delete(list)
    this.#bars.set(list, { ...bar })
    if (this.#bars.size <= this.#limit) return
    for (const oldest of this.#bars.keys()) return void this.#bars.delete(oldest)
  }

  remove(list: string, keys: readonly string[]): void {
    for (const key of keys) {
      const held = this.#lists.get(list)?.get(key)
      if (held) this.#forget(held)
    }
  }

  /** Forgets some of what is past. */
  sweep(now: number): void {
    if (this.#unswept.length === 0) this.#unswept = [...this.#all]
    for (const held of this.#unswept.splice(-SWEEP_BATCH)) if (isOver(held, now)) this.#forget(held)
    for (const [list, { until }] of this.#bars) {
      if (until > now) break
      this.#bars.delete(list)
    }
  }

  clear(): void {
    this.#bars.clear()
    this.#lists.clear()
    this.#all.clear()
    this.#unswept = []
  }

  #living(list: string, now: number): Held[] {
    const living: Held[] = []
    for (const held of this.#lists.get(list)?.values() ?? []) {
      if (held.until > now) living.push(held)
      else if (isOver(held, now)) this.#forget(held)
    }
    return living
  }

  #keep(held: Held): void {
    const list = this.#lists.get(held.list) ?? new Map<string, Held>()
    this.#lists.set(held.list, list.set(held.key, held))
    this.#all.add(held)
  }

  #forget(held: Held): void {
    if (!this.#all.delete(held)) return
    const list = this.#lists.get(held.list)
    list?.delete(held.key)
    if (list?.size === 0) this.#lists.delete(held.list)
  }

  /** Spares the newest quarter: a session is listed before it is created. */
  #makeRoom(now: number): void {
    let unspared = this.#all.size - this.#limit / 4
    for (const held of this.#all) {
      if (unspared-- <= 0) break
      if (isOver(held, now) || !this.#isAlive(held.key)) this.#forget(held)
    }
    for (const held of this.#all) {
      if (this.#all.size < this.#limit) break
      this.#forget(held)
    }
  }
}

/** An entry tells for some minutes more why its record is missing. */
function isOver({ until }: Held, now: number): boolean {
  return until + REMAINS_FOR <= now
}
