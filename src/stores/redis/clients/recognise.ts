/** @module Which library a client is of. */

import { invalidOption } from '../../../core/errors.ts'
import type { Executor, GlideClient, IoredisClient, NodeRedisClient, RedisClient } from '../client.ts'
import { faultOf, hasMethods, unusable } from '../unusable.ts'
import { glideExecutor } from './glide.ts'
import { ioredisExecutor } from './ioredis.ts'
import { nodeRedisExecutor } from './node-redis.ts'

/** An executor, and the client behind it: `sojourn/doctor` asks what no store asks. */
export interface ClientExecutor extends Executor {
  readonly client: RedisClient
}

/**
 * Recognises a client.
 *
 * @throws SessionError `ERR_OPTION_INVALID` if it is of none, or cannot work.
 */
export function executorFor(client: unknown): ClientExecutor {
  if (speaksHttp(client)) {
    throw invalidOption(
      'redisStore: this client speaks HTTP, as those of `@upstash/redis` and `@vercel/kv` do. Pass it to ' +
        '`upstashStore` of `sojourn/stores/upstash`.',
    )
  }
  if (faultOf(client) !== null) throw unusable(client)
  // Added to the object, for a copy would lose its getters.
  if (isIoredis(client)) return Object.assign(ioredisExecutor(client), { client })
  if (isNodeRedis(client)) return Object.assign(nodeRedisExecutor(client), { client })
  if (isGlide(client)) return Object.assign(glideExecutor(client), { client })
  throw unusable(client)
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

function speaksHttp(client: unknown): boolean {
  try {
    return hasMethods(client, ['hgetall', 'multi', 'pipeline']) && !isIoredis(client)
  } catch {
    // `kv` of `@vercel/kv` throws at every look while the environment lacks its address.
    return true
  }
}
