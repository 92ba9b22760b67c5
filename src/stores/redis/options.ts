/** @module The options of a store in Redis. */

import { checkNames } from '../../core/check-options.ts'
import { invalidOption } from '../../core/errors.ts'
import { lifetimeHint } from '../shared/lifetime-hint.ts'

/** Options of all stores that keep the records of Redis. */
export interface KeyOptions {
  /**
   * What every key begins with, before `:`. Not empty, without `{` and `}`. Applications
   * that share a database need different ones, and so do two stores of one application,
   * also when they talk to different servers. Default: `sojourn`.
   */
  prefix?: string
}

/** Options of `redisStore`. */
export interface RedisStoreOptions extends KeyOptions {
  /**
   * When a write counts as done: once the server has it (`'server'`), or once one of its
   * replicas has it, too (`'replica'`), or as many of them as `replicas` says. With as many as
   * there are, what counts as done outlives the server, whichever replica takes its place.
   *
   * A write that too few replicas confirm within a second fails with
   * `ERR_STORE_NOT_REPLICATED`. It is not taken back. Moving a deadline by reading does
   * not wait. Default: `'server'`.
   */
  durability?: RedisDurability
}

/** How far a write has got before it counts as done. */
export type RedisDurability = 'server' | 'replica' | { replicas: number }

/**
 * The prefix that the options ask for.
 *
 * @param factory the name of the function that was given the options
 * @param names the options that there are
 * @throws SessionError `ERR_OPTION_INVALID` if there is anything wrong with them.
 */
export function checkedPrefix(
  factory: string,
  options: KeyOptions,
  names: readonly string[] = ['prefix'],
): string {
  if (typeof options !== 'object' || options === null) {
    throw invalidOption(`${factory}: the options must be an object, such as \`{ prefix: "shop" }\`.`)
  }
  checkNames(options, names, `${factory}: `, lifetimeHint)
  const { prefix = 'sojourn' } = options
  if (typeof prefix !== 'string' || prefix === '' || /[{}]/.test(prefix)) {
    throw invalidOption(
      `${factory}: \`prefix\` must be text that is not empty and holds neither \`{\` nor \`}\`.`,
    )
  }
  return prefix
}

/**
 * How many replicas have to confirm a write.
 *
 * @throws SessionError `ERR_OPTION_INVALID` if that is no durability.
 */
export function checkedReplicas(durability: RedisDurability = 'server'): number {
  if (durability === 'server') return 0
  const replicas = durability === 'replica' ? 1 : (durability as { replicas?: unknown } | null)?.replicas
  if (Number.isInteger(replicas) && (replicas as number) > 0) return replicas as number
  throw invalidOption(
    "redisStore: `durability` must be 'server', 'replica', or `{ replicas }` with a number from 1 on.",
  )
}
