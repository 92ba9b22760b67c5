/** @module A cluster of three masters with a replica each. */

import type { Redis } from 'ioredis'
import { admin } from '../../stores/redis/clients.ts'
import { clusterClients, type ClusterKind } from '../../stores/redis/cluster.ts'
import type { RedisClient } from '../../../src/stores/redis.ts'
import { type RedisServer, startRedis } from '../../support/redis-server.ts'
import { ask, DURABLE, type FailoverGroup, type Pair, until } from './group.ts'

const SLOTS = 16_384
const MASTERS = 3

/** With clients of every kind. */
export interface FailoverCluster extends FailoverGroup {
  clients: Record<ClusterKind, () => RedisClient | Promise<RedisClient>>
}

/** Starts the servers, and resolves when all of them know all others and each replica has caught up. */
export async function startFailoverCluster(): Promise<FailoverCluster> {
  const servers = await Promise.all(Array.from({ length: 2 * MASTERS }, () => start()))
  const nodes = await Promise.all(servers.map(({ url }) => admin(url)))
  const ids = await Promise.all(nodes.map(async (node) => String(await node.cluster('MYID'))))
  for (const { port } of servers.slice(1)) await nodes[0]!.cluster('MEET', '127.0.0.1', port)
  for (const node of nodes) await until(async () => /known_nodes:6/.test(String(await node.cluster('INFO'))))
  for (const [i, node] of nodes.entries()) {
    const share = Math.ceil(SLOTS / MASTERS)
    if (i < MASTERS) await node.cluster('ADDSLOTSRANGE', i * share, Math.min(SLOTS, (i + 1) * share) - 1)
    else await until(async () => (await node.cluster('REPLICATE', ids[i - MASTERS]!)) === 'OK')
  }
  for (const [i, node] of nodes.entries()) {
    await until(async () => /cluster_state:ok/.test(String(await node.cluster('INFO'))))
    await until(async () => String(await node.cluster('NODES')).split('slave ').length === 1 + MASTERS)
    if (i < MASTERS) await until(async () => (await node.call('WAIT', '1', '100')) === 1)
    node.disconnect()
  }

  const at = (port: unknown): RedisServer | undefined =>
    servers.find((server) => server.port === Number(port))

  async function pairAt(redis: Redis, key: string): Promise<Pair | undefined> {
    const slot = await redis.cluster('KEYSLOT', key)
    const ranges = await redis.cluster('SLOTS')
    const owner = ranges.find(([first, last]) => first <= slot && slot <= last)?.[2]
    // SLOTS leaves out replicas that nobody has read from yet.
    const replica = new RegExp(`:(\\d+)@.*slave ${owner?.[2]}`).exec(String(await redis.cluster('NODES')))
    const pair = { master: at(owner?.[1]), replica: at(replica?.[1]) }
    return pair.master && pair.replica ? (pair as Pair) : undefined
  }

  return {
    clients: clusterClients(servers),
    async pairOf(key) {
      const [server] = await living(servers)
      let pair: Pair | undefined
      // News of who is whose replica travels from node to node.
      await until(async () => (pair = await ask(server!, (redis) => pairAt(redis, key))) !== undefined)
      return pair!
    },
    async untilPromoted(replica) {
      const alive = await living(servers)
      for (const server of alive)
        await until(() =>
          ask(server, async (redis) => {
            const owners = (await redis.cluster('SLOTS')).map(([, , owner]) => owner?.[1])
            const isOk = /cluster_state:ok/.test(String(await redis.cluster('INFO')))
            return isOk && owners.includes(replica.port)
          }),
        )
    },
    async stop() {
      // In order they would wait for replicas that end as well.
      await Promise.all(servers.map((server) => server.kill9()))
      await Promise.all(servers.map((server) => server.stop()))
    },
  }
}

/** The nodes talk to each other on a second port, which somebody else may have. */
async function start(attempts = 5): Promise<RedisServer> {
  const own = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1500']
  try {
    return await startRedis({ args: [...own, ...DURABLE] })
  } catch (error) {
    if (attempts === 1) throw error
    return start(attempts - 1)
  }
}

async function living(servers: readonly RedisServer[]): Promise<RedisServer[]> {
  const answers = await Promise.all(
    servers.map((server) => ask(server, async (redis) => redis.ping()).catch(() => null)),
  )
  return servers.filter((_, i) => answers[i] !== null)
}
