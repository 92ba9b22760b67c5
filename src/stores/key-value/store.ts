/**
 * A store on top of another that can only get, set and remove whole values.
 *
 * Within one process it keeps the contract in full: a change of a session waits for the changes
 * before it. Between processes it keeps what it can. A touch leaves the record alone. After each
 * write it looks whether the session has ended, and if so removes what it wrote. Two processes
 * that write to one session at the same moment may still overwrite each other.
 *
 * @module
 */

import { invalidOption } from '../../core/errors.ts'
import { milliseconds, type Duration } from '../../core/record/duration.ts'
import {
  isAlive,
  type Change,
  type EndedRecord,
  type EndReason,
  type Lifetime,
  type LoadedRecord,
  type SessionIndex,
  type Store,
  type StoreCapabilities,
  type StoredRecord,
  type UpdateResult,
} from '../../core/store.ts'
import { applyChange, copyOf } from '../shared/apply-change.ts'
import { deadlineOf, REMAINS_FOR } from '../shared/record-end.ts'
import { endOf, judge, write, type Blob, type Lease, type Verdict } from './format.ts'
import { keptFor, mayBeDate, notKept } from './keeping.ts'
import { limited, type KeyValue } from './key-value.ts'
import { KeyValueLists } from './lists.ts'
import { leaseName, nameOf } from './names.ts'
import { processStateOf, type ProcessState } from './process-state.ts'
import { warnNotAtomic } from './warning.ts'

/** Options of every store of this kind. */
export interface KeyValueStoreOptions {
  /**
   * Whether what is stored outlives the process, for `capabilities.durable`: we cannot tell.
   * Default: false.
   */
  durable?: boolean
  /** How long one call may take. Default `'2s'`. */
  timeout?: Duration
  /** The clock, in epoch milliseconds, the same for all processes. Default: `Date.now`. */
  now?: () => number
}

/** The names of the options. */
export const KEY_VALUE_OPTIONS: readonly string[] = ['durable', 'timeout', 'now']

/** What distinguishes one kind of store from another. */
export interface KeyValueStoreKind {
  name: string
  /** The user's own object: stores on the same one wait for each other. */
  client: object
  keyValue: KeyValue
  /** Whether to keep lists, by which a user's sessions are found. */
  lists: boolean
}

/** In milliseconds. Some stores keep for ever what is stored for no time. */
const MIN_TTL = 1000

/** See the module. */
export class KeyValueStore implements Store {
  readonly name: string
  readonly capabilities: StoreCapabilities
  readonly now: () => number
  readonly index?: SessionIndex
  readonly #keyValue: KeyValue
  readonly #state: ProcessState

