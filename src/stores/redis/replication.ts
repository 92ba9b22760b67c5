/**
 * Writes that are not done before replicas have them.
 *
 * @module
 */

import { storeError } from '../../core/errors.ts'
import type { Command, Executor, ExecutorSource } from './client.ts'
import { integerOf } from './replies.ts'

/**
 * How long a write waits, in milliseconds: half of what sessions give an operation by default, so
 * that it may have waited for another one, and is still told why it failed.
 */
const PATIENTLY = 1000

/** How long the others wait while one finds out whether replicas are back. */
const BRIEFLY = 20

/** What writes wait for. */
export class Replication {
  /** How many replicas have to confirm a write. */
  readonly replicas: number
  /**
   * For writes alone, where there can be two: WAIT keeps a connection from everything that was
   * sent after it, and reads need not wait for replicas that are gone.
   */
  readonly connection: ExecutorSource
  #isMissing = false
  #isFindingOut = false

  constructor(replicas: number, connection: ExecutorSource) {
    this.replicas = replicas
    this.connection = connection
  }

  /**
   * Sends commands, and answers once replicas have them.
   *
   * A new connection must not be asked whether a write of the one before has arrived: it has
   * written nothing itself, so WAIT says yes. That is why the executor sends both together.
   *
   * @throws SessionError `ERR_STORE_NOT_REPLICATED` if too few confirm: the write has happened,
   * and may be lost with its server.
   */
  async send(
    store: string,
    executor: Executor,
    mode: 'pipeline' | 'transaction',
    key: string,
    commands: readonly Command[],
  ): Promise<unknown[]> {
    if (executor.replicated === undefined) throw storeError('ERR_STORE_UNSUPPORTED', store)
    const isPatient = !this.#isFindingOut
    this.#isFindingOut ||= this.#isMissing
    const wait = [this.replicas, isPatient ? PATIENTLY : BRIEFLY] as const
    try {
      const replies = await executor.replicated(key, commands, mode === 'transaction', wait)
      const isDone = integerOf(replies.pop(), 'WAIT') >= this.replicas
      if (isDone || isPatient) this.#isMissing = !isDone
      if (!isDone) throw storeError('ERR_STORE_NOT_REPLICATED', store)
      return replies
    } finally {
      if (isPatient) this.#isFindingOut = false
    }
  }
}
