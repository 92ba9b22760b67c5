/**
 * Sessions in the memory of this process: for tests, and for applications that may
 * lose all sessions on restart and run as one process.
 *
 * @module
 */

import { checkNames } from '../core/check-options.ts'
import { invalidOption } from '../core/errors.ts'
import type {
  Bar,
  Change,
  EndedRecord,
  EndReason,
  IndexEntry,
  Lifetime,
  Listing,
  LoadedRecord,
  SessionIndex,
  Store,
  StoredRecord,
  UpdateResult,
} from '../core/store.ts'
import { BoundedLists } from './memory/bounded-lists.ts'
import { applyChange } from './shared/apply-change.ts'
import { endOfEntry } from './shared/listing.ts'
import { deadlineOf, REMAINS_FOR, type Deadline } from './shared/record-end.ts'
import { lifetimeHint } from './shared/lifetime-hint.ts'

/** Options of `memoryStore`. */
export interface MemoryStoreOptions {
  /**
   * How many sessions to keep. One more, and the one that was used least recently
   * ends with the reason `evicted`. Default: 100,000 (about 200 MB at 1 KiB each).
   */
  maxSessions?: number
  /** The clock, in epoch milliseconds. Default: `Date.now`. */
  now?: () => number
}

/** A store in this process: every verb answers at once, nothing outlives the process. */
export interface MemoryStore extends Store {
  now(): number
  create(key: string, record: StoredRecord, lifetime: Lifetime): boolean
  load(key: string, list?: string | null): LoadedRecord | EndedRecord | null
  update(key: string, change: Change, lifetime: Lifetime): UpdateResult
  touch(key: string, lifetime: Lifetime): boolean
  destroy(key: string, reason: EndReason): LoadedRecord | null
  readonly index: MemoryIndex
  /** Forgets everything and stops the sweeper. */
  close(): void
}

/** Lists that answer at once: four entries for each of `maxSessions` at most. */
export interface MemoryIndex extends SessionIndex {
  add(list: string, entry: IndexEntry): number
  entries(list: string): IndexEntry[]
  remove(list: string, keys: readonly string[]): void
  first(list: string, count: number): IndexEntry[]
  look(list: string, key: string): Listing
  bar(list: string, bar: Bar): void
}

interface Entry extends StoredRecord, Deadline {}

interface Remains extends EndedRecord {
  /** Epoch milliseconds until which the reason is told. */
  until: number
}

const SWEEP_INTERVAL = 10_000
const SWEEP_BATCH = 10_000
/** A session is in two lists, that of its user and that of its id; as much again for those that ended. */
const ENTRIES_PER_SESSION = 4

