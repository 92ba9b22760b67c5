/** @module A cluster of three masters with a replica each. */

import { Cluster as IoredisCluster } from 'ioredis'
import { createCluster } from 'redis'
import { admin } from '../../stores/redis/clients.ts'
import { type RedisServer, startRedis } from '../../support/redis-server.ts'
import { ask, DURABLE, type FailoverGroup, until } from './group.ts'

const SLOTS = 16_384
const MASTERS = 3

/** Starts the servers, and resolves when all of them know all others and each replica has caught up. */
export async function startFailoverCluster(): Promise<FailoverGroup> {
  const servers = await Promise.all(Array.from({ length: 2 * MASTERS }, start))
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

  const rootNodes = servers.map(({ url }) => ({ url }))
  const startNodes = servers.map(({ port }) => ({ host: '127.0.0.1', port }))
  const at = (port: number): RedisServer => servers.find((server) => server.port === port)!
  return {
    clients: {
      'node-redis 6': () => createCluster({ rootNodes }),
      'ioredis 6': () => quiet(new IoredisCluster(startNodes)),
    },
    async pairOf(key) {
      const [server] = await living(servers)
      return ask(server!, async (redis) => {
        const slot = await redis.cluster('KEYSLOT', key)
        const ranges = await redis.cluster('SLOTS')
        const [, , master] = ranges.find(([first, last]) => first <= slot && slot <= last)!
        // SLOTS leaves out replicas that nobody has read from yet.
        const replica = new RegExp(`:(\\d+)@.*slave ${master![2]}`).exec(String(await redis.cluster('NODES')))
        return { master: at(master![1]), replica: at(Number(replica?.[1])) }
      })
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

function start(): Promise<RedisServer> {
  const own = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1500']
  return startRedis({ args: [...own, ...DURABLE] })
}

async function living(servers: readonly RedisServer[]): Promise<RedisServer[]> {
  const answers = await Promise.all(
    servers.map((server) => ask(server, async (redis) => redis.ping()).catch(() => null)),
  )
  return servers.filter((_, i) => answers[i] !== null)
}

function quiet(client: IoredisCluster): IoredisCluster {
  return client.on('error', () => undefined)
}
