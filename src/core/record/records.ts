/**
 * The records of one application, as what they mean. Sessions speak to their store through this
 * class alone: it knows how meta is written, which application a record belongs to, and whether
 * the time of one that is still stored is over.
 *
 * Besides sessions there are **notes**: small records of our own under keys that no token has.
 * What the options say of lifetimes does not concern them.
 *
 * @module
 */

import { isEndReason } from '../end-reason.ts'
import { shortened, type LifetimeSettings } from './lifetime.ts'
import { decodeMeta, encodeMeta, isBarred, type RecordMeta } from './meta.ts'
import { withLimits } from './size.ts'
import {
  isAlive,
  type Change,
  type EndReason,
  type Lifetime,
  type LoadedRecord,
  type MaybePromise,
  type SessionIndex,
  type Store,
  type UpdateResult,
} from '../store.ts'

/** What a record holds: encoded name → encoded value. */
export type Fields = ReadonlyMap<string, string>

/** The part of the options that concerns records. */
export interface RecordSettings extends LifetimeSettings {
  /** Whose records these are. Those of other applications are left alone. */
  app: string
  /** Of one session, in bytes. */
  maxBytes: number
}

/** A record that lives. */
export interface LivingRecord extends Omit<LoadedRecord, 'meta'> {
  state: 'alive'
  /** With the lifetimes that the options of today allow. */
  meta: RecordMeta
}

/** What a key leads to. */
export type Found =
  | LivingRecord
  /** Its session has ended; `null` for a reason that is none of ours. */
  | { state: 'ended'; reason: EndReason | null }
  /** It is stored, and may not be used any more: the caller ends it. */
  | { state: 'overdue'; reason: 'absolute' | 'revoked' }
  /** Damaged, or of another application, or encrypted with a key that is not here. */
  | { state: 'unreadable'; reason: null }
  | typeof MISSING

/** What a record held when it was ended; without meta if that cannot be read. */
export interface Remains {
  meta: RecordMeta | null
  fields: Fields
}

/** What a key leads to that leads to nothing. */
export const MISSING = { state: 'missing', reason: null } as const
const UNREADABLE: Found = { state: 'unreadable', reason: null }

/** See the module. Its methods throw `ERR_STORE_*` if the store fails. */
export class Records {
  /** The lists of the store, if it keeps any. */
  readonly index: SessionIndex | undefined
  readonly #store: Store
  readonly #settings: RecordSettings

  /** @param store guarded: with time limit, breaker and events */
  constructor(store: Store, settings: RecordSettings) {
    this.#store = store
    this.#settings = settings
    this.index = store.index
  }

  /** The name of the store. */
  get storeName(): string {
    return this.#store.name
  }

  /** The store's clock, in epoch milliseconds. */
  now(): MaybePromise<number> {
    return this.#store.now()
  }

  /**
   * Reads a session's record.
   * @param list the one that may hold the key
   */
  load(key: string, list: string | null = null): MaybePromise<Found> {
    const answer = this.#store.load(key, list)
    return answer instanceof Promise
      ? answer.then((late) => this.#read(key, late, true))
      : this.#read(key, answer, true)
  }

  /** Reads a note. */
  async loadNote(key: string): Promise<Found> {
    return this.#read(key, await this.#store.load(key), false)
  }

  /** Stores a new record. Answers false if the key is taken. */
  create(key: string, meta: RecordMeta, fields: Fields): MaybePromise<boolean> {
    return this.#store.create(key, { meta: encodeMeta(meta, this.#settings.app), fields }, lifetimeOf(meta))
  }

  /** Changes fields of a session's record, within the limits of its size, and moves its deadline. */
  update(key: string, lifetime: Lifetime, change: Change): MaybePromise<UpdateResult> {
    return this.#store.update(key, withLimits(change, this.#settings.maxBytes), lifetimeOf(lifetime))
  }

  /** Changes a note, or fields of ours in a record, which count to no limit. */
  annotate(key: string, lifetime: Lifetime, change: Change): MaybePromise<UpdateResult> {
    return this.#store.update(key, change, lifetimeOf(lifetime))
  }

  /** Moves the deadline of a record. Answers false if there is none. */
  touch(key: string, lifetime: Lifetime): MaybePromise<boolean> {
    return this.#store.touch(key, lifetimeOf(lifetime))
  }

  /** Ends a record, and gives what it held; `null` if there was none. */
  async destroy(key: string, reason: EndReason): Promise<Remains | null> {
    const record = await this.#store.destroy(key, reason)
    return record && { meta: decodeMeta(record.meta, this.#settings.app), fields: record.fields }
  }

  /** Releases what the store opened itself. */
  async close(): Promise<void> {
    await this.#store.close?.()
  }

  #read(key: string, answer: Awaited<ReturnType<Store['load']>>, isSession: boolean): MaybePromise<Found> {
    if (answer === null) return MISSING
    if (!isAlive(answer)) return { state: 'ended', reason: isEndReason(answer.ended) ? answer.ended : null }
    const stored = decodeMeta(answer.meta, this.#settings.app)
    if (stored === null) return this.#verify(key)
    const meta = isSession ? shortened(stored, this.#settings) : stored
    if (answer.now >= meta.absoluteAt) return { state: 'overdue', reason: 'absolute' }
    const { listing } = answer
    if (listing !== undefined && isBarred(meta, listing)) return { state: 'overdue', reason: 'revoked' }
    return { ...answer, state: 'alive', meta }
  }

  /** A record that cannot be read may be the fault of the store: then that is told, as an error. */
  async #verify(key: string): Promise<Found> {
    await this.#store.verify?.(key)
    return UNREADABLE
  }
}

/** What stores want to know, and no more of the meta. */
function lifetimeOf({ idle, absoluteAt }: Lifetime): Lifetime {
  return { idle, absoluteAt }
}
