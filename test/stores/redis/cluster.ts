/** @module A cluster of one's own, of two nodes with half of the slots each. */

import { setTimeout as sleep } from 'node:timers/promises'
import { GlideClusterClient } from '@valkey/valkey-glide'
import { Cluster as IoredisCluster, type Redis } from 'ioredis'
import { Cluster as Ioredis5Cluster } from 'ioredis-5'
import { Cluster as IovalkeyCluster } from 'iovalkey'
import { createCluster } from 'redis'
import { createCluster as createCluster5 } from 'redis-5'
import type { RedisClient } from '../../../src/stores/redis.ts'
import { type RedisServer, startRedis } from '../../support/redis-server.ts'
import { addressOf, admin } from './clients.ts'

const SLOTS = 16_384

/** A running cluster. */
export interface TestCluster {
  /** Clients of the nodes, for the test itself. */
  nodes: readonly [Redis, Redis]
  /** Kind → a function that makes a client. */
  clients: Record<ClusterKind, () => RedisClient | Promise<RedisClient>>
  /** The slot of a key, the node that has it, and the other one. */
  placeOf(key: string): Promise<{ slot: number; from: Redis; to: Redis }>
  stop(): Promise<void>
}

/** Starts the nodes, and resolves when both know each other. */
export async function startCluster(binary?: string): Promise<TestCluster> {
  const servers = await Promise.all([startNode(binary), startNode(binary)])
  const nodes = (await Promise.all(servers.map(({ url }) => admin(url)))) as [Redis, Redis]
  await nodes[0].cluster('ADDSLOTSRANGE', 0, SLOTS / 2 - 1)
  await nodes[1].cluster('ADDSLOTSRANGE', SLOTS / 2, SLOTS - 1)
  await nodes[0].cluster('MEET', '127.0.0.1', servers[1].port)
  for (const node of nodes) {
    while (!/cluster_state:ok[^]*known_nodes:2/.test(await node.cluster('INFO'))) await sleep(20)
  }
  const [{ url, port }] = servers
  const start = [{ host: '127.0.0.1', port }]
  return {
    nodes,
    clients: {
      'node-redis 6': () => createCluster({ rootNodes: [{ url }] }),
      'node-redis 5': () => createCluster5({ rootNodes: [{ url }] }),
      'ioredis 6': () => new IoredisCluster(start),
      'ioredis 5': () => new Ioredis5Cluster(start),
      iovalkey: () => new IovalkeyCluster(start),
      glide: () => GlideClusterClient.createClient(addressOf(url)),
    },
    async placeOf(key) {
      const slot = await nodes[0].cluster('KEYSLOT', key)
      const [from, to] = slot < SLOTS / 2 ? nodes : nodes.toReversed()
      return { slot, from: from!, to: to! }
    },
    async stop() {
      for (const node of nodes) node.disconnect()
      await Promise.all(servers.map((server) => server.stop()))
    },
  }
}

/** The names in `clients`, for tests that are named before the cluster runs. */
export const CLUSTER_KINDS = [
  'node-redis 6',
  'node-redis 5',
  'ioredis 6',
  'ioredis 5',
  'iovalkey',
  'glide',
] as const

export type ClusterKind = (typeof CLUSTER_KINDS)[number]

function startNode(binary?: string): Promise<RedisServer> {
  return startRedis({
    args: ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'],
    ...(binary !== undefined && { binary }),
  })
}
