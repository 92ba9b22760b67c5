/** @module Talking to Redis through the packages `ioredis` and `iovalkey`. */

import type { Command, Executor, IoredisClient, Methods } from './client.ts'
import { closeOrCut } from './closing.ts'
import { untilSlotRests } from './moving-slot.ts'

/** Wraps a `Redis` or a `Cluster`. */
export function ioredisExecutor(client: IoredisClient): Executor {
  const all = client as unknown as Methods
  const isCluster = 'isCluster' in client && client.isCluster === true

  function fill(batch: Methods, commands: readonly Command[]): Promise<unknown> {
    for (const [name, ...args] of commands) {
      if (name === 'eval') batch[name]!(args[0], (args[1] as readonly string[]).length, args[1], args[2])
      else batch[name]!(...args)
    }
    return batch['exec']!() as Promise<unknown>
  }

  async function transaction(commands: readonly Command[]): Promise<unknown[]> {
    try {
      const outcomes = (await fill(client.multi() as Methods, commands)) as Outcome[]
      return outcomes.map(([error, reply]) => error ?? reply)
    } catch (error) {
      throw firstCause(error)
    }
  }

  return {
    // It connects by itself with the first command.
    isOpen: true,
    async connect() {},
    readsTogether: !isCluster,
    async read(keys, withTime) {
      const batch = client.pipeline() as Methods
      for (const key of keys) {
        batch['pttl']!(key)
        batch['hgetall']!(key)
      }
      if (withTime) batch['time']!()
      const outcomes = (await batch['exec']!()) as Outcome[]
      if (withTime) replyOf(outcomes.at(-1)!)
      return outcomes.map(([error, reply]) => error ?? reply)
    },
    async pipeline(_key, commands) {
      const outcomes = (await fill(client.pipeline() as Methods, commands)) as Outcome[]
      return outcomes.map(replyOf)
    },
    transaction: (_key, commands) =>
      isCluster ? untilSlotRests(() => transaction(commands)) : transaction(commands),
    async close() {
      const cut = (): unknown => all['disconnect']?.()
      if (client.status === 'ready') await closeOrCut(() => all['quit']?.(), cut)
      else cut()
    },
  }
}

type Outcome = readonly [error: Error | null, reply?: unknown]

function replyOf([error, reply]: Outcome): unknown {
  if (error) throw error
  return reply
}

/** The refused command behind an EXECABORT, which itself says only that one was refused. */
function firstCause(error: unknown): unknown {
  if (!(error instanceof Error) || !('previousErrors' in error)) return error
  return (error.previousErrors as unknown[])[0] ?? error
}
