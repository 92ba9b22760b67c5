/** @module What is common to a cluster and to a group with sentinels: servers that take each other's place. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { RedisClient } from '../../../src/stores/redis.ts'
import type { RedisServer } from '../../support/redis-server.ts'
import { admin } from '../../stores/redis/clients.ts'

export const KINDS = ['node-redis 6', 'ioredis 6'] as const
export type Kind = (typeof KINDS)[number]

/** A master and its replica. */
export interface Pair {
  master: RedisServer
  replica: RedisServer
}

/** Servers that keep what they were told on disk, and of which a replica may replace a master. */
export interface FailoverGroup {
  clients: Record<Kind, () => RedisClient | Promise<RedisClient>>
  /** Who has a key at the moment, and who is to have it next. */
  pairOf(key: string): Promise<Pair>
  /** Resolves when the replica is the master for everybody. */
  untilPromoted(replica: RedisServer): Promise<void>
  stop(): Promise<void>
}

/** Masters write to disk with each command, so that one that is started again knows what it knew. */
export const DURABLE: readonly string[] = ['--appendonly', 'yes', '--repl-diskless-sync-delay', '0']

/** Ends the master without warning, and resolves when the replica has its place. */
export async function failOver(group: FailoverGroup, { master, replica }: Pair): Promise<void> {
  await master.kill9()
  await group.untilPromoted(replica)
}

/** Starts a dead master again, and resolves when it is the replica of the one that replaced it, up to date. */
export async function rejoin(pair: Pair): Promise<void> {
  await pair.master.restart()
  await untilReplica(pair)
}

/** Resolves when who was the master is the replica of the one that replaced it, up to date. */
export async function untilReplica({ master, replica }: Pair): Promise<void> {
  await until(async () =>
    /role:slave[^]*master_link_status:up/.test(await ask(master, (redis) => redis.info('replication'))),
  )
  // The new master counts it once it has confirmed something.
  await until(async () => (await ask(replica, (redis) => redis.call('WAIT', '1', '100'))) === 1)
}

/**
 * Makes sure that what is written from now on dies with the master: cuts the line to its replica
 * and freezes that, so that it does not come back before `thaw`.
 */
export async function isolate({ master, replica }: Pair): Promise<void> {
  replica.pause()
  await ask(master, (redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'replica'))
  await until(async () => /connected_slaves:0/.test(await ask(master, (redis) => redis.info('replication'))))
}

/** Asks one server. */
export async function ask<T>(
  server: RedisServer,
  question: (redis: Awaited<ReturnType<typeof admin>>) => Promise<T>,
): Promise<T> {
  const redis = await admin(server.url)
  try {
    return await question(redis)
  } finally {
    redis.disconnect()
  }
}

/** Asks again until the answer is yes. Whoever cannot be asked has not said so. */
export async function until(question: () => Promise<boolean>): Promise<void> {
  while (!(await question().catch(() => false))) await sleep(20)
}
