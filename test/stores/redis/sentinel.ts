/** @module A master, a replica, and three sentinels that put the one in the place of the other. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis as Ioredis6 } from 'ioredis'
import { Redis as Ioredis5 } from 'ioredis-5'
import { Redis as Iovalkey } from 'iovalkey'
import { createSentinel } from 'redis'
import { createSentinel as createSentinel5 } from 'redis-5'
import type { RedisClient } from '../../../src/stores/redis.ts'
import { freePort, type RedisServer, startRedis } from '../../support/redis-server.ts'
import { admin, silent } from './clients.ts'

/** The kinds of clients that know sentinels. Glide does not. */
export const SENTINEL_KINDS = ['node-redis 6', 'node-redis 5', 'ioredis 6', 'ioredis 5', 'iovalkey'] as const

export type SentinelKind = (typeof SENTINEL_KINDS)[number]

/** A running group. */
export interface SentinelGroup {
  master: RedisServer
  replica: RedisServer
  sentinels: readonly RedisServer[]
  /** Kind → a function that makes a client. */
  clients: Record<SentinelKind, () => RedisClient>
  stop(): Promise<void>
}

/**
 * Starts everything, and resolves when the sentinels know the replica and each other.
 *
 * @param args of the master and the replica
 */
export async function startSentinels(args: string[] = []): Promise<SentinelGroup> {
  const master = await startRedis({ args })
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port), ...args] })
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-sentinel-'))
  const sentinels = await Promise.all(
    [1, 2, 3].map(async (number) => {
      const config = join(folder, `${number}.conf`)
      // A sentinel writes what it learns into its configuration.
      await writeFile(config, MONITOR.replaceAll('PORT', String(master.port)))
      return startRedis({ config, port: await freePort(), args: ['--sentinel'] })
    }),
  )
  for (const { url } of sentinels) {
    const sentinel = await admin(url)
    const knows = async (): Promise<boolean> =>
      /status=ok,.*slaves=1,sentinels=3/.test(await sentinel.info('sentinel'))
    while (!(await knows())) await sleep(20)
    sentinel.disconnect()
  }
  const nodes = sentinels.map(({ port }) => ({ host: '127.0.0.1', port }))
  const options = { sentinels: nodes, name: 'main', lazyConnect: true }
  return {
    master,
    replica,
    sentinels,
    clients: {
      'node-redis 6': () => createSentinel({ name: 'main', sentinelRootNodes: nodes }),
      'node-redis 5': () => createSentinel5({ name: 'main', sentinelRootNodes: nodes }),
      'ioredis 6': () => silent(new Ioredis6(options)),
      'ioredis 5': () => silent(new Ioredis5(options)),
      iovalkey: () => silent(new Iovalkey(options)),
    },
    async stop() {
      await Promise.all(sentinels.map((server) => server.stop()))
      await Promise.all([master.stop(), replica.stop()])
      await rm(folder, { recursive: true })
    },
  }
}

const MONITOR = `
sentinel monitor main 127.0.0.1 PORT 2
sentinel down-after-milliseconds main 500
sentinel failover-timeout main 2000
`
