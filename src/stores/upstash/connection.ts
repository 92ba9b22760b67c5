/** @module When the database is looked for. */

import type { MaybePromise } from '../../core/store.ts'
import type { Executor, ExecutorSource } from '../redis/client.ts'
import { upstashExecutor } from './executor.ts'
import { noTarget, targetOf, type UpstashSource } from './source.ts'
import { Transport } from './transport.ts'

/** Looks for the database at once, and again at each operation until there is one. */
export class UpstashConnection implements ExecutorSource {
  readonly #source: UpstashSource
  readonly #fromPrimary: boolean
  #executor: Executor | null

  /** @throws SessionError `ERR_OPTION_INVALID` if the source cannot be used. */
  constructor(source: UpstashSource, fromPrimary: boolean) {
    this.#source = source
    this.#fromPrimary = fromPrimary
    this.#executor = this.#find()
  }

  /** Rejects with `ERR_OPTION_INVALID` if nothing names a database. */
  open(): MaybePromise<Executor> {
    return this.#executor ?? this.#look()
  }

  /** There is nothing to close: no connection is kept here. */
  async close(): Promise<void> {}

  async #look(): Promise<Executor> {
    this.#executor = this.#find()
    if (this.#executor === null) throw noTarget()
    return this.#executor
  }

  #find(): Executor | null {
    const target = targetOf(this.#source)
    return target && upstashExecutor(new Transport(target), this.#fromPrimary)
  }
}
