/**
 * What is needed of a Redis client, and one way to talk to all of them: node-redis and
 * ioredis are told apart by their methods, and neither is imported.
 *
 * @module
 */

import { invalidOption } from '../../core/errors.ts'

/** A client, pool, cluster or sentinel of the package `redis`, version 5 or later. */
export interface NodeRedisClient {
  readonly isOpen: boolean
  connect(): Promise<unknown>
  multi(...args: never[]): object
  sendCommand(...args: never[]): unknown
}

/** A `Redis` or `Cluster` of the package `ioredis`, version 5 or later, or of a fork of it. */
export interface IoredisClient {
  readonly status: string
  defineCommand(...args: never[]): unknown
  multi(...args: never[]): object
  pipeline(...args: never[]): object
}

/** A client that the user brings. */
export type RedisClient = NodeRedisClient | IoredisClient

/**
 * A command: its name in lower case, and its arguments in the order Redis expects them.
 * The only exception is `['eval', script, keys, args]`.
 */
export type Command = readonly [name: string, ...args: readonly (string | number | readonly string[])[]]

/** The one narrow way to talk to either library. Commands of one call travel in one packet. */
export interface Executor {
  readonly isOpen: boolean
  connect(): Promise<void>
  /**
   * `PTTL key; HGETALL key`, and TIME if asked for: the way of every request, so it goes
   * through as few promises and lists as can be.
   */
  read<T, F>(
    key: string,
    withTime: boolean,
    answer: (left: unknown, hash: unknown, time: unknown) => T,
    fail: (error: unknown) => F,
  ): Promise<T | F>
  /** Sends the commands one after the other. Rejects with the first error. */
  pipeline(key: string, commands: readonly Command[]): Promise<unknown[]>
  /**
   * Sends the commands between MULTI and EXEC. The error of a command that failed stands
   * in the place of its reply; rejects if nothing was executed.
   */
  transaction(key: string, commands: readonly Command[]): Promise<unknown[]>
  close(): Promise<void>
}

/**
 * Recognises a client.
 *
 * @throws SessionError `ERR_OPTION_INVALID` if it is of neither kind.
 */
export function executorFor(client: unknown): Executor {
  if (isIoredis(client)) return ioredisExecutor(client)
  if (isNodeRedis(client)) return nodeRedisExecutor(client)
  throw invalidOption(
    'redisStore: the client is not one of `redis` (node-redis 5 or later) or `ioredis` (5 or later). ' +
      'Pass such a client, cluster, pool or sentinel, or a function that returns one.',
  )
}

function isIoredis(client: unknown): client is IoredisClient {
  return hasMethods(client, ['defineCommand', 'pipeline', 'multi'])
}

function isNodeRedis(client: unknown): client is NodeRedisClient {
  return hasMethods(client, ['sendCommand', 'connect', 'multi']) && 'isOpen' in client
}

function hasMethods(value: unknown, names: readonly string[]): value is Methods {
  if (typeof value !== 'object' || value === null) return false
  return names.every((name) => typeof (value as Methods)[name] === 'function')
}

type Methods = Record<string, (...args: readonly unknown[]) => unknown>

function nodeRedisExecutor(client: NodeRedisClient): Executor {
  const all = client as unknown as Methods
  // Without a listener, node-redis ends the process when the server goes away.
  if (all['listenerCount']?.('error') === 0) all['on']?.('error', () => undefined)
  // Replies must be text, whatever types the user has asked for in the rest of the application.
  const plain = (all['withTypeMapping']?.({}) ?? client) as { multi(key: string): object }

  // A cluster follows a moved slot in transactions, but not in pipelines.
  const execPipeline = 'masters' in client ? 'exec' : 'execAsPipeline'

  function batch(key: string, commands: readonly Command[]): Methods {
    const multi = plain.multi(key) as Methods
    for (const [name, ...args] of commands) {
      const method = name.toUpperCase()
      if (name === 'eval') multi[method]!(args[0], { keys: args[1], arguments: args[2] })
      else multi[method]!(...args)
    }
    return multi
  }

  return {
    get isOpen() {
      return client.isOpen
    },
    async connect() {
      try {
        await client.connect()
      } catch (error) {
        // Somebody else has connected it in the meantime.
        if (!client.isOpen) throw error
      }
    },
    read(key, withTime, answer, fail) {
      const multi = plain.multi(key) as Methods
      multi['PTTL']!(key)
      multi['HGETALL']!(key)
      if (withTime) multi['TIME']!()
      return (multi[execPipeline]!() as Promise<unknown[]>).then(
        (replies) => answer(replies[0], replies[1], replies[2]),
        fail,
      )
    },
    pipeline: (key, commands) => batch(key, commands)[execPipeline]!() as Promise<unknown[]>,
    async transaction(key, commands) {
      try {
        return (await batch(key, commands)['exec']!()) as unknown[]
      } catch (error) {
        if (error instanceof Error && 'replies' in error) return error.replies as unknown[]
        throw error
      }
    },
    async close() {
      if (!client.isOpen) return
      // While it is not connected, closing in order would wait for the server.
      await all['isReady' in client && client.isReady === false ? 'destroy' : 'close']?.()
    },
  }
}

function ioredisExecutor(client: IoredisClient): Executor {
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
