/**
 * When a client is made, connected and closed.
 *
 * @module
 */

import type { MaybePromise } from '../../core/store.ts'
import type { Executor, ExecutorSource, RedisClient } from './client.ts'
import { executorFor } from './recognise.ts'

/** A client, or a function that makes one when it is first needed. */
export type RedisClientSource = RedisClient | (() => RedisClient | Promise<RedisClient>)

/** Opens a client at the first operation and not before. */
export class Connection implements ExecutorSource {
  readonly #make: (() => MaybePromise<RedisClient>) | null
  #executor: Executor | null = null
  #opening: Promise<Executor> | null = null
  #closing: Promise<void> | null = null

  /** @throws SessionError `ERR_OPTION_INVALID` if the source is an object but no known client. */
  constructor(source: RedisClientSource) {
    this.#make = typeof source === 'function' ? source : null
    if (typeof source !== 'function') this.#executor = executorFor(source)
  }

  /** The connected client. A failed attempt is repeated by the next call. */
  open(): MaybePromise<Executor> {
    if (this.#executor?.isOpen && !this.#opening) return this.#executor
    this.#opening ??= this.#connect().finally(() => (this.#opening = null))
    return this.#opening
  }

  /** Closes the client if it was made here. */
  async close(): Promise<void> {
    if (!this.#make) return
    this.#closing ??= this.#executor?.close() ?? Promise.resolve()
    await this.#closing
  }

  async #connect(): Promise<Executor> {
    if (this.#closing) throw new Error('closed')
    this.#executor ??= executorFor(await this.#make?.())
    if (this.#closing) await this.#executor.close()
    else if (!this.#executor.isOpen) await this.#executor.connect()
    return this.#executor
  }
}
