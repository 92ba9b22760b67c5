/**
 * The fields of one session as one request sees them, and the writes on their way
 * to the store.
 *
 * A write changes the fields here at once, so the next read sees it. Writes of the
 * same tick travel together as one change; changes travel one after another. A change
 * that the store refuses is taken back here too.
 *
 * @module
 */

import { changeOf, clashes, emptyBatch, type Applied, type Batch, type Kind } from './batch.ts'
import { decodeInteger } from '../record/values.ts'
import { checkNames, checkSize, grows } from '../record/size.ts'
import type { Change, MaybePromise } from '../store.ts'
import { Writes } from './pending-writes.ts'

/** What a journal needs to know of its session. */
export interface JournalHost {
  /**
   * Called when a new change begins, before anything is sent. Throws if the request cannot
   * write; returns how to take back what it announced.
   */
  announce(): () => void
  /**
   * Brings a change to the store. Throws if it was not applied; calls `undo` if nothing had to be
   * stored, so that there is nothing to announce.
   */
  send(change: Change, undo: () => void): Promise<Applied>
}

const EMPTY: ReadonlyMap<string, string> = new Map()

/** See the module. */
export class Journal {
  /** What the application has asked for. */
  readonly writes: Writes
  readonly #host: JournalHost
  readonly #maxBytes: number
  readonly #unsent: Batch[] = []
  /** The batch that further writes may join. */
  #open: Batch | null = null
  #fields: ReadonlyMap<string, string> = EMPTY
  /** The same map, once it is ours to change: most requests only read. */
  #own: Map<string, string> | null = null
  #tail: Promise<unknown> | null = null
  /** How much work is in line. */
  #waiting = 0
  /** How often the fields were replaced. */
  #replaced = 0
  /** How many computations are running. */
  #computing = 0

  /**
   * @param maxBytes of the record
   * @param abandoned is told of writes that failed unnoticed, where no response waits for them
   */
  constructor(host: JournalHost, maxBytes: number, abandoned?: (error: unknown) => void) {
    this.#host = host
    this.#maxBytes = maxBytes
    this.writes = new Writes(abandoned)
  }

  /** Encoded field name → encoded value. */
  get fields(): ReadonlyMap<string, string> {
    return this.#fields
  }

  /** Writes fields and removes others; resolves once that is stored. */
  write(entries: ReadonlyMap<string, string>, removed: readonly string[] = []): Promise<Applied> {
    this.check(entries)
    const batch = this.#batchFor([...entries.keys(), ...removed], 'write')
    for (const [name, text] of entries) {
      batch.delete.delete(name)
      batch.set.set(name, text)
      this.#assign(batch, name, text)
    }
    for (const name of removed) {
      batch.set.delete(name)
      batch.delete.add(name)
      this.#assign(batch, name, undefined)
    }
    return batch.result
  }

  /**
   * Adds to an integer field. Resolves to the value after this very call, though calls of
   * one tick are added up on their way; to `null` if the field holds no integer.
   */
  async increment(name: string, by: number): Promise<number | null> {
    const current = decodeInteger(this.fields.get(name) ?? '0')
    if (current !== undefined) this.check(new Map([[name, String(current + by)]]))
    const batch = this.#batchFor([name], 'increment')
    const sum = (batch.increment.get(name) ?? 0) + by
    if (!Number.isSafeInteger(sum)) return null
    batch.increment.set(name, sum)
    if (current !== undefined) this.#assign(batch, name, String(current + by))
    const applied = await batch.result
    const total = applied.values.get(name)
    if (total == null) return null
    return Number(total) - ((batch.increment.get(name) ?? sum) - sum)
  }

  /** Reads a field at the store and removes it there, in one step. */
  async take(name: string): Promise<string | null> {
    const batch = this.#batchFor([name], 'take')
    batch.take.add(name)
    this.#assign(batch, name, undefined)
    const applied = await batch.result
    return applied.values.get(name) ?? null
  }

