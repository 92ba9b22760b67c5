/** @module A cluster of one's own, of three nodes with a third of the slots each. */

import { setTimeout as sleep } from 'node:timers/promises'
import { GlideClusterClient } from '@valkey/valkey-glide'
import { Cluster as IoredisCluster, type Redis } from 'ioredis'
import { Cluster as Ioredis5Cluster } from 'ioredis-5'
import { Cluster as IovalkeyCluster } from 'iovalkey'
import { createCluster } from 'redis'
import { createCluster as createCluster5 } from 'redis-5'
import type { RedisClient } from '../../../src/stores/redis.ts'
import { type RedisOptions, type RedisServer, startRedis } from '../../support/redis-server.ts'
import { addressOf, admin, type KINDS } from './clients.ts'

const SLOTS = 16_384
const NODES = 3

/** A running cluster. */
export interface TestCluster {
  servers: readonly RedisServer[]
  /** Clients of the nodes, for the test itself. */
  nodes: readonly Redis[]
  /** Kind → a function that makes a client. */
  clients: Record<ClusterKind, () => RedisClient | Promise<RedisClient>>
  /** The slot of a key, the node that has it, and another one. */
  slotOf(key: string): Promise<{ slot: number; from: Redis; to: Redis }>
  /** Resolves when every node finds the cluster whole: at the start, and after nodes were away. */
  whole(): Promise<void>
  stop(): Promise<void>
}

/** Starts the nodes, and resolves when all know each other. */
export async function startCluster(
  options: Pick<RedisOptions, 'binary' | 'appendonly'> = {},
): Promise<TestCluster> {
  const servers = await Promise.all(Array.from({ length: NODES }, () => startNode(options)))
  const nodes = await Promise.all(servers.map(({ url }) => admin(url)))
  const [first] = nodes as [Redis]
  for (const [i, node] of nodes.entries())
    await node.cluster('ADDSLOTSRANGE', firstSlot(i), firstSlot(i + 1) - 1)
  for (const { port } of servers.slice(1)) await first.cluster('MEET', '127.0.0.1', port)
  const whole = async (): Promise<void> => {
    for (const node of nodes) while (!isWhole(await node.cluster('INFO'))) await sleep(20)
  }
  await whole()
  return {
    servers,
    nodes,
    whole,
    clients: clusterClients(servers.slice(0, 1)),
    async slotOf(key) {
      const slot = await first.cluster('KEYSLOT', key)
      const at = nodes.findIndex((_, i) => slot < firstSlot(i + 1))
      return { slot, from: nodes[at]!, to: nodes[(at + 1) % NODES]! }
    },
    async stop() {
      for (const node of nodes) node.disconnect()
      await Promise.all(servers.map((server) => server.stop()))
    },
  }
}

/** Kind → a function that makes a client which knows these nodes, and finds the others. */
export function clusterClients(servers: readonly RedisServer[]): TestCluster['clients'] {
  const rootNodes = servers.map(({ url }) => ({ url }))
  const startNodes = servers.map(({ port }) => ({ host: '127.0.0.1', port }))
  const addresses = servers.flatMap(({ url }) => addressOf(url).addresses)
  return {
    'node-redis 6': () => createCluster({ rootNodes }),
    'node-redis 5': () => createCluster5({ rootNodes }),
    'ioredis 6': () => quiet(new IoredisCluster(startNodes)),
    'ioredis 5': () => quiet(new Ioredis5Cluster(startNodes)),
    iovalkey: () => quiet(new IovalkeyCluster(startNodes)),
    glide: () => GlideClusterClient.createClient({ addresses }),
  }
}

/** Without a listener, these write every lost node to the console. */
function quiet<T extends { on(event: 'error', listener: () => void): unknown }>(cluster: T): T {
  cluster.on('error', () => undefined)
  return cluster
}

export type ClusterKind = (typeof KINDS)[number]

function startNode(options: RedisOptions): Promise<RedisServer> {
  // On a busy machine a node that lives may be silent for seconds.
  return startRedis({ ...options, args: ['--cluster-enabled', 'yes', '--cluster-node-timeout', '6000'] })
}

/** The first slot of a node. */
function firstSlot(node: number): number {
  return Math.ceil((node * SLOTS) / NODES)
}

function isWhole(info: string): boolean {
  return (
    /cluster_state:ok/.test(info) &&
    info.includes(`cluster_known_nodes:${NODES}`) &&
    info.includes(`cluster_size:${NODES}`)
  )
}
