/**
 * Lists of keys, each entry a value of its own, so that no two additions meet. Reading a list
 * reads everything that is kept.
 *
 * @module
 */

import type { Bar, IndexEntry, Listing, SessionIndex } from '../../core/store.ts'
import { listingOf } from '../shared/listing.ts'
import { REMAINS_FOR } from '../shared/record-end.ts'
import { decode, encode } from './format.ts'
import type { KeyValue } from './key-value.ts'
import { entryName } from './names.ts'
import type { ProcessState } from './process-state.ts'

/** Before the name of a list: where its bar is. No name of a list begins so. */
const BAR = '!'

/** See the module. */
export class KeyValueLists implements SessionIndex {
  readonly #state: ProcessState
  readonly #keyValue: KeyValue
  readonly #now: () => number

  /** @param keyValue one that has `texts` */
  constructor(state: ProcessState, keyValue: KeyValue, now: () => number) {
    this.#state = state
    this.#keyValue = keyValue
    this.#now = now
  }

  async add(list: string, { key, createdAt, until }: IndexEntry): Promise<number> {
    const text = encode({ list, key, createdAt, until })
    // In turn, so that no two are told the same number.
    return this.#state.lines.run(`list ${list}`, async () => {
      const name = await entryName(list, key)
      const left = until - this.#now()
      if (left > 0) await this.#keyValue.set(name, text, left + REMAINS_FOR)
      else await this.#keyValue.remove(name)
      return (await this.entries(list)).length
    })
  }

  async entries(list: string): Promise<IndexEntry[]> {
    const now = this.#now()
    const found = new Map<string, IndexEntry>()
    for (const text of (await this.#keyValue.texts?.(list)) ?? []) {
      const value = decode(text)
      if (value === null || value['list'] !== list) continue
      const entry = { key: value['key'], createdAt: value['createdAt'], until: value['until'] } as IndexEntry
      if (entry.until > now) found.set(entry.key, entry)
    }
    return [...found.values()].sort((a, b) => a.createdAt - b.createdAt)
  }

  async remove(list: string, keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map(async (key) => this.#keyValue.remove(await entryName(list, key))))
  }

  async look(list: string, key: string): Promise<Listing> {
    const [text, bar] = await Promise.all([this.#keyValue.get(await entryName(list, key)), this.#barOf(list)])
    const until = text === null ? 0 : Number(decode(text)?.['until'] ?? 0)
    return listingOf(key, until, bar, this.#now())
  }

  async bar(list: string, { at, spare, until }: Bar): Promise<void> {
    const text = encode({ list: BAR + list, at, spare, until })
    await this.#keyValue.set(await entryName(BAR + list, BAR), text, until - this.#now())
  }

  async #barOf(list: string): Promise<Bar | undefined> {
    const text = await this.#keyValue.get(await entryName(BAR + list, BAR))
    return text === null ? undefined : ((decode(text) ?? undefined) as Bar | undefined)
  }
}
