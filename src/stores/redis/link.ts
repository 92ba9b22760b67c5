/**
 * The way of every command: through the connection, with the question for the time
 * taken along when it is due.
 *
 * @module
 */

import type { Command, Executor, ExecutorSource } from './client.ts'
import { StoreClock } from './clock.ts'

/** A connection with a clock. */
export class Link {
  /** The name of the store, in errors. */
  readonly name: string
  readonly connection: ExecutorSource
  readonly clock: StoreClock
  #asking: Promise<unknown> | null = null

  constructor(name: string, connection: ExecutorSource, clock: StoreClock = new StoreClock()) {
    this.name = name
    this.connection = connection
    this.clock = clock
  }

  /** Sends commands in one packet. Rejects with the first error. */
  pipeline(key: string, commands: readonly Command[]): Promise<unknown[]> {
    return this.#send('pipeline', key, commands)
  }

  /** Sends a transaction in one packet. Errors of single commands stand in the place of their replies. */
  transaction(key: string, commands: readonly Command[]): Promise<unknown[]> {
    return this.#send('transaction', key, commands)
  }

  /**
   * The store's clock. Asks the server only if the clock is not set.
   *
   * @param key which node of a cluster to ask
   */
  async now(key: string): Promise<number> {
    if (!this.clock.isSet()) {
      this.#asking ??= this.pipeline(key, []).finally(() => (this.#asking = null))
      await this.#asking
    }
    return this.clock.now()
  }

  #send(mode: 'pipeline' | 'transaction', key: string, commands: readonly Command[]): Promise<unknown[]> {
    const executor = this.connection.open()
    if (executor instanceof Promise) return executor.then((open) => this.#through(open, mode, key, commands))
    return this.#through(executor, mode, key, commands)
  }

  #through(
    executor: Executor,
    mode: 'pipeline' | 'transaction',
    key: string,
    commands: readonly Command[],
  ): Promise<unknown[]> {
    if (!this.clock.isDue()) return executor[mode](key, commands)
    return executor[mode](key, [...commands, ['time']]).then((replies) => {
      this.clock.set(replies.pop())
      return replies
    })
  }
}
