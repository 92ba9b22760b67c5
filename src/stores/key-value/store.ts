/**
 * A store on top of another that can only get, set and remove whole values.
 *
 * Within one process it keeps the contract in full: whoever changes a session waits for those
 * before. Between processes it does what can be done. A touch leaves the record alone. A write
 * looks afterwards whether the session has ended meanwhile, and then takes itself back. Two
 * processes that write to one session at the same moment may still overwrite each other.
 *
 * @module
 */

import { invalidOption } from '../../core/errors.ts'
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
import { keptFor, mayBeDate, notKept } from './keeping.ts'
import { BlobLists } from './lists.ts'
import { leaseName, nameOf } from './names.ts'
import { placeOf, type Place } from './process-state.ts'
import { limited, type Shelf } from './key-value.ts'
import { endOf, judge, write, type Blob, type Lease, type Sight } from './format.ts'
import { warnNotAtomic } from './warning.ts'

/** Options of every store of this kind. */
export interface BlobStoreOptions {
  /**
   * Whether what is stored outlives the process, for `capabilities.durable`: we cannot tell.
   * Default: false.
   */
  durable?: boolean
  /** Milliseconds that one call may take. Default: 2,000. */
  timeout?: number
  /** The clock, in epoch milliseconds, the same for all processes. Default: `Date.now`. */
  now?: () => number
}

/** The names of the options. */
export const BLOB_OPTIONS: readonly string[] = ['durable', 'timeout', 'now']

/** What distinguishes one kind of store from another. */
export interface BlobStoreKind {
  name: string
  /** The user's own object: stores on the same one wait for each other. */
  client: object
  shelf: Shelf
  /** Whether to keep lists, by which a user's sessions are found. */
  lists: boolean
}

/** What is stored for no time at all, some stores keep for ever. */
const MIN_TTL = 1000

/** See the module. */
export class BlobStore implements Store {
  readonly name: string
  readonly capabilities: StoreCapabilities
  readonly now: () => number
  readonly index?: SessionIndex
  readonly #shelf: Shelf
  readonly #place: Place

  /** @throws SessionError `ERR_OPTION_INVALID` */
  constructor({ name, client, shelf, lists }: BlobStoreKind, options: BlobStoreOptions) {
    const { durable = false, timeout = 2_000, now = Date.now } = options
    if (typeof durable !== 'boolean') throw invalidOption(`${name}: \`durable\` must be true or false.`)
    if (!(timeout >= 1 && timeout < 2 ** 31)) {
      throw invalidOption(`${name}: \`timeout\` must be a number of milliseconds, at least 1.`)
    }
    if (typeof now !== 'function') throw invalidOption(`${name}: \`now\` must be a function.`)
    this.name = name
    this.capabilities = { atomic: false, durable }
    this.now = now
    this.#shelf = limited(shelf, timeout, name)
    this.#place = placeOf(client)
    if (lists) this.index = new BlobLists(this.#place, this.#shelf, now)
  }

  async create(key: string, { meta, fields }: StoredRecord, lifetime: Lifetime): Promise<boolean> {
    warnNotAtomic(this.name)
    const copy = new Map(fields)
    return this.#change(key, async (name, sight) => {
      if (sight.state !== 'none') return false
      const blob = this.#blob({ meta, fields: copy }, lifetime, 1)
      // First, so that whoever finds a blob finds a lease, too: some stores search long for what is missing.
      await this.#lease(name, { ...deadlineOf(lifetime, this.now()), number: 0 })
      const lease = await this.#write(name, blob)
      if (lease !== null || !mayBeDate(blob.endsAt - this.now())) return endOf(lease) === null
      await this.#shelf.remove(name)
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
    const sight = await this.#look(key, await nameOf(key))
    if (sight.state === 'alive') return loaded(sight, this.now())
    if (sight.state === 'none' && !sight.litter) return null
    if (sight.state === 'ended' && !sight.ghost) return { ended: sight.ended }
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
    return this.#change(key, async (name, sight) => {
      if (sight.state !== 'alive') return gone(sight)
      const { fields, result } = applyChange(sight.blob.fields, copy)
      if (fields === null) return result
      const { meta } = sight.blob
      const ended = endOf(await this.#write(name, this.#blob({ meta, fields }, lifetime, sight.number + 1)))
      return ended === null ? result : { status: 'gone', ended }
    })
  }

