/** The way to Redis: connections that break, packets that come late, and a client that knows one node only. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { admin } from '../stores/redis/clients.ts'
import { freePort, startRedis } from '../support/redis-server.ts'
import { assertFault } from './redis/fault.ts'
import { startProxy } from './redis/proxy.ts'
import { codesOf, suffer } from './redis/suffer.ts'

const CLUSTER = ['--cluster-enabled', 'yes', '--cluster-port']
const SLOTS = 16_384

describe('the network', () => {
  test(
    'a connection breaks in the middle of a reply',
    assertFault(
      {
        read: 'works',
        write: '503',
        signIn: '503',
        signOut: '503',
        error: '`UNAVAILABLE`',
        breaker: 'stays closed',
        after: 'as before; each write whole, or not at all',
        // It sends again what was not answered at all.
        withIoredis: { write: '503 or works', signIn: '503 or works', signOut: '503 or works' },
      },
      async (fixture) => {
        const proxy = await startProxy(fixture.server.port)
        const app = await fixture.another(proxy.url)
        const guest = await app.signedIn('guest')
        for (const bytes of [1, 7, 40]) {
          proxy.cutReplyTo('HGETALL', bytes)
          expect((await app.ask(guest, '/read')).text).toBe('{"a":"1"}')
        }
        const from = app.events.length
        const seen = { write: new Set<string>(), signIn: new Set<string>(), signOut: new Set<string>() }
        for (const bytes of [1, 7, 40]) {
          for (const [verb, path] of Object.entries({
            write: '/set?key=b&value=2',
            signIn: '/login?user=writer',
            signOut: '/logout',
          })) {
            const own = await app.signedIn('writer')
            proxy.cutReplyTo('MULTI', bytes)
            const { status, cookies } = await app.ask(own, path)
            seen[verb as keyof typeof seen].add(status < 400 ? 'works' : String(status))
            expect([status, cookies]).not.toEqual([503, 1])
          }
        }
        expect((await app.ask(guest, '/read')).text).toBe('{"a":"1"}')
        for (const key of await fixture.redis.keys('sojourn:{*')) {
          const { '@': life, ...fields } = await fixture.redis.hgetall(key)
          expect([life === undefined, 'a' in fields || '!' in fields]).toEqual(['!' in fields, true])
        }
        await proxy.close()
        return {
          read: 'works',
          write: [...seen.write].sort().join(' or '),
          signIn: [...seen.signIn].sort().join(' or '),
          signOut: [...seen.signOut].sort().join(' or '),
          error: codesOf(app, from),
          breaker: app.events.some(({ type }) => type === 'breaker') ? 'opens' : 'stays closed',
          after: 'as before; each write whole, or not at all',
        }
      },
    ),
  )

  test(
    'a write arrives after the sign-out',
    assertFault(
      {
        read: '–',
        write: '503',
        signIn: '–',
        signOut: 'works',
        error: '`TIMEOUT`',
        breaker: 'stays closed',
        after: 'signed out for good',
      },
      async (fixture) => {
        const proxy = await startProxy(fixture.server.port)
        const late = await fixture.another(proxy.url)
        const guest = await fixture.signedIn('guest')
        const own = { ...late.newcomer(), cookie: guest.cookie }
        expect((await late.ask(own, '/read')).text).toBe('{"a":"1"}')
        const held = proxy.hold('MULTI')
        const write = late.ask(own, '/set?key=b&value=2')
        await held
        const { cookie } = guest
        const signOut = await fixture.ask(guest, '/logout')
        const { status, cookies } = await write
        expect([signOut.status, cookies]).toEqual([200, 0])
        proxy.release()
        // The connection is in order again, so the late packet has been read.
        await expect.poll(async () => (await late.ask(own, '/who')).status).toBe(401)
        expect((await fixture.ask({ ...guest, cookie }, '/who')).status).toBe(401)
        for (const key of await fixture.redis.keys('sojourn:{*')) {
          expect(Object.keys(await fixture.redis.hgetall(key))).toEqual(['!'])
        }
        const error = codesOf(late, 0)
        await proxy.close()
        return {
          read: '–',
          write: String(status),
          signIn: '–',
          signOut: 'works',
          error,
          breaker: late.events.some(({ type }) => type === 'breaker') ? 'opens' : 'stays closed',
          after: 'signed out for good',
        }
      },
    ),
  )

  test(
    'a cluster, and a client for a single server (`MOVED`)',
    assertFault(
      {
        read: '503',
        write: '503',
        signIn: '503',
        signOut: '503',
        error: '`UNAVAILABLE`',
        breaker: 'stays closed',
        after: 'as before',
      },
      async (fixture) => {
        const nodes = await Promise.all([startNode(), startNode()])
        const [one, two] = await Promise.all(nodes.map(({ url }) => admin(url)))
        await one!.cluster('ADDSLOTSRANGE', 0, SLOTS - 1)
        const [, bus] = (await one!.config('GET', 'cluster-port')) as string[]
        await two!.call('CLUSTER', 'MEET', '127.0.0.1', nodes[0]!.port, bus!)
        for (const node of [one!, two!]) {
          while (!(await node.cluster('INFO')).includes('cluster_state:ok')) await sleep(20)
        }
        const app = await fixture.another(nodes[0]!.url)
        const row = await suffer(
          { ...fixture, ...app },
          { begin: () => moveAll(one!, two!), end: () => moveAll(two!, one!) },
        )
        for (const node of [one!, two!]) node.disconnect()
        await Promise.all(nodes.map((node) => node.stop()))
        return row
      },
    ),
  )
})

async function startNode(): ReturnType<typeof startRedis> {
  return startRedis({ args: [...CLUSTER, String(await freePort())] })
}

/** Gives all slots to the other node, as a cluster that knows no keys in them. */
async function moveAll(from: Redis, to: Redis): Promise<void> {
  for (const node of [from, to]) await node.cluster('DELSLOTSRANGE', 0, SLOTS - 1)
  await to.cluster('ADDSLOTSRANGE', 0, SLOTS - 1)
  await to.call('CLUSTER', 'BUMPEPOCH')
  while (!String(await from.get('k').catch(String)).includes('MOVED')) await sleep(20)
  while ((await to.get('k').catch(String)) !== null) await sleep(20)
}
