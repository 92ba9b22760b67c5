/**
 * Clients that cannot work are refused by name, at construction or by the first operation. For glide 1,
 * see test/outside/peers: it names packages that do not exist, so no lock file is whole with it.
 */

import { GlideClient, Logger } from '@valkey/valkey-glide'
import { Cluster, Redis as Ioredis6 } from 'ioredis'
import Ioredis4 from 'ioredis-4'
import { Redis as Iovalkey } from 'iovalkey'
import { createClient } from 'redis'
import * as redis3 from 'redis-3'
import * as redis4 from 'redis-4'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { addressOf, silent } from './redis/clients.ts'
import { IoredisMock } from './redis/mock/index.ts'

Logger.setLoggerConfig('off')

const url = (): string => inject('redisUrl')

/** The error names what it is, what works, and what tests can use. */
function refusal(what: RegExp): object {
  const works =
    /`redis` \(node-redis 5 or later\).*`ioredis`.*`iovalkey`.*glide.*function.*`memoryStore\(\)`/s
  const message = expect.stringMatching(new RegExp(`${what.source}.*${works.source}`, 's')) as string
  return expect.objectContaining({ code: 'ERR_OPTION_INVALID', message }) as object
}

async function closedIoredis(): Promise<unknown> {
  const client = silent(new Ioredis6(url()))
  await client.ping()
  await client.quit()
  await expect.poll(() => client.status).toBe('end')
  return client
}

async function closedGlide(): Promise<unknown> {
  const client = await GlideClient.createClient(addressOf(url()))
  client.close()
  return client
}

function oldClient(): unknown {
  const client = redis3.createClient({ url: url() })
  client.on('error', () => undefined)
  onTestFinished(() => client.end(true))
  return client
}

const UNUSABLE: Record<string, [make: () => unknown, what: RegExp]> = {
  'redis 4': [() => redis4.createClient({ url: url() }), /client of `redis` 4/],
  'redis 4 in its mode of version 3': [
    () => redis4.createClient({ url: url(), legacyMode: true }),
    /client of `redis` 4/,
  ],
  'a cluster of redis 4': [
    () => redis4.createCluster({ rootNodes: [{ url: url() }] }),
    /client of `redis` 4/,
  ],
  'redis 3': [oldClient, /client of `redis` 3/],
  'the callbacks of redis 6': [() => createClient({ url: url() }).legacy(), /no client that it knows/],
  'ioredis-mock': [() => new IoredisMock(), /ioredis-mock/],
  'a cluster of ioredis-mock': [() => new IoredisMock.Cluster([{ host: 'a', port: 1 }]), /ioredis-mock/],
  'ioredis after its end': [closedIoredis, /has been closed/],
  'glide after its end': [closedGlide, /has been closed/],
  'a tedis': [() => ({ command() {}, hgetall() {}, hmset() {}, close() {} }), /no client that it knows/],
  'a handy client': [() => ({ nodeRedis: {}, hgetall() {}, hmset() {} }), /no client that it knows/],
}

describe.for(Object.entries(UNUSABLE))('%s', ([, [make, what]]) => {
  test('is refused at construction', async () => {
    const client = await make()
    expect(() => redisStore(client as never)).toThrow(refusal(what))
  })

  test('is refused by the first operation if a function returned it, and each after that', async () => {
    const client = await make()
    const store = redisStore(() => client as never)
    await expect(store.load('k')).rejects.toEqual(refusal(what))
    await expect(store.load('k')).rejects.toEqual(refusal(what))
  })
})

class Mine extends Ioredis6 {}

test.for<[string, unknown]>([
  ['ioredis 6', Ioredis6],
  ['a cluster of ioredis', Cluster],
  ['ioredis 4', Ioredis4],
  ['iovalkey', Iovalkey],
  ['glide', GlideClient],
  ['one that extends it', Mine],
])('a class in the place of a client is refused at once: %s', ([, Class]) => {
  expect(() => redisStore(Class as never)).toThrow(refusal(/this is a class/))
})

test('a class that a function returned is refused, too', async () => {
  await expect(redisStore(() => Ioredis6 as never).load('k')).rejects.toEqual(refusal(/this is a class/))
})

test('a promise of a client is refused at once, and the text says what to write', async () => {
  const client = createClient({ url: url() })
  const connecting = client.connect()
  expect(() => redisStore(connecting as never)).toThrow(refusal(/a promise.*`\(\) => createClient/))
  await connecting
  const store = redisStore(async () => createClient({ url: url() }).connect())
  expect(await store.load('k')).toBe(null)
  await store.close()
  await client.close()
})

test('the breaker and the visitor are told no outage', async () => {
  const events: string[] = []
  const sessions = createSessions({
    store: redisStore(() => redis4.createClient({ url: url() }) as never),
    onEvent: (event) => void events.push(event.type === 'store-error' ? event.code : event.type),
  })
  for (let i = 0; i < 7; i++)
    await expect(sessions.revokeUser('ann')).rejects.toMatchObject({
      code: 'ERR_OPTION_INVALID',
      status: 500,
    })
  expect(new Set(events)).toEqual(new Set(['ERR_OPTION_INVALID']))
})
