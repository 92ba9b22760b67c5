/** @module Talking to Redis through the packages `ioredis` and `iovalkey`. */

import type { Command, Executor, IoredisClient, Methods, Wait } from '../client.ts'
import { assertUnchanged, type QueuedCommand } from '../command-words.ts'
import { listOf } from '../replies.ts'
import { closeOrCut } from './closing.ts'
import { untilSlotRests } from './moving-slot.ts'
import { onErrors } from './outage.ts'

/** In these it puts commands into a queue. Once it has ended, it refuses them. */
const OFFLINE: ReadonlySet<string> = new Set(['wait', 'connecting', 'connect', 'close', 'reconnecting'])

/** Wraps a `Redis` or a `Cluster`. */
export function ioredisExecutor(client: IoredisClient): Executor {
  const all = client as unknown as Methods
  const isCluster = 'isCluster' in client && client.isCluster === true
  // Clusters and sentinels look for their servers by themselves, with time limits of their own.
  const isSingle = !isCluster && !(client as { options?: { sentinels?: unknown } }).options?.sentinels

  /** If it is told to stop between two attempts, its status goes on saying that another one comes. */
  function hasStopped(): boolean {
    return client.status === 'reconnecting' && 'manuallyClosing' in client && client.manuallyClosing === true
  }

  const { scaleReads = 'master', keyPrefix } = (client.options ?? {}) as {
    scaleReads?: unknown
    keyPrefix?: string
  }
  // It may be of bytes.
  const prefix = String(keyPrefix ?? '')
  // A transaction goes to the master, also if the client reads from replicas: these may not show
  // yet that a session has begun or ended.
  const asksReplicas = isCluster && scaleReads !== 'master'
  const gather = (): Methods => (asksReplicas ? client.multi() : client.pipeline()) as Methods

  function add(batch: Methods, commands: readonly Command[]): void {
    let queued: unknown
    const send = batch['sendCommand']!
    batch['sendCommand'] = (...args) => send.apply(batch, [(queued = args[0]), ...args.slice(1)])
    for (const command of commands) {
      const [name, ...args] = command
      if (name.startsWith('eval'))
        batch[name]!(args[0], (args[1] as readonly string[]).length, args[1], args[2])
      else batch[name]!(...args)
      // Transformers of arguments are for the whole process, and may come at any time.
      assertUnchanged(queued as QueuedCommand, command, prefix)
    }
    // What it sends later was checked above.
    delete batch['sendCommand']
  }

  function fill(batch: Methods, commands: readonly Command[]): Promise<unknown> {
    add(batch, commands)
    return batch['exec']!() as Promise<unknown>
  }

  async function transaction(commands: readonly Command[]): Promise<unknown[]> {
    try {
      const outcomes = outcomesOf(await fill(client.multi() as Methods, commands))
      return outcomes.map(([error, reply]) => error ?? reply)
    } catch (error) {
      throw firstCause(error)
    }
  }

  async function replicated(
    commands: readonly Command[],
    isTransaction: boolean,
    wait: Wait,
  ): Promise<unknown[]> {
    // Only then a cluster knows where packets go, and takes EXEC for a command and not for the end.
    if (isCluster && client.status !== 'ready') await all['ping']!()
    const batch = client.pipeline() as Methods
    if (isTransaction) batch['multi']!()
    add(batch, commands)
    if (isTransaction) batch['exec']!()
    batch['wait']!(...wait)
    const replies = outcomesOf(await batch['exec']!()).map(replyOf)
    return isTransaction ? [...listOf(replies.at(-2), 'EXEC'), replies.at(-1)] : replies
  }

  /** A cluster learns that a slot has moved from single commands, and not from such a packet. */
  async function inCluster<T>(key: string, attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt()
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('MOVED')) await all['pttl']!(key)
      throw error
    }
  }

  return {
    get isOpen() {
      return !isSingle || (client.status !== 'wait' && !hasStopped())
    },
    get isReady() {
      return isSingle ? !OFFLINE.has(client.status) : undefined
    },
    onErrors: (listener) => onErrors(all, listener),
    async connect() {
      if (client.status !== 'wait') return
      // If the first attempt fails, it goes on trying by itself.
      Promise.resolve(all['connect']?.()).catch(() => undefined)
    },
    readsTogether: !isCluster,
    async read(_key, commands) {
      const outcomes = outcomesOf(await fill(gather(), commands))
      return outcomes.map(([error, reply]) => error ?? reply)
    },
    async pipeline(_key, commands) {
      return outcomesOf(await fill(gather(), commands)).map(replyOf)
    },
    transaction: (_key, commands) =>
      isCluster ? untilSlotRests(() => transaction(commands)) : transaction(commands),
    replicated(key, commands, isTransaction, wait) {
      const once = (): Promise<unknown[]> => replicated(commands, isTransaction, wait)
      return isCluster ? untilSlotRests(() => inCluster(key, once)) : once()
    },
    async close() {
      const cut = (): unknown => all['disconnect']?.()
      if (client.status === 'ready') await closeOrCut(() => all['quit']?.(), cut)
      else cut()
    },
  }
}

type Outcome = readonly [error: Error | null, reply?: unknown]

/** A transaction is answered by EXEC. A transformer of replies may have changed that answer, too. */
function outcomesOf(answer: unknown): Outcome[] {
  return listOf(answer, 'EXEC').map((outcome) => listOf(outcome, 'EXEC') as unknown as Outcome)
}

function replyOf([error, reply]: Outcome): unknown {
  if (error) throw error
  return reply
}

/** The refused command behind an EXECABORT, which itself says only that one was refused. */
function firstCause(error: unknown): unknown {
  if (!(error instanceof Error) || !('previousErrors' in error)) return error
  return (error.previousErrors as unknown[])[0] ?? error
}
