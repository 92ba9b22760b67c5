/**
 * When a client is made, connected and closed.
 *
 * @module
 */

import type { MaybePromise } from '../../core/store.ts'
import type { Executor, ExecutorSource, RedisClient } from './client.ts'
import { inPatience, untilReady } from './clients/outage.ts'
import { executorFor } from './clients/recognise.ts'
import { mistakeOf } from './factory-failure.ts'
import { denialOf } from './failure.ts'
import { isClass, unusable } from './unusable.ts'

/** A client, or a function that makes one when it is first needed. */
export type RedisClientSource = RedisClient | (() => RedisClient | Promise<RedisClient>)

/** Opens a client at the first operation and not before. */
export class Connection implements ExecutorSource {
  readonly #make: (() => MaybePromise<RedisClient>) | null
  #executor: Executor | null = null
  /** From when a connection is missed until it is there. Rejected before that if it takes too long. */
  #opening: Promise<Executor> | null = null
  #closing: Promise<void> | null = null

  /** @throws SessionError `ERR_OPTION_INVALID` if the source is no function and no client that works. */
  constructor(source: RedisClientSource) {
    if (isClass(source)) throw unusable(source)
    this.#make = typeof source === 'function' ? source : null
    if (typeof source !== 'function') this.#executor = executorFor(source)
  }

  /** The connected client. A failed attempt is repeated by the next call. */
  open(): MaybePromise<Executor> {
    const executor = this.#executor
    if (executor !== null && (executor.isReady ?? (executor.isOpen && !this.#opening))) return executor
    return (this.#opening ??= this.#begin())
  }

  /** Closes the client if it was made here. */
  async close(): Promise<void> {
    if (!this.#make) return
    this.#closing ??= this.#executor?.close() ?? Promise.resolve()
    await this.#closing
  }

  #begin(): Promise<Executor> {
    let reason: unknown
    let stopListening: (() => void) | undefined
    let giveUp: (reason: unknown) => void
    const hopeless = new Promise<unknown>((resolve) => (giveUp = resolve))
    const connecting = this.#connect((executor) => {
      stopListening = executor.onErrors?.((error) => {
        reason = error
        if (denialOf(error) !== null) giveUp(error)
      })
    })
    const end = (): void => {
      stopListening?.()
      this.#opening = null
    }
    connecting.then(end, end)
    return inPatience(connecting, () => ({ is: this.#executor?.isReady === false, reason }), hopeless)
  }

  /** What the function fails with is its own, unless it tells of the server. */
  async #call(): Promise<unknown> {
    try {
      return await this.#make?.()
    } catch (error) {
      throw mistakeOf(error) ?? error
    }
  }

  async #connect(made: (executor: Executor) => void): Promise<Executor> {
    if (this.#closing) throw new Error('closed')
    this.#executor ??= executorFor(await this.#call())
    const executor = this.#executor
    made(executor)
    if (this.#closing) await executor.close()
    else if (!executor.isOpen) await executor.connect()
    await untilReady(executor)
    // It would keep what it is sent, and never send it.
    if (executor.isReady === false) throw new Error('closed')
    return executor
  }
}
