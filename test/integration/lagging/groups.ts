/** @module A master with a replica that lags half a second behind, as a cluster, with sentinels, and alone. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GlideClient, GlideClusterClient } from '@valkey/valkey-glide'
import { Cluster as IoredisCluster, type Redis } from 'ioredis'
import { Cluster as Ioredis5Cluster } from 'ioredis-5'
import { Cluster as IovalkeyCluster } from 'iovalkey'
import { createCluster, createSentinel } from 'redis'
import { createCluster as createCluster5, createSentinel as createSentinel5 } from 'redis-5'
import type { RedisClient } from '../../../src/stores/redis.ts'
import { admin } from '../../stores/redis/clients.ts'
import { freePort, HIGHEST_IN_CLUSTER, type RedisServer, startRedis } from '../../support/redis-server.ts'
import { delayReplicas } from './delayed-link.ts'

/** Milliseconds. */
export const LAG = 500

/** A running group, with clients that are told to read from replicas. */
export interface LaggingGroup {
  replica: RedisServer
  clients: Record<string, () => RedisClient | Promise<RedisClient>>
  stop(): Promise<void>
}

/** A cluster of one master. Its address is that of the delayed link, which delays nobody but replicas. */
export async function startLaggingCluster(): Promise<LaggingGroup> {
  const port = await freePort(HIGHEST_IN_CLUSTER)
  const link = await delayReplicas(port, LAG)
  const announced = [
    '--cluster-announce-port',
    `${link.port}`,
    '--cluster-announce-bus-port',
    `${port + 10_000}`,
  ]
  const master = await startRedis({ port, args: [...CLUSTER, ...announced] })
  const replica = await startRedis({ args: CLUSTER })
  const [atMaster, atReplica] = await Promise.all([admin(master.url), admin(replica.url)])
  await atMaster.cluster('ADDSLOTSRANGE', 0, 16_383)
  await atReplica.call('CLUSTER', 'MEET', '127.0.0.1', `${link.port}`, `${port + 10_000}`)
  const id = String(await atMaster.cluster('MYID'))
  while (!String(await atReplica.cluster('NODES')).includes(id)) await sleep(20)
  await atReplica.cluster('REPLICATE', id)
  while (!/master_link_status:up/.test(await atReplica.info('replication'))) await sleep(20)
  for (const node of [atMaster, atReplica]) while (!(await knowsAll(node))) await sleep(20)
  atMaster.disconnect()
  atReplica.disconnect()

  const rootNodes = [{ url: `redis://127.0.0.1:${link.port}` }]
  const startNodes = [{ host: '127.0.0.1', port: link.port }]
  return {
    replica,
    clients: {
      'node-redis 6': () => createCluster({ rootNodes, useReplicas: true }),
      'node-redis 5': () => createCluster5({ rootNodes, useReplicas: true }),
      'ioredis 6': () => silent(new IoredisCluster(startNodes, { scaleReads: 'slave' })),
      'ioredis 5': () => silent(new Ioredis5Cluster(startNodes, { scaleReads: 'slave' })),
      iovalkey: () => silent(new IovalkeyCluster(startNodes, { scaleReads: 'slave' })),
      glide: () => GlideClusterClient.createClient({ addresses: startNodes, readFrom: 'preferReplica' }),
    },
    async stop() {
      await replica.stop()
      await master.stop()
      await link.close()
    },
  }
}

/** A master, its replica, and three sentinels. */
export async function startLaggingSentinels(): Promise<LaggingGroup> {
  const master = await startRedis()
  const link = await delayReplicas(master.port, LAG)
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(link.port)] })
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-lagging-'))
  const sentinels = await Promise.all(
    [1, 2, 3].map(async (number) => {
      const config = join(folder, `${number}.conf`)
      await writeFile(config, `sentinel monitor main 127.0.0.1 ${link.port} 2\n`)
      return startRedis({ config, port: await freePort(), args: ['--sentinel'] })
    }),
  )
  for (const { url } of sentinels) {
    const sentinel = await admin(url)
    while (!/status=ok,.*slaves=1,sentinels=3/.test(await sentinel.info('sentinel'))) await sleep(20)
    sentinel.disconnect()
  }
  const sentinelRootNodes = sentinels.map(({ port }) => ({ host: '127.0.0.1', port }))
  const options = { name: 'main', sentinelRootNodes, replicaPoolSize: 1 }
  return {
    replica,
    clients: {
      'node-redis 6, sentinel': () => createSentinel(options),
      'node-redis 5, sentinel': () => createSentinel5(options),
      'glide, one server': () =>
        GlideClient.createClient({
          addresses: [link, replica].map(({ port }) => ({ host: '127.0.0.1', port })),
          readFrom: 'preferReplica',
        }),
    },
    async stop() {
      await Promise.all(sentinels.map((server) => server.stop()))
      await replica.stop()
      await master.stop()
      await link.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** Whether a node tells clients of the master and of the replica. */
async function knowsAll(node: Redis): Promise<boolean> {
  const [range] = (await node.cluster('SLOTS')) as unknown[][]
  return range?.length === 4 && /cluster_state:ok/.test(await node.cluster('INFO'))
}

/** Without a listener, these write every lost connection to the console, or end the process. */
function silent<T extends { on(event: 'error', listener: () => void): unknown }>(client: T): T {
  client.on('error', () => undefined)
  return client
}

const CLUSTER = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '5000']
