import { GlideClient } from '@valkey/valkey-glide'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redisStore } from '../../src/stores/redis.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { addressOf, admin } from './redis/clients.ts'
import { lifetime, record } from './redis/fixture.ts'

let server: RedisServer

beforeAll(async () => {
  server = await startRedis()
})

afterAll(async () => {
  await server.stop()
})

test('fifty first operations at once make one client, and closing closes it', async () => {
  let made = 0
  let client: GlideClient | undefined
  const store = redisStore(async () => {
    made++
    client = await GlideClient.createClient(addressOf(server.url))
    return client
  })
  expect(made).toBe(0)
  const answers = await Promise.all(Array.from({ length: 50 }, async (_, i) => store.load(`none${i}`)))
  expect([made, ...new Set(answers)]).toEqual([1, null])
  await store.close()
  await expect(client?.ping()).rejects.toThrow(/closed/)
  await expect(store.load('k')).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
})

test('a client that was passed stays open', async () => {
  const client = await GlideClient.createClient(addressOf(server.url))
  const store = redisStore(client)
  await store.load('k')
  await store.close()
  expect(await store.load('k')).toBe(null)
  expect(await client.ping()).toBe('PONG')
  client.close()
})

test('bytes that are no text spoil neither other records nor the list of the rest', async () => {
  const store = redisStore(() => GlideClient.createClient(addressOf(server.url)), { prefix: 'bytes' })
  const redis = await admin(server.url)
  await store.create('whole', record({ own: 'é😀' }), await lifetime(store))
  await redis.hset('bytes:{broken}', '@', 'meta', 'a', Buffer.from([0xff, 0xfe, 0x41]))
  await redis.pexpire('bytes:{broken}', 60_000)
  const [whole, broken] = await Promise.all([store.load('whole'), store.load('broken')])
  expect(whole).toMatchObject({ fields: new Map([['own', 'é😀']]) })
  expect(broken).toMatchObject({ fields: new Map([['a', '\uFFFD\uFFFDA']]) })
  redis.disconnect()
  await store.close()
})

describe.concurrent('a server that does not answer', () => {
  test('is waited for longer than the client would, so that the sessions decide', async () => {
    const slow = await startRedis()
    const store = redisStore(() => GlideClient.createClient({ ...addressOf(slow.url), requestTimeout: 50 }))
    await store.load('k')
    slow.pause()
    const answer = store.load('k')
    setTimeout(() => slow.resume(), 500)
    expect(await answer).toBe(null)
    await store.close()
    await slow.stop()
  })

  test('is given up after ten seconds', async () => {
    const frozen = await startRedis()
    const client = await GlideClient.createClient(addressOf(frozen.url))
    const store = redisStore(client)
    await store.load('k')
    frozen.pause()
    await expect(store.load('k')).rejects.toMatchObject({ code: 'ERR_STORE_TIMEOUT' })
    client.close()
    frozen.resume()
    await frozen.stop()
  })
})
