/**
 * Writes that wait in the same turn of the event loop share one transaction, and so
 * one fsync: 64 at once cost little more than one.
 *
 * @module
 */

import type { SessionError } from '../../core/errors.ts'
import { isBusy, isFull, isReadOnly, storeFailure } from './failure.ts'

/** What a group needs of the connection. */
export interface Transactions {
  begin(): void
  commit(): void
  /** Resolves when what was committed may be answered; `undefined` if that is so at once. */
  synced?(): Promise<void> | undefined
  rollback(): void
  /** Finds room for a write that must not wait until there is some. */
  makeRoom?(): void
}

/** One write: what to do inside the transaction, and whom to tell after the commit. */
interface Waiting<C> {
  /** May run more than once, after a rollback. Writes with its last statement only. */
  task: (connection: C) => unknown
  isUrgent: boolean
  promise: Promise<unknown>
  resolve: (value: unknown) => void
  reject: (cause: unknown) => void
  /** By the monotonic clock. */
  since: number
}

/** How long one group may keep the event loop, in milliseconds, its commit apart. */
const GROUP_TIME = 4
/** How long a write waits for other processes to release the lock, in milliseconds. */
const PATIENCE = 5_000
const RETRY_AFTER = 12

/** Collects writes and commits them in groups. */
export class GroupCommit<C extends Transactions> {
  readonly #connect: () => C
  readonly #disconnect: (isDoubtful?: boolean) => void
  readonly #explain: (cause: unknown) => SessionError
  #waiting: Waiting<C>[] = []
  #scheduled = false
  /** Groups that are committed and not answered yet. */
  readonly #syncing = new Set<Promise<void>>()

  /**
   * @param connect Answers the open connection, opening it if need be.
   * @param disconnect Called after a failure that a new connection might cure; with `true` if what was committed
   * may be lost.
   * @param explain Makes the error for it.
   */
  constructor(
    connect: () => C,
    disconnect: (isDoubtful?: boolean) => void,
    explain: (cause: unknown) => SessionError = storeFailure,
  ) {
    this.#connect = connect
    this.#disconnect = disconnect
    this.#explain = explain
  }

  /** Whether every write has been answered. */
  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#syncing.size === 0
  }

  /** Resolves when the writes that wait now have been answered. */
  async settled(): Promise<void> {
    const last = this.#waiting.at(-1)?.promise.catch(() => undefined)
    await Promise.all([last, ...this.#syncing])
  }

  /**
   * Runs a task in the next transaction. Resolves after its commit; rejects with the
   * SessionError that fits if it was not committed.
   *
   * @param isUrgent Whether to make room for it if the disk is full.
   */
  write<T>(task: (connection: C) => T, isUrgent = false): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const settle = resolve as (value: unknown) => void
    this.#waiting.push({ task, isUrgent, promise, resolve: settle, reject, since: performance.now() })
    this.#schedule()
    return promise
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => this.#flush())
  }

  #flush(): void {
    this.#scheduled = false
    const group = this.#waiting
    this.#waiting = []
    try {
      this.#waiting = this.#commit(group)
    } catch (cause) {
      if (isBusy(cause)) return this.#retry(group, cause)
      if (group.length === 1) this.#rescue(group[0]!, cause)
      else this.#isolate(group)
    }
    if (this.#waiting.length > 0) this.#schedule()
  }

  /** Commits what fits into one group, answers it, and returns the rest. Throws if nothing was committed. */
  #commit(group: Waiting<C>[]): Waiting<C>[] {
    const connection = this.#connect()
    connection.begin()
    const answers: (() => void)[] = []
    try {
      const until = performance.now() + GROUP_TIME
      for (const waiting of group) {
        answers.push(run(connection, waiting))
        if (performance.now() >= until) break
      }
      connection.commit()
    } catch (cause) {
      connection.rollback()
      throw cause
    }
    const synced = connection.synced?.()
    if (synced) this.#answerAfter(synced, group.slice(0, answers.length), answers)
    else for (const answer of answers) answer()
    return group.slice(answers.length)
  }

  /** Other groups are committed during the sync. What could not be synced may have happened: it is not tried again. */
  #answerAfter(synced: Promise<void>, group: Waiting<C>[], answers: (() => void)[]): void {
    const answered = synced
      .then(
        () => answers.forEach((answer) => answer()),
        (cause: unknown) => {
          this.#disconnect(true)
          for (const { reject } of group) reject(this.#explain(cause))
        },
      )
      .finally(() => this.#syncing.delete(answered))
    this.#syncing.add(answered)
  }

  /** After a failure each write gets a transaction of its own, so that one cannot fail the others. */
  #isolate(group: Waiting<C>[]): void {
    for (const waiting of group) {
      try {
        this.#commit([waiting])
      } catch (cause) {
        if (isBusy(cause)) this.#waiting.push(waiting)
        else this.#rescue(waiting, cause)
      }
    }
  }

  /** Tries once more what has a better chance now; everything else fails. */
  #rescue(waiting: Waiting<C>, cause: unknown): void {
    try {
      if (waiting.isUrgent && isFull(cause)) this.#connect().makeRoom?.()
      else if (isReadOnly(cause)) this.#disconnect()
      else throw cause
      this.#commit([waiting])
    } catch (again) {
      // Another process may have taken the lock.
      if (isBusy(again) && performance.now() - waiting.since < PATIENCE) this.#waiting.push(waiting)
      else this.#fail(waiting, again)
    }
  }

  #fail({ reject }: Waiting<C>, cause: unknown): void {
    const failure = this.#explain(cause)
    if (failure.code !== 'ERR_STORE_FULL') this.#disconnect()
    reject(failure)
  }

  /** Another process holds the lock: waits a random while, without holding up the event loop. */
  #retry(group: Waiting<C>[], cause: unknown): void {
    const oldest = performance.now() - PATIENCE
    for (const { since, reject } of group) if (since < oldest) reject(this.#explain(cause))
    this.#waiting = group.filter(({ since }) => since >= oldest)
    if (this.#waiting.length === 0) return
    this.#scheduled = true
    setTimeout(() => this.#flush(), 1 + Math.random() * RETRY_AFTER)
  }
}

function run<C>(connection: C, { task, resolve, reject }: Waiting<C>): () => void {
  try {
    const value = task(connection)
    return () => resolve(value)
  } catch (cause) {
    // An error of SQLite may have ended the transaction; any other concerns this task alone.
    if (typeof cause === 'object' && cause !== null && 'errcode' in cause) throw cause
    return () => reject(storeFailure(cause))
  }
}
