/**
 * The way of every command: through the connection, with the question for the time
 * taken along when it is due.
 *
 * @module
 */

import { requestsShare } from '../../core/runtime.ts'
import type { Command, Executor, ExecutorSource } from './client.ts'
import { RedisClock } from './clock.ts'
import type { Replication } from './replication.ts'
import { repliesOf } from './replies.ts'

/** How long all who need the time wait for the same question, in milliseconds. */
const ASK_AGAIN_AFTER = 1000

/** How an executor is to send commands. */
type Way = (executor: Executor, commands: readonly Command[]) => Promise<unknown[]>

/** A connection with a clock. */
export class Link {
  /** The name of the store, in errors. */
  readonly name: string
  readonly connection: ExecutorSource
  readonly clock: RedisClock
  /** Whether the server has refused a script. */
  refusesScripts = false
  /** Whether a script can be named by its digest: it has run, and the server has not refused that. */
  namesScripts: boolean | null = null
  /** When the client last gave back what it was given, in milliseconds of `performance.now()`. */
  verifiedAt: number = -Infinity
  readonly #replication: Replication | null
  #asking: Promise<unknown> | null = null
  #askedAt = 0

  /** @param replication what writes wait for. Default: the server alone */
  constructor(name: string, connection: ExecutorSource, replication: Replication | null = null) {
    this.name = name
    this.connection = connection
    this.clock = new RedisClock()
    this.#replication = replication
  }

  /** How many replicas have to confirm a write. */
  get replicas(): number {
    return this.#replication?.replicas ?? 0
  }

  /** Sends commands in one packet. Rejects with the first error. Waits for no replica: see `change`. */
  pipeline(key: string, commands: readonly Command[]): Promise<unknown[]> {
    return this.#send(this.connection, commands, (executor, all) => executor.pipeline(key, all))
  }

  /** As `pipeline`, for writes that are not to be lost. */
  change(key: string, commands: readonly Command[]): Promise<unknown[]> {
    return this.#write('pipeline', key, commands)
  }

  /** Sends a transaction in one packet. Errors of single commands stand in the place of their replies. */
  transaction(key: string, commands: readonly Command[]): Promise<unknown[]> {
    return this.#write('transaction', key, commands)
  }

  /**
   * The store's clock. Asks the server only if the clock is not set.
   *
   * @param key which node of a cluster to ask
   */
  async now(key: string): Promise<number> {
    if (!this.clock.isSet()) await this.#ask(key)
    return this.clock.now()
  }

  /** Closes what the connections opened. */
  async close(): Promise<void> {
    await Promise.all([this.connection.close(), this.#replication?.connection.close()])
  }

  #ask(key: string): Promise<unknown> {
    if (!requestsShare) return this.pipeline(key, [])
    const now = performance.now()
    // Some clients never tell of a question whose connection broke.
    if (this.#asking === null || now - this.#askedAt >= ASK_AGAIN_AFTER) {
      this.#askedAt = now
      const asking = this.pipeline(key, []).finally(() => {
        if (this.#asking === asking) this.#asking = null
      })
      this.#asking = asking
    }
    return this.#asking
  }

  #write(mode: 'pipeline' | 'transaction', key: string, commands: readonly Command[]): Promise<unknown[]> {
    const replication = this.#replication
    if (replication === null)
      return this.#send(this.connection, commands, (executor, all) => executor[mode](key, all))
    return this.#send(replication.connection, commands, (executor, all) =>
      replication.send(this.name, executor, mode, key, all),
    )
  }

  #send(connection: ExecutorSource, commands: readonly Command[], way: Way): Promise<unknown[]> {
    const executor = connection.open()
    if (executor instanceof Promise) return executor.then((open) => this.#through(open, commands, way))
    return this.#through(executor, commands, way)
  }

  async #through(executor: Executor, commands: readonly Command[], way: Way): Promise<unknown[]> {
    if (!this.clock.isDue()) return repliesOf(await way(executor, commands), commands.length)
    const replies = repliesOf(await way(executor, [...commands, ['time']]), commands.length + 1)
    this.clock.set(replies.pop())
    return replies
  }
}
