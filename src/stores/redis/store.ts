/**
 * The store itself: every verb of the contract over one link, for any client.
 *
 * @module
 */

import {
  beneath,
  type Bar,
  type Change,
  type EndedRecord,
  type EndReason,
  type IndexEntry,
  type Lifetime,
  type Listing,
  type LoadedRecord,
  type MaybePromise,
  type SessionIndex,
  type Store,
  type StoredRecord,
  type UpdateResult,
} from '../../core/store.ts'
import { settled as settledFor } from './failure.ts'
import type { Link } from './link.ts'
import { addEntry, barList, firstEntries, lookAt, readEntries, removeEntries } from './lists/lists.ts'
import { create } from './records/create.ts'
import { destroy } from './records/destroy.ts'
import { Reader } from './records/reader.ts'
import { touch } from './records/touch.ts'
import { update } from './records/update.ts'
import { verify } from './records/verify.ts'

/** A store in Redis. */
export interface RedisStore extends Store {
  /** Redis' own clock: asked for once, then kept and refreshed along the way. */
  now(): MaybePromise<number>
  create(key: string, record: StoredRecord, lifetime: Lifetime): Promise<boolean>
  load(key: string, list?: string | null): Promise<LoadedRecord | EndedRecord | null>
  update(key: string, change: Change, lifetime: Lifetime): Promise<UpdateResult>
  touch(key: string, lifetime: Lifetime): Promise<boolean>
  destroy(key: string, reason: EndReason): Promise<LoadedRecord | null>
  verify(key: string): Promise<void>
  readonly index: RedisIndex
  readonly [beneath]: RedisBackend
  /** Closes the client if a function of the user's made it; after that every verb fails. */
  close(): Promise<void>
}

/** What `sojourn/doctor` looks at. */
export interface RedisBackend {
  readonly link: Link
  readonly prefix: string
}

/** Lists in Redis: one sorted set each, gone when its last entry is. Times after 2109 are taken for 2109. */
export interface RedisIndex extends SessionIndex {
  add(list: string, entry: IndexEntry): Promise<number>
  entries(list: string): Promise<IndexEntry[]>
  remove(list: string, keys: readonly string[]): Promise<void>
  first(list: string, count: number): Promise<IndexEntry[]>
  look(list: string, key: string): Promise<Listing>
  bar(list: string, bar: Bar): Promise<void>
}

/** A store whose keys begin with `prefix:`. */
export function linkedStore(link: Link, prefix: string): RedisStore {
  const { name } = link
  const reader = new Reader(link)
  const settled = <T>(work: Promise<T>): Promise<T> => settledFor(name, work)
  // The braces make a cluster place by the key alone, so all names of a session share a node.
  const keyOf = (key: string): string => `${prefix}:{${key}}`
  const listOf = (list: string): string => `${prefix}:list:{${list}}`

  return {
    name,
    identity: `${name} ${prefix}`,
    capabilities: { atomic: true, durable: true },
    [beneath]: { link, prefix },
    now: () => (link.clock.isSet() ? link.clock.now() : settled(link.now(keyOf('')))),
    create: (key, record, lifetime) => settled(create(link, keyOf(key), record, lifetime)),
    load: (key, list = null) => reader.read(keyOf(key), list === null ? null : listOf(list), key),
    update: (key, change, lifetime) => settled(update(link, keyOf(key), change, lifetime)),
    touch: (key, lifetime) => settled(touch(link, keyOf(key), lifetime)),
    destroy: (key, reason) => settled(destroy(link, keyOf(key), reason)),
    verify: (key) => settled(verify(link, keyOf(key))),
    index: {
      add: (list, entry) => settled(addEntry(link, listOf(list), entry)),
      entries: (list) => settled(readEntries(link, listOf(list))),
      remove: (list, keys) => settled(removeEntries(link, listOf(list), keys)),
      first: (list, count) => settled(firstEntries(link, listOf(list), count)),
      look: (list, key) => settled(lookAt(link, listOf(list), key)),
      bar: (list, bar) => settled(barList(link, listOf(list), bar)),
    },
    close: () => settled(link.close()),
  }
}
