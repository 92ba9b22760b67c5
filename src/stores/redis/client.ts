/**
 * What is needed of a Redis client, and one way to talk to all of them. No library is
 * imported for that: they are told apart by their methods.
 *
 * @module
 */

import type { MaybePromise } from '../../core/store.ts'

/** The methods of a client, by name. */
export type Methods = Record<string, (...args: readonly unknown[]) => unknown>

/** A client, pool, cluster or sentinel of the package `redis`, version 5 or later. */
export interface NodeRedisClient {
  readonly isOpen: boolean
  connect(): Promise<unknown>
  multi(...args: never[]): object
  sendCommand(...args: never[]): unknown
}

/** A `Redis` or `Cluster` of the package `ioredis`, version 5 or later, or of the package `iovalkey`. */
export interface IoredisClient {
  readonly status: string
  readonly options?: object
  defineCommand(...args: never[]): unknown
  multi(...args: never[]): object
  pipeline(...args: never[]): object
}

/** A `GlideClient` or `GlideClusterClient` of the package `@valkey/valkey-glide`, version 2 or later. */
export interface GlideClient {
  customCommand(...args: never[]): unknown
  exec(batch: never, raiseOnError: boolean, options?: never): Promise<unknown>
  close(): void
}

/** A client that the user brings. */
export type RedisClient = NodeRedisClient | IoredisClient | GlideClient

/**
 * A command: its name in lower case, and its arguments in the order Redis expects them.
 * The only exceptions are `['eval', script, keys, args]` and `['evalsha', digest, keys, args]`.
 */
export type Command = readonly [name: string, ...args: readonly Argument[]]

type Argument = string | number | readonly (string | number)[]

/** The one narrow way to talk to any of them. Commands of one call travel in one packet. */
export interface Executor {
  readonly isOpen: boolean
  /** Whether there is a connection that works. `undefined` if the client does not tell. */
  readonly isReady?: boolean | undefined
  connect(): Promise<void>
  /** Tells why there is no connection, as long as the client has another listener. Answers how to stop. */
  onErrors?(listener: (error: unknown) => void): () => void
  /** Whether several keys may share a packet: not those of a cluster, which lie on different nodes. */
  readonly readsTogether: boolean
  /**
   * Sends commands that change nothing, in one packet. An error stands in the place of its reply;
   * or it rejects with the first one.
   */
  read(key: string, commands: readonly Command[]): Promise<unknown[]>
  /** Sends the commands one after the other. Rejects with the first error. */
  pipeline(key: string, commands: readonly Command[]): Promise<unknown[]>
  /**
   * Sends the commands between MULTI and EXEC. The error of a command that failed stands
   * in the place of its reply; rejects if nothing was executed.
   */
  transaction(key: string, commands: readonly Command[]): Promise<unknown[]>
  /**
   * Sends the commands, between MULTI and EXEC or without, and WAIT behind them on the same
   * connection. Answers what `transaction` or `pipeline` does, and the reply to
   * WAIT behind that. Missing where there is no such command.
   */
  replicated?(
    key: string,
    commands: readonly Command[],
    isTransaction: boolean,
    wait: Wait,
  ): Promise<unknown[]>
  close(): Promise<void>
}

/** The arguments of WAIT. */
export type Wait = readonly [replicas: number, milliseconds: number]

/** Gives the executor when it is needed. */
export interface ExecutorSource {
  /** The executor, open. */
  open(): MaybePromise<Executor>
  close(): Promise<void>
}
