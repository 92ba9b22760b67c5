import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isAlive, type UpdateResult } from '../../src/core/store.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { startRedis } from '../support/redis-server.ts'
import { type ClientKind, clients } from './redis/clients.ts'
import { lifetime, record, useFixture } from './redis/fixture.ts'
import { startWorker, type Worker } from './redis/worker.ts'

const fixture = useFixture()
let workers: Worker[] = []

function worker(index: number): Worker {
  return workers[index % workers.length]!
}

describe('two processes, one with node-redis and one with ioredis', () => {
  beforeEach(async () => {
    workers = await Promise.all([
      startWorker('node-redis 6', fixture.server.url),
      startWorker('ioredis 6', fixture.server.url),
    ])
  })
  afterEach(async () => {
    await Promise.all(workers.map((each) => each.stop()))
  })

  test('twenty fields written at once are all kept', async () => {
    const store = await fixture.open()
    const life = await lifetime(store)
    await store.create('k', record(), life)
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        worker(i).call('update', 'k', { set: new Map([[`f${i}`, `${i}`]]) }, life),
      ),
    )
    const loaded = await store.load('k')
    expect(isAlive(loaded) && loaded.fields.size).toBe(20)
  })

  test('two hundred increments end at two hundred', async () => {
    const store = await fixture.open()
    const life = await lifetime(store)
    await store.create('k', record(), life)
    const change = { increment: new Map([['n', 1]]) }
    await Promise.all(Array.from({ length: 200 }, (_, i) => worker(i).call('update', 'k', change, life)))
    const loaded = await store.load('k')
    expect(isAlive(loaded) && loaded.fields.get('n')).toBe('200')
  })

  test('no order of writing and destroying brings a record back', async () => {
    const store = await fixture.open()
    const life = await lifetime(store)
    for (let round = 0; round < 40; round++) {
      const key = `k${round}`
      await store.create(key, record({ a: '1' }), life)
      let isOver = false
      const writes = Array.from({ length: 10 }, async (_, i) => {
        await sleep(Math.random() * 4)
        const possible = isOver ? ['gone'] : ['gone', 'ok']
        const change = { set: new Map([[`f${i}`, '1']]), increment: new Map([['n', 1]]) }
        const result = (await worker(i).call('update', key, change, life)) as UpdateResult
        expect(possible).toContain(result.status)
      })
      await sleep(Math.random() * 4)
      expect(await worker(round).call('destroy', key, 'logout')).not.toBe(null)
      isOver = true
      await Promise.all(writes)
      expect(await fixture.redis.hgetall(`sojourn:{${key}}`)).toEqual({ '!': 'logout' })
    }
  })
})

describe.for<ClientKind>(['node-redis 6', 'node-redis 5', 'ioredis 6', 'ioredis 5'])('%s', (kind) => {
  test('a server that goes away does not end the process, and operations work when it is back', async () => {
    const server = await startRedis({ appendonly: true })
    const child = await startWorker(kind, server.url)
    const life = { idle: 60_000, absoluteAt: ((await child.call('now')) as number) + 60_000 }
    await child.call('create', 'k', record({ a: '1' }), life)
    await server.kill9()
    await sleep(300)
    await server.restart()
    expect(await child.call('load', 'k')).toMatchObject({ meta: 'meta', fields: new Map([['a', '1']]) })
    await child.stop()
    await server.stop()
  })

  test('sessions that were acknowledged outlive a kill -9 of a server with an append-only file', async () => {
    const server = await startRedis({ appendonly: true })
    const store = redisStore(() => clients[kind](server.url))
    const life = await lifetime(store)
    const acknowledged: string[] = []
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let i = 0; i < 200; i++) {
        const key = `k${writer}-${i}`
        await store.create(key, record({ a: key }), life)
        acknowledged.push(key)
      }
    })
    const written = Promise.allSettled(writers)
    while (acknowledged.length < 100) await sleep(1)
    const kept = [...acknowledged]
    await server.kill9()
    await server.restart()
    for (const key of kept) expect(await store.load(key)).toMatchObject({ fields: new Map([['a', key]]) })
    await written
    await store.close()
    await server.stop()
  })

  test('a write that waited for the server does not revive what ended in the meantime', async () => {
    const server = await startRedis({ appendonly: true })
    const store = redisStore(() => clients[kind](server.url))
    const other = redisStore(() => clients['ioredis 6'](server.url))
    const life = await lifetime(store)
    await store.create('k', record({ a: '1' }), life)
    await server.kill9()
    await sleep(50)
    const late = store.update('k', { set: new Map([['a', '2']]) }, life)
    const restarted = server.restart()
    await other.destroy('k', 'logout')
    await restarted
    const result = await late
    const loaded = await store.load('k')
    expect(loaded).toEqual({ ended: 'logout' })
    expect(['ok', 'gone']).toContain(result.status)
    await Promise.all([store.close(), other.close()])
    await server.stop()
  })
})
