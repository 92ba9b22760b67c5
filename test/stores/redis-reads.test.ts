import type { Redis } from 'ioredis'
import { expect, inject, test } from 'vitest'
import { redisStore } from '../../src/stores/redis.ts'
import { clients, KINDS } from './redis/clients.ts'
import { lifetime, record, useFixture } from './redis/fixture.ts'

const fixture = useFixture()

test.for(KINDS)('reads of one tick share a packet, and each gets its own record, with %s', async (kind) => {
  const store = await fixture.open(kind)
  const life = await lifetime(store)
  const keys = Array.from({ length: 50 }, (_, i) => `k${i}`)
  await Promise.all(keys.map(async (key) => store.create(key, record({ own: key }), life)))
  const packets = await fixture.packetsOf(async () => {
    const found = await Promise.all(keys.map(async (key) => store.load(key)))
    expect(found.map((answer) => answer !== null && 'fields' in answer && answer.fields.get('own'))).toEqual(
      keys,
    )
  })
  expect(packets).toBe(1)
})

test.for(KINDS)('more reads than a packet may hold all get an answer, with %s', async (kind) => {
  const store = await fixture.open(kind)
  await store.create('k', record({ a: '1' }), await lifetime(store))
  const found = await Promise.all(
    Array.from({ length: 500 }, async (_, i) => store.load(i % 2 ? 'k' : 'missing')),
  )
  expect(found.filter((answer) => answer === null)).toHaveLength(250)
})

test.for(KINDS)('a foreign value among them is no session, and disturbs no other, with %s', async (kind) => {
  const store = await fixture.open(kind)
  const life = await lifetime(store)
  await store.create('a', record({ own: 'a' }), life)
  await store.create('b', record({ own: 'b' }), life)
  await fixture.redis.set('sojourn:{foreign}', 'text')
  const found = await Promise.all(['a', 'foreign', 'b'].map(async (key) => store.load(key)))
  expect(found).toMatchObject([
    { fields: new Map([['own', 'a']]) },
    { meta: '', fields: new Map() },
    { fields: new Map([['own', 'b']]) },
  ])
})

test('all fail when the connection is gone, and none is taken for missing', async () => {
  const client = clients['ioredis 6'](fixture.server.url) as unknown as Redis
  const store = redisStore(client)
  await store.load('a')
  client.disconnect()
  const found = await Promise.allSettled(['a', 'b', 'c'].map(async (key) => store.load(key)))
  expect(found.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(found[0]).toMatchObject({ reason: { code: 'ERR_STORE_UNAVAILABLE' } })
})

type Outcomes = [Error | null, unknown][]

/** Every second reply is one to HGETALL. */
const inPlaceOfHashes =
  (odd: unknown) =>
  (outcomes: Outcomes): Outcomes =>
    outcomes.map((outcome, i) => (i % 2 ? [null, odd] : outcome))

test.for<[string, (outcomes: Outcomes) => Outcomes]>([
  ['a reply that is missing', (outcomes) => outcomes.slice(0, 1)],
  ['null in the place of a hash', inPlaceOfHashes(null)],
  ['a number in the place of a hash', inPlaceOfHashes(5)],
  ['a text in the place of a hash', inPlaceOfHashes('text')],
])('%s is no missing session, and ends no process', async ([, alter]) => {
  const client = clients['ioredis 6'](inject('redisUrl')) as Redis
  const store = redisStore(client)
  const pipeline = client.pipeline.bind(client)
  client.pipeline = (() => {
    const batch = pipeline()
    const exec = batch.exec.bind(batch)
    batch.exec = async () => alter((await exec()) ?? [])
    return batch
  }) as typeof client.pipeline
  const found = await Promise.allSettled(['a', 'b'].map(async (key) => store.load(key)))
  expect(found).toMatchObject(found.map(() => ({ reason: { code: 'ERR_STORE_UNAVAILABLE' } })))
  client.disconnect()
})