  /** @throws SessionError `ERR_OPTION_INVALID` */
  constructor({ name, client, keyValue, lists }: KeyValueStoreKind, options: KeyValueStoreOptions) {
    const { durable = false, timeout = '2s', now = Date.now } = options
    if (typeof durable !== 'boolean') throw invalidOption(`${name}: \`durable\` must be true or false.`)
    if (typeof now !== 'function') throw invalidOption(`${name}: \`now\` must be a function.`)
    this.name = name
    this.capabilities = { atomic: false, durable }
    this.now = now
    this.#keyValue = limited(keyValue, milliseconds(timeout, `${name}: timeout`), name)
    this.#state = processStateOf(client)
    if (lists) this.index = new KeyValueLists(this.#state, this.#keyValue, now)
  }

  async create(key: string, { meta, fields }: StoredRecord, lifetime: Lifetime): Promise<boolean> {
    warnNotAtomic(this.name)
    const copy = new Map(fields)
    return this.#change(key, async (name, verdict) => {
      if (verdict.state !== 'none') return false
      const blob = this.#blob({ meta, fields: copy }, lifetime, 1)
      // First, so that a blob always has a lease: some stores search long for what is missing.
      await this.#lease(name, { ...deadlineOf(lifetime, this.now()), number: 0 })
      const lease = await this.#write(name, blob)
      if (lease !== null || !mayBeDate(blob.endsAt - this.now())) return endOf(lease) === null
      await this.#keyValue.remove(name)
      throw notKept(this.name)
    })
  }

  async load(key: string, list?: string | null): Promise<LoadedRecord | EndedRecord | null> {
    if (list == null || this.index?.look === undefined) return this.#load(key)
    const [answer, listing] = await Promise.all([this.#load(key), this.index.look(list, key)])
    if (answer === null) return listing.isListed ? { ended: 'idle' } : null
    return isAlive(answer) ? { ...answer, listing } : answer
  }

  async #load(key: string): Promise<LoadedRecord | EndedRecord | null> {
    const verdict = await this.#look(key, await nameOf(key))
    if (verdict.state === 'alive') return loaded(verdict, this.now())
    if (verdict.state === 'none' && !verdict.hasOrphans) return null
    if (verdict.state === 'ended' && !verdict.hasStaleCopy) return { ended: verdict.ended }
    // What is being written just now is read when that is done.
    return this.#change(key, async (name, again) => {
      if (again.state === 'alive') return loaded(again, this.now())
      if (again.state === 'unreadable') return unreadable(this.now())
      await this.#tidy(name, again)
      return again.state === 'ended' ? { ended: again.ended } : null
    })
  }

  async update(key: string, change: Change, lifetime: Lifetime): Promise<UpdateResult> {
    const copy = copyOf(change)
    return this.#change(key, async (name, verdict) => {
      if (verdict.state !== 'alive') return gone(verdict)
      const { fields, result } = applyChange(verdict.blob.fields, copy)
      if (fields === null) return result
      const { meta } = verdict.blob
      const ended = endOf(await this.#write(name, this.#blob({ meta, fields }, lifetime, verdict.number + 1)))
      return ended === null ? result : { status: 'gone', ended }
    })
  }

  async touch(key: string, lifetime: Lifetime): Promise<boolean> {
    return this.#change(key, async (name, verdict) => {
      if (verdict.state !== 'alive') return false
      const { blob } = verdict
      const number = verdict.number + 1
      const deadline = deadlineOf(lifetime, this.now())
      if (this.#keyValue.touch === undefined && blob.keptUntil < deadline.endsAt)
        return endOf(await this.#write(name, this.#blob(blob, lifetime, number))) === null
      await this.#lease(name, { ...deadline, number })
      return (await this.#keyValue.touch?.(name, write(blob), this.#ttl(deadline.endsAt))) ?? true
    })
  }

  async destroy(key: string, reason: EndReason): Promise<LoadedRecord | null> {
    return this.#change(key, async (name, verdict) => {
      const now = this.now()
      if (verdict.state !== 'alive' && verdict.state !== 'unreadable') return null
      // The lease first: a write that is under way in another process looks at it when it is done.
      await this.#lease(name, { ended: reason, until: now + REMAINS_FOR })
      await this.#keyValue.remove(name)
      this.#state.addTombstone(key, reason, now)
      return verdict.state === 'alive' ? loaded(verdict, now) : null
    })
  }

  /** Runs `work` in turn, with what there is then. */
  #change<T>(key: string, work: (name: string, verdict: Verdict) => Promise<T>): Promise<T> {
    return this.#state.lines.run(key, async () => {
      const name = await nameOf(key)
      return work(name, await this.#look(key, name))
    })
  }

  async #look(key: string, name: string): Promise<Verdict> {
    const [blob, lease] = await Promise.all([this.#keyValue.get(name), this.#keyValue.get(leaseName(name))])
    const tombstone = this.#state.tombstoneOf(key, this.now())
    if (tombstone !== null) return { state: 'ended', ended: tombstone, hasStaleCopy: blob !== null }
    return judge(blob, lease, this.now())
  }

  #blob({ meta, fields }: StoredRecord, lifetime: Lifetime, number: number): Blob {
    const now = this.now()
    const deadline = deadlineOf(lifetime, now)
    // Where a touch cannot move that time, the blob is kept for twice as long, so that it need
    // not be written again each time.
    const twice = Math.min(2 * lifetime.idle, lifetime.absoluteAt - now)
    const keptUntil = this.#keyValue.touch ? deadline.endsAt : now + keptFor(deadline.endsAt - now, twice)
    return { meta, fields, ...deadline, number, keptUntil }
  }

  /** Writes a blob, and removes it if the lease says that the session has ended. Answers the lease. */
  async #write(name: string, blob: Blob): Promise<string | null> {
    await this.#keyValue.set(name, write(blob), this.#ttl(blob.keptUntil))
    const lease = await this.#keyValue.get(leaseName(name))
    if (endOf(lease) !== null) await this.#keyValue.remove(name)
    return lease
  }

  #lease(name: string, lease: Lease): Promise<void> {
    const ttl = 'ended' in lease ? REMAINS_FOR : this.#ttl(lease.endsAt)
    return this.#keyValue.set(leaseName(name), write(lease), ttl)
  }

  /** Somewhat longer than needed: deadlines of others are coarse, and the reason is told for a while. */
  #ttl(until: number): number {
    const needed = until - this.now()
    return Math.max(MIN_TTL, keptFor(needed, needed + REMAINS_FOR))
  }

  /** Removes what no request reads again. */
  async #tidy(name: string, verdict: Verdict): Promise<void> {
    if (verdict.state === 'ended' && verdict.hasStaleCopy) await this.#keyValue.remove(name)
    if (verdict.state !== 'none' || !verdict.hasOrphans) return
    await this.#keyValue.remove(name)
    await this.#keyValue.remove(leaseName(name))
  }
}

function loaded({ blob, deadline }: Extract<Verdict, { state: 'alive' }>, now: number): LoadedRecord {
  return { meta: blob.meta, fields: blob.fields, expiresIn: Math.max(1, deadline.endsAt - now), now }
}

function unreadable(now: number): LoadedRecord {
  return { meta: '', fields: new Map(), expiresIn: 1, now }
}

function gone(verdict: Verdict): UpdateResult {
  return verdict.state === 'ended' ? { status: 'gone', ended: verdict.ended } : { status: 'gone' }
}