  async touch(key: string, lifetime: Lifetime): Promise<boolean> {
    return this.#change(key, async (name, sight) => {
      if (sight.state !== 'alive') return false
      const { blob } = sight
      const number = sight.number + 1
      const deadline = deadlineOf(lifetime, this.now())
      if (this.#shelf.touch === undefined && blob.keptUntil < deadline.endsAt)
        return endOf(await this.#write(name, this.#blob(blob, lifetime, number))) === null
      await this.#lease(name, { ...deadline, number })
      return (await this.#shelf.touch?.(name, write(blob), this.#ttl(deadline.endsAt))) ?? true
    })
  }

  async destroy(key: string, reason: EndReason): Promise<LoadedRecord | null> {
    return this.#change(key, async (name, sight) => {
      const now = this.now()
      if (sight.state !== 'alive' && sight.state !== 'unreadable') return null
      // The lease first: a write that is under way in another process looks at it when it is done.
      await this.#lease(name, { ended: reason, until: now + REMAINS_FOR })
      await this.#shelf.remove(name)
      this.#place.bury(key, reason, now)
      return sight.state === 'alive' ? loaded(sight, now) : null
    })
  }

  /** Runs `work` in turn, with what there is then. */
  #change<T>(key: string, work: (name: string, sight: Sight) => Promise<T>): Promise<T> {
    return this.#place.inTurn(key, async () => {
      const name = await nameOf(key)
      return work(name, await this.#look(key, name))
    })
  }

  async #look(key: string, name: string): Promise<Sight> {
    const [blob, lease] = await Promise.all([this.#shelf.get(name), this.#shelf.get(leaseName(name))])
    const grave = this.#place.graveOf(key, this.now())
    if (grave !== null) return { state: 'ended', ended: grave, ghost: blob !== null }
    return judge(blob, lease, this.now())
  }

  #blob({ meta, fields }: StoredRecord, lifetime: Lifetime, number: number): Blob {
    const now = this.now()
    const deadline = deadlineOf(lifetime, now)
    // Where a touch cannot move that time, the blob is kept for twice as long, so that it need
    // not be written again each time.
    const twice = Math.min(2 * lifetime.idle, lifetime.absoluteAt - now)
    const keptUntil = this.#shelf.touch ? deadline.endsAt : now + keptFor(deadline.endsAt - now, twice)
    return { meta, fields, ...deadline, number, keptUntil }
  }

  /** Writes a blob, and takes it back if the lease, which it answers, says that the session ended meanwhile. */
  async #write(name: string, blob: Blob): Promise<string | null> {
    await this.#shelf.set(name, write(blob), this.#ttl(blob.keptUntil))
    const lease = await this.#shelf.get(leaseName(name))
    if (endOf(lease) !== null) await this.#shelf.remove(name)
    return lease
  }

  #lease(name: string, lease: Lease): Promise<void> {
    const ttl = 'ended' in lease ? REMAINS_FOR : this.#ttl(lease.endsAt)
    return this.#shelf.set(leaseName(name), write(lease), ttl)
  }

  /** Somewhat longer than needed: deadlines of others are coarse, and the reason is told for a while. */
  #ttl(until: number): number {
    const needed = until - this.now()
    return Math.max(MIN_TTL, keptFor(needed, needed + REMAINS_FOR))
  }

  /** Removes what nobody will read again. */
  async #tidy(name: string, sight: Sight): Promise<void> {
    if (sight.state === 'ended' && sight.ghost) await this.#shelf.remove(name)
    if (sight.state !== 'none' || !sight.litter) return
    await this.#shelf.remove(name)
    await this.#shelf.remove(leaseName(name))
  }
}

function loaded({ blob, deadline }: Extract<Sight, { state: 'alive' }>, now: number): LoadedRecord {
  return { meta: blob.meta, fields: blob.fields, expiresIn: Math.max(1, deadline.endsAt - now), now }
}

function unreadable(now: number): LoadedRecord {
  return { meta: '', fields: new Map(), expiresIn: 1, now }
}

function gone(sight: Sight): UpdateResult {
  return sight.state === 'ended' ? { status: 'gone', ended: sight.ended } : { status: 'gone' }
}
