/** @module Talking to Redis through the package `ioredis`. */

import type { Command, Executor, IoredisClient, Methods } from './client.ts'

/** Wraps a `Redis` or a `Cluster`. */
export function ioredisExecutor(client: IoredisClient): Executor {
  const all = client as unknown as Methods

  function fill(batch: Methods, commands: readonly Command[]): Promise<unknown> {
    for (const [name, ...args] of commands) {
      if (name === 'eval') batch[name]!(args[0], (args[1] as readonly string[]).length, args[1], args[2])
      else batch[name]!(...args)
    }
    return batch['exec']!() as Promise<unknown>
  }

  return {
    // It connects by itself with the first command.
    isOpen: true,
    async connect() {},
    read(key, withTime, answer, fail) {
      const batch = client.pipeline() as Methods
      batch['pttl']!(key)
      batch['hgetall']!(key)
      if (withTime) batch['time']!()
      return (batch['exec']!() as Promise<Outcome[]>).then(([left, hash, time]) => {
        const error = left?.[0] ?? hash?.[0] ?? time?.[0]
        return error ? fail(error) : answer(left?.[1], hash?.[1], time?.[1])
      }, fail)
    },
    async pipeline(_key, commands) {
      const outcomes = (await fill(client.pipeline() as Methods, commands)) as Outcome[]
      return outcomes.map(replyOf)
    },
    async transaction(_key, commands) {
      try {
        const outcomes = (await fill(client.multi() as Methods, commands)) as Outcome[]
        return outcomes.map(([error, reply]) => error ?? reply)
      } catch (error) {
        throw firstCause(error)
      }
    },
    async close() {
      if (client.status === 'ready') await all['quit']?.()
      else all['disconnect']?.()
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
