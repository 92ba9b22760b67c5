/**
 * What a session costs over the same client's bare `HGETALL` and `PTTL` in one packet.
 *
 * @module
 */

import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { createSessions, type Sessions } from 'sojourn'
import { redisStore } from 'sojourn/stores/redis'
import { startRedis } from '../test/support/redis-server.ts'
import { compare, inParallel, report } from './measure.ts'
import { createVisitors, readOne } from './visitors.ts'

const VISITORS = 500
const READS = 4000
/** Many short turns, since what else the machine does comes and goes within seconds. */
const ROUNDS = 35
const WIDTH = 64

export async function benchRedis(): Promise<void> {
  const server = await startRedis()
  const node = createClient({ url: server.url })
  const io = new Redis(server.url)
  await node.connect()
  try {
    await bench(
      'node-redis',
      createSessions({ store: redisStore(node, { prefix: 'n' }) }),
      await keysOf('n'),
      (key) => node.multi().hGetAll(key).pTTL(key).execAsPipeline(),
    )
    await bench(
      'ioredis',
      createSessions({ store: redisStore(io, { prefix: 'i' }) }),
      await keysOf('i'),
      (key) => io.pipeline().hgetall(key).pttl(key).exec(),
    )
  } finally {
    node.destroy()
    io.disconnect()
    await server.stop()
  }

  async function keysOf(prefix: string): Promise<() => Promise<string[]>> {
    return async () => node.keys(`${prefix}:*`)
  }
}

async function bench(
  client: string,
  sessions: Sessions,
  listKeys: () => Promise<string[]>,
  bare: (key: string) => Promise<unknown>,
): Promise<void> {
  const headers = await createVisitors(sessions, VISITORS)
  const keys = await listKeys()
  const times = await compare(
    [
      { name: 'bare', run: (count) => inParallel(count, WIDTH, (i) => bare(keys[i % VISITORS] ?? '')) },
      {
        name: 'ours',
        run: (count) => inParallel(count, WIDTH, (i) => readOne(sessions, headers[i % VISITORS] ?? '')),
      },
    ],
    READS,
    ROUNDS,
  )
  const ratio = (times.get('bare') ?? 0) / (times.get('ours') ?? 1)
  report(`Redis, ${client}: session and one get to bare HGETALL+PTTL, 64 at a time`, ratio, '≥ 0.85')
}
