/** How soon sessions are back after a long outage, with the clients' options in docs/reliability.md. */

import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { expect, onTestFinished, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { type RedisClient, redisStore } from '../../src/stores/redis.ts'
import { Browser } from '../support/browser.ts'
import { startRedis } from '../support/redis-server.ts'

/** Long enough for a client to have come to its longest pause between two attempts. */
const OUTAGE = 6000

const CLIENTS: Record<string, (url: string) => RedisClient> = {
  'node-redis': (url) =>
    createClient({ url, socket: { reconnectStrategy: (attempt) => Math.min(50 * attempt, 500) } }),
  ioredis: (url) =>
    new Redis(url, {
      lazyConnect: true,
      retryStrategy: (attempt) => Math.min(50 * attempt, 500),
      maxLoadingRetryTime: 500,
    }).on('error', () => undefined),
}

test.for(Object.entries(CLIENTS))('back after six seconds, with %s', async ([name, make]) => {
  const server = await startRedis({ appendonly: true })
  const sessions = new Sessions(
    {},
    redisStore(() => make(server.url)),
  )
  onTestFinished(async () => {
    await sessions.close()
    await server.stop()
  })
  const visitor = new Browser(sessions)
  await visitor.visit((session) => session.login('ada'))
  await server.kill9()
  const asking = Date.now()
  while (Date.now() - asking < OUTAGE) {
    await expect(visitor.open()).rejects.toMatchObject({ status: 503 })
    await sleep(100)
  }
  await server.restart()
  const began = performance.now()
  let user: string | null = null
  while (user === null)
    user = await visitor.visit((session) => session.userId).catch(() => sleep(20).then(() => null))
  console.log(
    `recovery with ${name}: expected within 1 s of the server's, seen ${Math.round(performance.now() - began)} ms`,
  )
  expect(user).toBe('ada')
})