  /** Throws if these fields would not fit into the record beside the others. */
  check(entries: ReadonlyMap<string, string>): void {
    checkNames(entries.keys())
    if (grows(this.fields, entries)) checkSize(new Map([...this.fields, ...entries]), this.#maxBytes)
  }

  /** Notes fields that went to the store by another way. */
  absorb(set: ReadonlyMap<string, string>, deleted: readonly string[]): void {
    for (const [name, text] of set) this.#settleField(name, text)
    for (const name of deleted) this.#settleField(name, undefined)
  }

  /** Runs something after all earlier writes and before all later ones. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    this.#open = null
    this.#waiting++
    const done = (this.#tail ?? Promise.resolve()).then(work)
    const leave = (): void => void this.#waiting--
    this.#tail = done.then(leave, leave)
    return done
  }

  /** Replaces the fields with what the store holds now, under writes still unsent. */
  replace(fields: ReadonlyMap<string, string>): void {
    const seen = new Map<string, string | undefined>()
    for (const { before } of this.#unsent) {
      for (const name of before.keys()) {
        if (!seen.has(name)) before.set(name, fields.get(name))
        seen.set(name, this.fields.get(name))
      }
    }
    this.#replaced++
    this.#fields = fields
    this.#own = null
    for (const [name, text] of seen) this.#put(name, text)
  }

  /** Runs a computation of `update`. It may write to this same session, and must not wait for itself. */
  async compute<T>(work: () => MaybePromise<T>): Promise<T> {
    this.#computing++
    try {
      return await work()
    } finally {
      this.#computing--
    }
  }

  /** Whether a computation is running. */
  get isComputing(): boolean {
    return this.#computing > 0
  }

  /** Resolves when no write is on its way; rejects with the first failure that no caller has noticed. */
  async settle(): Promise<void> {
    if (!this.isComputing) return this.writes.settle()
    for (let tail: Promise<unknown> | null = null; tail !== this.#tail; await tail) tail = this.#tail
    this.writes.tellFailure()
  }

  /** Whether no write waits or is on its way. */
  get isIdle(): boolean {
    return this.#waiting === 0
  }

  #batchFor(names: readonly string[], kind: Kind): Batch {
    if (this.#open !== null && !clashes(this.#open, names, kind)) return this.#open
    const undo = this.#host.announce()
    const batch = emptyBatch()
    this.#unsent.push(batch)
    batch.result = this.exclusive(() => this.#flush(batch, undo))
    this.#open = batch
    return batch
  }

  async #flush(batch: Batch, undo: () => void): Promise<Applied> {
    this.#unsent.splice(this.#unsent.indexOf(batch), 1)
    if (this.#open === batch) this.#open = null
    const replaced = this.#replaced
    try {
      const applied = await this.#host.send(changeOf(batch), undo)
      for (const name of batch.increment.keys()) {
        const value = applied.values.get(name)
        const text = value ?? batch.before.get(name)
        if (text !== undefined || batch.before.has(name)) this.#settleField(name, text)
      }
      return applied
    } catch (error) {
      // Replaced fields are those of another record, or of none.
      if (replaced === this.#replaced) for (const [name, text] of batch.before) this.#settleField(name, text)
      undo()
      throw error
    }
  }

  /** Gives a field its stored value, unless a later write has changed it already. */
  #settleField(name: string, text: string | undefined): void {
    const later = this.#unsent.find((batch) => batch.before.has(name))
    if (later === undefined) this.#put(name, text)
    else later.before.set(name, text)
  }

  #assign(batch: Batch, name: string, text: string | undefined): void {
    if (!batch.before.has(name)) batch.before.set(name, this.fields.get(name))
    this.#put(name, text)
  }

  #put(name: string, text: string | undefined): void {
    if (this.#own === null) this.#fields = this.#own = new Map(this.#fields)
    if (text === undefined) this.#own.delete(name)
    else this.#own.set(name, text)
  }
}
