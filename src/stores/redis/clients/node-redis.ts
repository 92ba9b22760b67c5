/** @module Talking to Redis through the package `redis`. */

import type { Command, Executor, Methods, NodeRedisClient, Wait } from '../client.ts'
import { throwFirstError } from '../records/hash.ts'
import { listOf, withoutBytes } from '../replies.ts'
import { closeOrCut } from './closing.ts'
import { connectInTime } from './cluster-connect.ts'
import { untilSlotRests } from './moving-slot.ts'
import { onErrors } from './outage.ts'
import { fillRaw } from './raw-multi.ts'

type Fill = (multi: Methods) => void

/** The first byte of a map in RESP3 (`%`), by which node-redis names the type. */
const RESP_MAP = 37

/** Wraps a client, pool, cluster or sentinel. All have `multi()` with a method for each command. */
export function nodeRedisExecutor(client: NodeRedisClient): Executor {
  const all = client as unknown as Methods
  // Without a listener, node-redis ends the process when the server goes away.
  if (all['listenerCount']?.('error') === 0) all['on']?.('error', () => undefined)
  // Replies must be text, also where the rest of the application asks for other types.
  // A hash as a Map, since node-redis builds one in less time than an object.
  const plain = (all['withTypeMapping']?.({ [RESP_MAP]: Map }) ?? client) as { multi(key: string): object }
  const isCluster = 'masters' in client
  const isSentinel = 'getSentinelNode' in client
  // Pools, clusters and sentinels look for their servers by themselves, with time limits of their own.
  const isSingle = 'isReady' in client && !isCluster && !isSentinel

  /** The clients in a pool, cluster or sentinel keep their own types. */
  function texts(replies: unknown[]): unknown[] {
    return isSingle ? replies : replies.map(withoutBytes)
  }

  async function attempt(key: string, fill: Fill, method: 'exec' | 'execAsPipeline'): Promise<unknown[]> {
    const multi = plain.multi(key) as Methods
    if (isCluster || isSentinel) leadToMaster(multi, isCluster ? 1 : 0)
    fill(multi)
    return texts((await multi[method]!()) as unknown[])
  }

  function transaction(key: string, fill: Fill): Promise<unknown[]> {
    const once = (): Promise<unknown[]> => attempt(key, fill, 'exec')
    return (isCluster ? untilSlotRests(() => inCluster(key, once)) : once()).catch((error) =>
      texts(executedOf(error)),
    )
  }

  async function inCluster(key: string, once: () => Promise<unknown[]>): Promise<unknown[]> {
    try {
      return await once()
    } catch (error) {
      // Version 5 looks for a moved slot only after single commands.
      if (isMoved(error)) await all['PTTL']!(key)
      throw error
    }
  }

  /** A cluster learns that a slot has moved from a transaction, but not from a pipeline. */
  async function clusterPipeline(key: string, fill: Fill): Promise<unknown[]> {
    const replies = await transaction(key, fill)
    throwFirstError(replies)
    return replies
  }

  function pipeline(key: string, fill: Fill): Promise<unknown[]> {
    return isCluster ? clusterPipeline(key, fill) : attempt(key, fill, 'execAsPipeline')
  }

  async function replicated(key: string, fill: Fill, isTransaction: boolean, wait: Wait): Promise<unknown[]> {
    const raw: Fill = (multi) => fillRaw(multi, fill, isTransaction, wait)
    const once = (): Promise<unknown[]> => attempt(key, raw, 'execAsPipeline')
    const replies = await (isCluster ? untilSlotRests(() => inCluster(key, once)) : once())
    return isTransaction ? [...listOf(replies.at(-2), 'EXEC'), replies.at(-1)] : replies
  }

  async function cut(): Promise<void> {
    try {
      await all['destroy']?.()
    } catch (error) {
      // Version 5 cuts the connection of a client that is being closed, and then says that it was closed.
      if (client.isOpen) throw error
    }
  }

  return {
    get isOpen() {
      return client.isOpen
    },
    get isReady() {
      return isSingle ? (client.isReady as boolean) : undefined
    },
    onErrors: (listener) => onErrors(all, listener),
    async connect() {
      try {
        if (isCluster) await connectInTime(() => client.connect(), cut)
        else await client.connect()
      } catch (error) {
        // Another caller has connected it.
        if (!client.isOpen) throw error
      }
    },
    readsTogether: !isCluster,
    read: (key, commands) => pipeline(key, (multi) => addAll(multi, commands)),
    pipeline: (key, commands) => pipeline(key, (multi) => addAll(multi, commands)),
    transaction: (key, commands) => transaction(key, (multi) => addAll(multi, commands)),
    replicated: (key, commands, isTransaction, wait) =>
      replicated(key, (multi) => addAll(multi, commands), isTransaction, wait),
    async close() {
      if (!client.isOpen) return
      // While it is not connected, closing in order would wait for the server.
      if ('isReady' in client && client.isReady === false) await all['destroy']?.()
      else await closeOrCut(() => all['close']?.(), cut)
    },
  }
}

/**
 * Sends reads to the master, also if the client reads from replicas: these may not show yet
 * that a session has begun or ended.
 *
 * @param at where `addCommand` takes whether a command only reads
 */
function leadToMaster(multi: Methods, at: number): void {
  const add = multi['addCommand']!
  multi['addCommand'] = (...args) => add.apply(multi, args.with(at, false))
}

function addAll(multi: Methods, commands: readonly Command[]): void {
  for (const [name, ...args] of commands) {
    const method = name.toUpperCase()
    if (name.startsWith('eval')) multi[method]!(args[0], { keys: args[1], arguments: args[2] })
    else if (name === 'zadd') multi[method]!(args[0], scored(args[1] as readonly unknown[]))
    else if (args.at(-1) === 'WITHSCORES') multi[`${method}_WITHSCORES`]!(...args.slice(0, -1))
    else multi[method]!(...args)
  }
}

/** Pairs of a flat list of scores and members. */
function scored(list: readonly unknown[]): object[] {
  const pairs: object[] = []
  for (let i = 0; i < list.length; i += 2) pairs.push({ score: list[i], value: list[i + 1] })
  return pairs
}

function isMoved(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('MOVED')
}

/** The replies of a transaction that was executed, although some commands failed. */
function executedOf(error: unknown): unknown[] {
  if (error instanceof Error && 'replies' in error) return error.replies as unknown[]
  throw error
}
