/**
 * Ways in which a real Redis refuses, breaks or falls silent.
 *
 * @module
 */

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { freePort, type RedisServer } from '../../support/redis-server.ts'

/** A fault: how it begins and ends, and what sessions must make of it. */
export interface Fault {
  name: string
  /** A code that some request must meet, and what Redis said. */
  seen: RegExp
  begin(redis: Redis, server: RedisServer, token: string): Promise<unknown> | void
  end(redis: Redis, server: RedisServer): Promise<unknown> | void
}

/** All faults of a server that runs. */
export const faults: Fault[] = [
  {
    name: 'no memory',
    seen: /ERR_STORE_FULL.*OOM/s,
    begin: (redis) => redis.config('SET', 'maxmemory', '1'),
    end: (redis) => redis.config('SET', 'maxmemory', '0'),
  },
  {
    name: 'a replica',
    seen: /ERR_STORE_UNAVAILABLE.*READONLY/s,
    begin: async (redis) => redis.replicaof('127.0.0.1', await freePort()),
    end: (redis) => redis.replicaof('NO', 'ONE'),
  },
  {
    name: 'too few replicas',
    seen: /ERR_STORE_UNAVAILABLE.*NOREPLICAS/s,
    begin: (redis) => redis.config('SET', 'min-replicas-to-write', '1'),
    end: (redis) => redis.config('SET', 'min-replicas-to-write', '0'),
  },
  {
    name: 'no right to write',
    seen: /ERR_STORE_UNAVAILABLE.*NOPERM/s,
    begin: (redis) => redis.acl('SETUSER', 'default', '-hset'),
    end: (redis) => redis.acl('SETUSER', 'default', '+@all'),
  },
  {
    name: 'no right to run scripts',
    seen: /ERR_STORE_UNSUPPORTED.*NOPERM/s,
    begin: (redis) => redis.acl('SETUSER', 'default', '-@scripting'),
    end: (redis) => redis.acl('SETUSER', 'default', '+@all'),
  },
  {
    name: 'lists of another type',
    // They go with the next sign-in.
    seen: /type: 'created'/,
    begin: (redis) => overwrite(redis, 'sojourn:list:*'),
    end: async (redis) => redis.del(await redis.keys('sojourn:list:*')),
  },
  {
    name: 'a damaged record',
    seen: /unreadable/,
    begin: async (redis, _, token) => redis.hset(keyOf(token), '@', '{"v":1,'),
    end: async () => undefined,
  },
  {
    name: 'a busy script',
    seen: /ERR_STORE_UNAVAILABLE.*BUSY/s,
    async begin(redis) {
      await redis.config('SET', 'busy-reply-threshold', '1')
      const other = redis.duplicate()
      other.eval('while true do end', 0).catch(() => other.disconnect())
      while (!String(await redis.ping().catch(String)).includes('BUSY')) await sleep(5)
    },
    end: (redis) => redis.script('KILL'),
  },
  {
    name: 'silence',
    seen: /ERR_STORE_TIMEOUT/,
    begin: (_, server) => server.pause(),
    end: (_, server) => server.resume(),
  },
  {
    name: 'nobody there',
    seen: /ERR_STORE_/,
    begin: (_, server) => server.kill9(),
    end: (_, server) => server.restart(),
  },
]

/** Cuts all connections while a write is on its way. */
export async function cutWhile(redis: Redis, write: () => Promise<unknown>): Promise<void> {
  await redis.client('PAUSE', '60000', 'WRITE')
  const answered = write()
  while (!(await redis.info('clients')).includes('blocked_clients:1')) await sleep(5)
  await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await redis.client('UNPAUSE')
  await answered
}

/** Records what MONITOR shows, byte by byte. */
export async function startMonitor(port: number): Promise<() => string> {
  const chunks: Buffer[] = []
  const socket = connect(port, '127.0.0.1', () => socket.write('MONITOR\r\n'))
  socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => undefined)
  await once(socket, 'data')
  return () => Buffer.concat(chunks).toString('latin1')
}

/** The name of a session in Redis. */
function keyOf(token: string): string {
  return `sojourn:{${createHash('sha256').update(token).digest('base64url')}}`
}

async function overwrite(redis: Redis, pattern: string): Promise<void> {
  for (const key of await redis.keys(pattern)) await redis.set(key, 'foreign')
}
