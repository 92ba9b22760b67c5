/** What failing leaves behind in the process of the application: nothing. */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { isSessionError } from '../../src/core/errors.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { admin, clients } from '../stores/redis/clients.ts'
import { Browser } from '../support/browser.ts'
import { startRedis } from '../support/redis-server.ts'

const ROUNDS = 4000
/** A queue of the commands alone would be over two megabytes. */
const LIMIT = 1_000_000

describe.for(['node-redis 6', 'ioredis 6'] as const)('with %s, thousands of failures', (kind) => {
  test.for(['down', 'full'] as const)('of a Redis that is %s leave no memory behind', async (state) => {
    const server = await startRedis()
    const store = redisStore(() => clients[kind](server.url))
    const sessions = new Sessions({ timeout: '500ms' }, store)
    const browser = new Browser(sessions)
    await browser.visit((session) => session.login('ann'))
    if (state === 'down') await server.kill9()
    else await filled(server.url)

    const fail = async (rounds: number): Promise<void> => {
      for (let i = 0; i < rounds; i++) {
        const error: unknown = await browser
          .visit((session) => session.set('a', 'value'.repeat(100)))
          .catch((reason: unknown) => reason)
        expect(isSessionError(error) && error.status).toBe(503)
      }
    }
    await fail(500)
    const before = heapUsed()
    await fail(ROUNDS)
    expect(heapUsed() - before).toBeLessThan(LIMIT)
    await store.close()
    await server.stop()
  })
})

async function filled(url: string): Promise<void> {
  const client = await admin(url)
  await client.config('SET', 'maxmemory', '1')
  client.disconnect()
}

function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed
}
