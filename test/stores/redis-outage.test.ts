/** A client without a connection: what waits for it, what fails, and what is never sent. */

import { Redis } from 'ioredis'
import { describe, expect, test, vi } from 'vitest'
import { redisStore } from '../../src/stores/redis.ts'
import { freePort, startRedis } from '../support/redis-server.ts'
import { admin, type ClientKind, clients } from './redis/clients.ts'
import { lifetime, record } from './redis/fixture.ts'

const KINDS: readonly ClientKind[] = ['node-redis 6', 'node-redis 5', 'ioredis 6', 'ioredis 5', 'iovalkey']

/** What the tests see of a client. */
type Seen = NodeJS.EventEmitter & { isReady?: boolean; status?: string }

const notConnected = {
  code: 'ERR_STORE_UNAVAILABLE',
  cause: {
    name: 'NotConnected',
    message: expect.stringMatching(/^NotConnected ECONNREFUSED: connect ECONNREFUSED 127/) as string,
  },
}

describe.for(KINDS)('with %s', (kind) => {
  test('a server that is not there is named as the cause', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`
    const store = redisStore(() => clients[kind](url))
    await expect(store.load('k')).rejects.toMatchObject(notConnected)
    await expect(store.load('k')).rejects.toMatchObject(notConnected)
    await store.close()
  })

  test('what failed meanwhile is not sent when the server is back, and no listener is left', async () => {
    const server = await startRedis()
    const client = clients[kind](server.url)
    const seen = client as unknown as Seen
    const store = redisStore(() => client)
    const life = await lifetime(store)
    const listeners = seen.listenerCount('error')
    await server.kill9()
    await vi.waitFor(() => expect(seen.isReady ?? seen.status === 'ready').toBe(false))
    for (const key of ['a', 'b', 'c']) {
      await expect(store.create(key, record(), life)).rejects.toMatchObject(notConnected)
    }
    await server.restart()
    const back = async (): Promise<void> => expect(await store.create('d', record(), life)).toBe(true)
    await vi.waitFor(back, { timeout: 20_000 })
    const redis = await admin(server.url)
    expect(await redis.keys('*')).toEqual(['sojourn:{d}'])
    await vi.waitFor(() => expect(seen.listenerCount('error')).toBe(listeners))
    redis.disconnect()
    await store.close()
    await server.stop()
  })
})

test('a question for the time that is never answered is asked again: ioredis without repetitions', async () => {
  const server = await startRedis()
  const client = new Redis(server.url, { autoResendUnfulfilledCommands: false })
  client.on('error', () => undefined)
  await client.ping()
  const store = redisStore(client)
  server.pause()
  void Promise.resolve(store.now()).catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, 100))
  await server.kill9()
  await server.restart()
  await vi.waitFor(async () => expect(await client.ping()).toBe('PONG'), { timeout: 20_000 })
  const late = (): Promise<string> => new Promise((resolve) => setTimeout(resolve, 500, 'no answer'))
  await vi.waitFor(async () => expect(await Promise.race([store.now(), late()])).toBeTypeOf('number'), {
    timeout: 20_000,
  })
  client.disconnect()
  await server.stop()
})
