/**
 * The contract between sessions and the place that keeps them.
 *
 * A store knows nothing of cookies, tokens or values. It keeps **records**: an
 * immutable `meta` text and a map of fields, both opaque, under a key, until a
 * deadline. Its one duty beyond keeping is atomicity: each verb happens for one
 * record as a whole or not at all, also while other processes write.
 *
 * To write a store, implement the verbs marked Required and run `testStore`
 * from `sojourn/testing` against it.
 *
 * @module
 */

/** A value, or the promise of one: stores in the same process may answer at once. */
export type MaybePromise<T> = T | Promise<T>

/** Why a session ended. */
export type EndReason = 'logout' | 'revoked' | 'rotated' | 'evicted' | 'idle' | 'absolute'

/** Until when a record lives: the earlier of the two deadlines, by the store's clock. */
export interface Lifetime {
  /** Milliseconds from now until the record ends if it is not touched. */
  idle: number
  /** Epoch milliseconds at which the record ends in any case. */
  absoluteAt: number
}

/** What a store is given to keep. */
export interface StoredRecord {
  /** Written by `create` alone and never changed. */
  meta: string
  /**
   * Encoded field name → encoded value, both well-formed Unicode. Names never begin with `@`
   * or `!`, so a store may use such names for itself, and are never `__proto__`. A map
   * is never changed, neither by its receiver nor by its giver.
   */
  fields: ReadonlyMap<string, string>
}

/** A living record, as `load` and `destroy` return it. */
export interface LoadedRecord extends StoredRecord {
  /** Milliseconds left until the deadline when the store answered; greater than 0. */
  expiresIn: number
  /** The store's clock when it answered, in epoch milliseconds. */
  now: number
  /** What the list that `load` was given says of the key. Absent if none was given, or the store cannot tell. */
  listing?: Listing
}

/** What is left of a record that was destroyed a short while ago. */
export interface EndedRecord {
  ended: EndReason
}

/** What a record may hold after a change. */
export interface Limits {
  /** Bytes of all names and values together, in UTF-8. */
  bytes: number
  /** How many fields. */
  fields: number
}

/** A change to single fields. No field is named twice; fields not named are not touched. */
export interface Change {
  /** Fields to write. */
  set?: ReadonlyMap<string, string>
  /** Fields to remove. */
  delete?: readonly string[]
  /**
   * Fields to add a safe integer to; a missing field counts as 0. An integer is what
   * `/^(0|-?[1-9]\d*)$/` matches, within ±(2^53 − 1), before and after.
   */
  increment?: ReadonlyMap<string, number>
  /** Fields to read and remove in one step. */
  take?: readonly string[]
  /** Apply the change only if these fields hold exactly these values; `null` means absent. */
  expect?: ReadonlyMap<string, string | null>
  /**
   * Apply the change only if the record then holds no more than this, or no more than before:
   * neither more bytes nor more fields. What other changes have brought in counts, so of many at
   * once only those are done that fit together. Without limits a record may grow without end.
   */
  limits?: Limits
}

/** The answer to `update`. */
export type UpdateResult =
  | {
      status: 'ok'
      /** New values of incremented fields, old values (or `null`) of taken ones. */
      values: ReadonlyMap<string, string | null>
      /** Incremented fields that hold no integer or would leave the safe range. They are unchanged. */
      notIntegers?: readonly string[]
    }
  /** There is no such record; nothing was written. */
  | { status: 'gone'; ended?: EndReason }
  /** `expect` did not hold; nothing was written. */
  | { status: 'conflict' }
  /** The record would have outgrown `limits`; nothing was written. A failed `expect` comes before this. */
  | { status: 'too-large' }

/** What a store can promise, told truthfully. */
export interface StoreCapabilities {
  /** Every verb is atomic, also between processes. If false, parallel writes may lose each other. */
  atomic: boolean
  /** Records outlive the process. */
  durable: boolean
}

/** One key in a list. Times are epoch milliseconds on the store's clock. */
export interface IndexEntry {
  key: string
  /** When the session under the key began; lists are sorted by it. */
  createdAt: number
  /** Until when the entry counts. */
  until: number
}

/** What a list says of one key. */
export interface Listing {
  /** Whether the list has an entry for the key that counts. */
  isListed: boolean
  /** The time of the latest `bar` of this list; `null` if there is none. */
  barredAt: number | null
  /** Whether that bar spares this key. */
  isSpared: boolean
}

/** The end of all sessions of a list that began before a time. */
export interface Bar {
  /** Epoch milliseconds on the store's clock. */
  at: number
  /** The key of the one session that is spared; `null` for none. */
  spare: string | null
  /** Until when the bar has to be known, in epoch milliseconds. */
  until: number
}