/**
 * Keeps sessions in the memory of this process, at most `maxSessions` of them.
 * Reasons of ended sessions are kept for 5 minutes, at most as many again.
 *
 * @throws SessionError `ERR_OPTION_INVALID` if an option is of the wrong type.
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  checkNames(options, ['maxSessions', 'now'], 'memoryStore: ', lifetimeHint)
  const { maxSessions = 100_000, now = Date.now } = options
  if (!Number.isSafeInteger(maxSessions) || maxSessions < 1) {
    throw invalidOption('memoryStore: `maxSessions` must be a whole number of at least 1.')
  }
  if (typeof now !== 'function') throw invalidOption('memoryStore: `now` must be a function.')
  return new Memory(maxSessions, now)
}

class Memory implements MemoryStore {
  readonly name = 'memory'
  readonly identity = 'memory'
  readonly capabilities = { atomic: true, durable: false }
  readonly now: () => number
  readonly #maxSessions: number
  /** In the order of last use: the first is the one to evict. */
  readonly #entries = new Map<string, Entry>()
  readonly #remains = new Map<string, Remains>()
  /** Keys that the sweeper has not looked at. Not an iterator: one that waits keeps every outgrown table of its Map alive. */
  #unswept: string[] = []
  readonly #lists: BoundedLists
  #timer: ReturnType<typeof setInterval> | undefined

  readonly index: MemoryIndex = {
    add: (list, entry) => {
      this.#startSweeping()
      return this.#lists.add(list, entry, this.now())
    },
    entries: (list) => this.#lists.entries(list, this.now()),
    remove: (list, keys) => this.#lists.remove(list, keys),
    first: (list, count) => this.#lists.first(list, count, this.now()),
    look: (list, key) => this.#lists.look(list, key, this.now()),
    bar: (list, bar) => {
      this.#startSweeping()
      this.#lists.bar(list, bar)
    },
  }

  constructor(maxSessions: number, now: () => number) {
    this.#maxSessions = maxSessions
    this.#lists = new BoundedLists(ENTRIES_PER_SESSION * maxSessions, (key) => this.#entries.has(key))
    this.now = now
  }

  create(key: string, record: StoredRecord, lifetime: Lifetime): boolean {
    const now = this.now()
    if (this.#living(key, now) || this.#remainsOf(key, now)) return false
    if (this.#entries.size >= this.#maxSessions) this.#evict(now)
    const { meta, fields } = record
    this.#entries.set(key, { meta, fields: new Map(fields), ...deadlineOf(lifetime, now) })
    this.#startSweeping()
    return true
  }

  load(key: string, list?: string | null): LoadedRecord | EndedRecord | null {
    const now = this.now()
    const entry = this.#living(key, now)
    if (!entry) return this.#remainsOf(key, now) ?? this.#missing(key, list, now)
    this.#used(key, entry)
    const answer = loaded(entry, now)
    if (list != null) answer.listing = this.#lists.look(list, key, now)
    return answer
  }

  update(key: string, change: Change, lifetime: Lifetime): UpdateResult {
    const now = this.now()
    const entry = this.#living(key, now)
    if (!entry) return { status: 'gone', ...this.#remainsOf(key, now) }
    const { fields, result } = applyChange(entry.fields, change)
    // A new entry with a new map, so that records loaded before stay as they were.
    if (fields) this.#used(key, { meta: entry.meta, fields, ...deadlineOf(lifetime, now) })
    return result
  }

  touch(key: string, lifetime: Lifetime): boolean {
    const now = this.now()
    const entry = this.#living(key, now)
    if (!entry) return false
    this.#used(key, { ...entry, ...deadlineOf(lifetime, now) })
    return true
  }

  destroy(key: string, reason: EndReason): LoadedRecord | null {
    const now = this.now()
    const entry = this.#living(key, now)
    if (!entry) return null
    this.#end(key, reason, now)
    return loaded(entry, now)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#entries.clear()
    this.#remains.clear()
    this.#lists.clear()
  }

  /** The entry if it lives; one that does not is turned into its remains. */
  #living(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key)
    if (!entry || now < entry.endsAt) return entry
    this.#end(key, entry.endsBy, entry.endsAt)
    return undefined
  }

  #remainsOf(key: string, now: number): EndedRecord | null {
    const remains = this.#remains.get(key)
    if (!remains || now >= remains.until) return null
    return { ended: remains.ended }
  }

  /** A list remembers longer. */
  #missing(key: string, list: string | null | undefined, now: number): EndedRecord | null {
    return list == null ? null : endOfEntry(this.#lists.until(list, key), now)
  }

  #used(key: string, entry: Entry): void {
    this.#entries.delete(key)
    this.#entries.set(key, entry)
  }

  #end(key: string, ended: EndReason, at: number): void {
    this.#entries.delete(key)
    this.#remains.delete(key)
    this.#remains.set(key, { ended, until: at + REMAINS_FOR })
    if (this.#remains.size > this.#maxSessions) this.#remains.delete(first(this.#remains))
  }

  #evict(now: number): void {
    const key = first(this.#entries)
    if (this.#living(key, now)) this.#end(key, 'evicted', now)
  }

  #startSweeping(): void {
    if (this.#timer) return
    this.#timer = setInterval(() => this.#sweep(), SWEEP_INTERVAL)
    // Absent on edge runtimes, where a timer holds nothing open.
    const timer: { unref?: () => void } = this.#timer
    timer.unref?.()
  }

  #sweep(): void {
    const now = this.now()
    if (this.#unswept.length === 0) this.#unswept = [...this.#entries.keys()]
    for (const key of this.#unswept.splice(-SWEEP_BATCH)) this.#living(key, now)
    for (const [key, { until }] of this.#remains) {
      if (until > now) break
      this.#remains.delete(key)
    }
    this.#lists.sweep(now)
  }
}

function first<T>(map: ReadonlyMap<string, T>): string {
  return map.keys().next().value ?? ''
}

function loaded(entry: Entry, now: number): LoadedRecord {
  return { meta: entry.meta, fields: entry.fields, expiresIn: entry.endsAt - now, now }
}
