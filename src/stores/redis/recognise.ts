/** @module Which library a client is of. */

import { invalidOption } from '../../core/errors.ts'
import type { Executor, GlideClient, IoredisClient, Methods, NodeRedisClient } from './client.ts'
import { glideExecutor } from './glide.ts'
import { ioredisExecutor } from './ioredis.ts'
import { nodeRedisExecutor } from './node-redis.ts'

/**
 * Recognises a client.
 *
 * @throws SessionError `ERR_OPTION_INVALID` if it is of none.
 */
export function executorFor(client: unknown): Executor {
  if (isIoredis(client)) return ioredisExecutor(client)
  if (isNodeRedis(client)) return nodeRedisExecutor(client)
  if (isGlide(client)) return glideExecutor(client)
  throw invalidOption(
    'redisStore: the client is not one of `redis` (node-redis 5 or later), `ioredis` (5 or later), `iovalkey` ' +
      'or `@valkey/valkey-glide` (2 or later). Pass such a client, cluster, pool or sentinel, or a function ' +
      'that returns one.',
  )
}

function isIoredis(client: unknown): client is IoredisClient {
  return hasMethods(client, ['defineCommand', 'pipeline', 'multi'])
}

function isNodeRedis(client: unknown): client is NodeRedisClient {
  return hasMethods(client, ['sendCommand', 'connect', 'multi']) && 'isOpen' in client
}

function isGlide(client: unknown): client is GlideClient {
  return hasMethods(client, ['customCommand', 'exec', 'close'])
}

function hasMethods(value: unknown, names: readonly string[]): value is Methods {
  if (typeof value !== 'object' || value === null) return false
  return names.every((name) => typeof (value as Methods)[name] === 'function')
}