/**
 * Named lists of keys. They say which sessions may exist, and `load` which do: an entry may
 * outlive its record. Each verb is atomic for one list.
 *
 * A list may be lost apart from the records, to eviction for example. `look` and `bar` keep that
 * from letting a visitor in: see `core/users/session-lists.ts`. A store whose lists go with its records can do
 * without.
 */
export interface SessionIndex {
  /** Adds an entry, or replaces the one with its key. Answers how many entries count then. */
  add(list: string, entry: IndexEntry): MaybePromise<number>
  /** The entries that count, oldest first; those past their time are forgotten. */
  entries(list: string): MaybePromise<IndexEntry[]>
  /** Removes the entries with these keys, as far as they are there. */
  remove(list: string, keys: readonly string[]): MaybePromise<void>
  /** At most so many entries, those that end first. Optional: without it, `entries` is asked. */
  first?(list: string, count: number): MaybePromise<IndexEntry[]>
  /** What the list says of one key, at a cost that does not grow with it. Optional: without it, `entries` is asked. */
  look?(list: string, key: string): MaybePromise<Listing>
  /** Notes a bar, in place of an earlier one, whether or not there is such a list. Optional. */
  bar?(list: string, bar: Bar): MaybePromise<void>
}

/** What lies beneath a store, for `sojourn/doctor`. A registered symbol, so that every copy of this package has the same. */
export const beneath: unique symbol = Symbol.for('sojourn.beneath') as never

/** A place that keeps sessions. */
export interface Store {
  /** Short name for events and errors, such as `redis`. */
  readonly name: string
  readonly capabilities: StoreCapabilities
  /**
   * What makes two store objects the same place, such as a file path. Adapters for
   * frameworks that load a module several times keep one store for each identity.
   * Optional: without it, stores are never shared.
   */
  readonly identity?: string

  /**
   * How often open pages have it asked about their sessions where `events.interval` says nothing, in
   * milliseconds. For a store where each question costs. Optional: 500.
   */
  readonly watchInterval?: number

  /**
   * The store's own clock, in epoch milliseconds. All deadlines are measured with
   * it, so that an application server with a wrong clock extends or ends nothing.
   * Required.
   */
  now(): MaybePromise<number>

  /**
   * Stores a new record. Answers false, and changes nothing, if the key is taken,
   * also by the remains of a destroyed record. Required.
   */
  create(key: string, record: StoredRecord, lifetime: Lifetime): MaybePromise<boolean>

  /**
   * Reads a record. `null` if there is none; the reason if it was destroyed or has expired
   * (`idle`, `absolute`) and the store still knows. Never an error for those. What is there but
   * damaged, or of another program, should come back with an empty `meta` and no fields: then the
   * visitor is anonymous and an event says so. Required.
   *
   * @param list one that may hold the key. The answer has its `listing` then, in the same round
   * trip, and tells why a record is missing whose entry is still there. A store may ignore it.
   */
  load(key: string, list?: string | null): MaybePromise<LoadedRecord | EndedRecord | null>

  /**
   * Changes single fields of a living record and moves its deadline. **Never
   * creates**: this is what makes a logout final. Required.
   */
  update(key: string, change: Change, lifetime: Lifetime): MaybePromise<UpdateResult>

  /**
   * Moves the deadline of a living record, and nothing else. Answers false if there
   * is none. Required.
   */
  touch(key: string, lifetime: Lifetime): MaybePromise<boolean>

  /**
   * Ends a record and returns what it held, or `null` if there was none. Reading and
   * ending are one step: of two callers one gets the record. The reason may be kept
   * for some minutes; the first one counts. Required.
   */
  destroy(key: string, reason: EndReason): MaybePromise<LoadedRecord | null>

  /**
   * Tries whether the store gives back what it is given, near this key. Asked when a record cannot be
   * read: a driver that changes replies damages no record, and makes no visitor anonymous. Optional.
   * Throws if it does not.
   */
  verify?(key: string): MaybePromise<void>

  /** Lists of keys, for finding the sessions of a user. Optional. */
  readonly index?: SessionIndex

  /** For stores of this package. */
  readonly [beneath]?: unknown

  /** Releases what the store itself opened; a client that the user brought stays open. Optional. */
  close?(): MaybePromise<void>
}

/** Whether a loaded answer is a living record. */
export function isAlive(answer: LoadedRecord | EndedRecord | null): answer is LoadedRecord {
  return answer !== null && !('ended' in answer)
}
