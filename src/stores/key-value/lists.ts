/**
 * Lists of keys, each entry a value of its own, so that no two additions meet. Reading a list
 * reads everything that is kept.
 *
 * @module
 */

import type { Bar, IndexEntry, Listing, SessionIndex } from '../../core/store.ts'
import { REMAINS_FOR } from '../shared/record-end.ts'
import { listingOf } from '../shared/listing.ts'
import { entryName } from './names.ts'
import type { Place } from './process-state.ts'
import type { Shelf } from './key-value.ts'
import { decode, encode } from './format.ts'

/** Before the name of a list: where its bar is. No name of a list begins so. */
const BAR = '!'

/** See the module. */
export class BlobLists implements SessionIndex {
  readonly #place: Place
  readonly #shelf: Shelf
  readonly #now: () => number

  /** @param shelf one that can answer all texts */
  constructor(place: Place, shelf: Shelf, now: () => number) {
    this.#place = place
    this.#shelf = shelf
    this.#now = now
  }

  async add(list: string, { key, createdAt, until }: IndexEntry): Promise<number> {
    const text = encode({ list, key, createdAt, until })
    // In turn, so that no two are told the same number.
    return this.#place.inTurn(`list ${list}`, async () => {
      const name = await entryName(list, key)
      const left = until - this.#now()
      if (left > 0) await this.#shelf.set(name, text, left + REMAINS_FOR)
      else await this.#shelf.remove(name)
      return (await this.entries(list)).length
    })
  }

  async entries(list: string): Promise<IndexEntry[]> {
    const now = this.#now()
    const found = new Map<string, IndexEntry>()
    for (const text of (await this.#shelf.texts?.(list)) ?? []) {
      const value = decode(text)
      if (value === null || value['list'] !== list) continue
      const entry = { key: value['key'], createdAt: value['createdAt'], until: value['until'] } as IndexEntry
      if (entry.until > now) found.set(entry.key, entry)
    }
    return [...found.values()].sort((a, b) => a.createdAt - b.createdAt)
  }

  async remove(list: string, keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map(async (key) => this.#shelf.remove(await entryName(list, key))))
  }

  async look(list: string, key: string): Promise<Listing> {
    const [text, bar] = await Promise.all([this.#shelf.get(await entryName(list, key)), this.#barOf(list)])
    const until = text === null ? 0 : Number(decode(text)?.['until'] ?? 0)
    return listingOf(key, until, bar, this.#now())
  }

  async bar(list: string, { at, spare, until }: Bar): Promise<void> {
    const text = encode({ list: BAR + list, at, spare, until })
    await this.#shelf.set(await entryName(BAR + list, BAR), text, until - this.#now())
  }

  async #barOf(list: string): Promise<Bar | undefined> {
    const text = await this.#shelf.get(await entryName(BAR + list, BAR))
    return text === null ? undefined : ((decode(text) ?? undefined) as Bar | undefined)
  }
}
