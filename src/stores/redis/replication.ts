/**
 * Writes that are not done before replicas have them.
 *
 * @module
 */

import { storeError } from '../../core/errors.ts'
import type { Command, Executor, ExecutorSource } from './client.ts'

/** What writes wait for. */
export interface Replication {
  /** How many replicas have to confirm a write. */
  readonly replicas: number
  /**
   * For writes alone, where there can be two: WAIT keeps a connection from everything that was
   * sent after it, and reads need not wait for replicas that are gone.
   */
  readonly connection: ExecutorSource
}

/**
 * How long one write waits, in milliseconds: a quarter of what sessions give an operation by
 * default, so that some writes may be queued behind each other and still be told why they failed.
 */
const LONGEST_WAIT = 500

/**
 * Sends commands, and answers once replicas have them.
 *
 * A new connection must not be asked whether a write of the one before has arrived: it has
 * written nothing itself, so WAIT says yes. That is why the executor sends both together.
 *
 * @throws SessionError `ERR_STORE_NOT_REPLICATED` if too few confirm: the write has happened, and
 * may be lost with its server.
 */
export async function replicated(
  store: string,
  replicas: number,
  executor: Executor,
  mode: 'pipeline' | 'transaction',
  key: string,
  commands: readonly Command[],
): Promise<unknown[]> {
  if (executor.replicated === undefined) throw storeError('ERR_STORE_UNSUPPORTED', store)
  const wait = [replicas, LONGEST_WAIT] as const
  const replies = await executor.replicated(key, commands, mode === 'transaction', wait)
  if (!(Number(replies.pop()) >= replicas)) throw storeError('ERR_STORE_NOT_REPLICATED', store)
  return replies
}
