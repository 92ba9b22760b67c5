/** @module Where the shop may keep its sessions: each backend a real one, for one test file. */

import { startUpstash } from '../../../src/testing.ts'
import { startCluster } from '../../stores/redis/cluster.ts'
import { type RedisServer, startRedis } from '../../support/redis-server.ts'

/** A backend that runs. */
export interface Backend {
  /** What tells the shop where it is. */
  env: Record<string, string>
  /** What nobody but the operator may see of it. */
  secrets: string[]
  /** Ends its servers as a power cut would, and starts them again. */
  crash(): Promise<void>
  /** Freezes its servers: they answer nothing. */
  pause(): void
  resume(): Promise<void>
  stop(): Promise<void>
}

/** So that the environment of the tests names no other backend. */
const NOWHERE = {
  REDIS_URL: '',
  UPSTASH_REDIS_REST_URL: '',
  UPSTASH_REDIS_REST_TOKEN: '',
  KV_REST_API_URL: '',
  KV_REST_API_TOKEN: '',
}

/** Opens one, by its name. */
export const BACKENDS: Record<'SQLite' | 'Redis' | 'Upstash' | 'a cluster', () => Promise<Backend>> = {
  async SQLite() {
    return backend([], {})
  },
  async Redis() {
    const redis = await startRedis({ appendonly: true })
    return backend([redis], { REDIS_URL: redis.url })
  },
  async Upstash() {
    const redis = await startRedis({ appendonly: true })
    const upstash = await startUpstash({ redis: redis.url })
    const env = { UPSTASH_REDIS_REST_URL: upstash.url, UPSTASH_REDIS_REST_TOKEN: upstash.token }
    const secrets = [upstash.url.replace('http://', ''), upstash.token]
    return { ...backend([redis], env, () => upstash.close()), secrets }
  },
  async 'a cluster'() {
    const cluster = await startCluster({ appendonly: true })
    const REDIS_URL = cluster.servers.map(({ url }) => url).join()
    return backend(
      cluster.servers,
      { REDIS_URL },
      () => cluster.stop(),
      () => cluster.whole(),
    )
  },
}

function backend(
  servers: readonly RedisServer[],
  env: Record<string, string>,
  stop: () => Promise<void> = async () => {},
  whole: () => Promise<void> = async () => {},
): Backend {
  const each = async (act: (server: RedisServer) => unknown): Promise<void> =>
    void (await Promise.all(servers.map(act)))
  return {
    env: { ...NOWHERE, ...env },
    secrets: servers.map(({ port }) => `127.0.0.1:${port}`),
    async crash() {
      await each((server) => server.kill9())
      await each((server) => server.restart())
      await whole()
    },
    pause: () => void each((server) => server.pause()),
    async resume() {
      await each((server) => server.resume())
      await whole()
    },
    async stop() {
      await stop()
      await each((server) => server.stop())
    },
  }
}
