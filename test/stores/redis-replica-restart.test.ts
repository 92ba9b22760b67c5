/**
 * A server that comes back empty while a write waits for its replica. Whoever asks it on a new
 * connection whether all is replicated is told so: it knows of no write.
 */

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { GlideClient } from '@valkey/valkey-glide'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { redisStore, type RedisStore } from '../../src/stores/redis.ts'
import { ask, isolate, until } from '../integration/failover/group.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { type ClientKind, clients } from './redis/clients.ts'
import { lifetime, record } from './redis/fixture.ts'

const KINDS: readonly ClientKind[] = ['node-redis 6', 'node-redis 5', 'ioredis 6', 'ioredis 5', 'iovalkey']

let master: RedisServer
let replica: RedisServer
let gate: Gate

beforeEach(async () => {
  const args = ['--repl-diskless-sync-delay', '0']
  master = await startRedis({ args })
  replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port), ...args] })
  gate = await openGate(master.port)
  await untilReplicated()
})

afterEach(async () => {
  await gate.close()
  await Promise.all([master.kill9(), replica.kill9()])
  await Promise.all([master.stop(), replica.stop()])
})

test.for(KINDS)('%s does not ask the new server about a write to the old one', async (kind) => {
  const store = redisStore(() => clients[kind](gate.url), { durability: 'replica' })
  const write = await beginWrite(store)
  await until(() => ask(master, async (redis) => (await redis.info('clients')).includes('blocked_clients:1')))
  gate.shut()
  await comeBackEmpty()
  gate.open()
  expect(await write.outcome).toBe('failed')
  await until(async () => (await store.load('a')) === null)
  await store.close()
})

test('glide, which asks apart, takes no answer of the new server', async () => {
  const client = (await clients.glide(gate.url)) as GlideClient
  const exec = client.exec.bind(client)
  const [asking, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let isArmed = false
  let packets = 0
  // The second packet of the write is held until the server has come back.
  client.exec = (async (...args: Parameters<typeof exec>) => {
    if (isArmed && ++packets === 2) {
      asking.resolve()
      await answered.promise
    }
    return exec(...args)
  }) as typeof client.exec
  const store = redisStore(client, { durability: 'replica' })
  const write = await beginWrite(store, () => (isArmed = true))
  await asking.promise
  gate.shut()
  await comeBackEmpty()
  gate.open()
  isArmed = false
  await until(async () => (await store.load('a')) === null)
  answered.resolve()
  expect(await write.outcome).toBe('failed')
  client.close()
})

/** Changes a record while the replica is away. The promise is within an object, for it stays open. */
async function beginWrite(
  store: RedisStore,
  before = (): unknown => undefined,
): Promise<{ outcome: Promise<string> }> {
  const life = await lifetime(store)
  // On a busy machine the replica may be late; the record is there.
  await store.create('a', record(), life).catch(() => undefined)
  await isolate({ master, replica })
  before()
  const outcome = store.update('a', { set: new Map([['x', '1']]) }, life).then(
    () => 'done',
    () => 'failed',
  )
  return { outcome }
}

async function comeBackEmpty(): Promise<void> {
  await master.kill9()
  replica.resume()
  await master.restart()
  await untilReplicated()
}

function untilReplicated(): Promise<void> {
  return until(() =>
    ask(master, async (redis) => {
      await redis.set('replicated', '')
      return (await redis.wait(1, 1000)) === 1
    }),
  )
}

/** An address that leads to a server, or to nobody. */
interface Gate {
  url: string
  /** Cuts all connections, and lets nobody in. */
  shut(): void
  open(): void
  close(): Promise<void>
}

async function openGate(port: number): Promise<Gate> {
  const sockets = new Set<Socket>()
  let isOpen = true
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    if (!isOpen) return void socket.destroy()
    const target = connect(port, '127.0.0.1')
    target.on('error', () => undefined)
    socket.pipe(target)
    target.pipe(socket)
    sockets.add(socket)
    socket.on('close', () => target.destroy())
    target.on('close', () => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const shut = (): void => {
    isOpen = false
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    shut,
    open: () => void (isOpen = true),
    async close() {
      shut()
      server.close()
      await once(server, 'close')
    },
  }
}
