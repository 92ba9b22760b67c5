/** A user's list may be lost while the records live on: to eviction, or to a hand that cleans up. */

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { MemoryStore } from 'express-session'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeEach, describe, expect, inject, test } from 'vitest'

import type { Store } from '../../src/core/store.ts'
import { fromConnectStore } from '../../src/connect.ts'
import { createSessions } from '../../src/node.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import { startUpstash } from '../../src/testing.ts'
import { upstashStore } from '../../src/stores/upstash.ts'
import { visitor, type Visitor } from '../support/visitor.ts'

const redis = new Redis(inject('redisUrl'))
const folder = mkdtempSync(join(tmpdir(), 'sojourn-lists-'))
const upstash = await startUpstash({ redis: inject('redisUrl') })
afterAll(async () => {
  redis.disconnect()
  await upstash.close()
  rmSync(folder, { recursive: true, force: true })
})

let prefix = ''

/** Removes everything but records from Redis, as eviction may. */
async function loseInRedis(): Promise<void> {
  const lists = await redis.keys(`${prefix}:list:*`)
  if (lists.length > 0) await redis.del(...lists)
}

/** Removes all entries, by the store's own verbs. */
const lists = new Set<string>()
function listing(store: Store): Store {
  const { index } = store
  const add: NonNullable<typeof index>['add'] = (list, entry) => {
    lists.add(list)
    return index!.add(list, entry)
  }
  return new Proxy(store, {
    get(target, name) {
      if (name === 'index')
        return new Proxy(index!, { get: (it, verb) => (verb === 'add' ? add : bound(it, verb)) })
      return bound(target, name)
    },
  })
}
function bound(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name)
  return typeof value === 'function' ? value.bind(target) : value
}
async function loseIn(store: Store): Promise<void> {
  for (const list of lists) {
    const entries = await store.index!.entries(list)
    await store.index!.remove(
      list,
      entries.map(({ key }) => key),
    )
  }
}

const STORES: Record<string, () => { store: Store; lose: (store: Store) => Promise<void> }> = {
  'node-redis': () => ({
    store: redisStore(() => createClient({ url: inject('redisUrl') }), { prefix }),
    lose: loseInRedis,
  }),
  ioredis: () => ({ store: redisStore(() => new Redis(inject('redisUrl')), { prefix }), lose: loseInRedis }),
  upstash: () => ({
    store: upstashStore({ url: upstash.url, token: upstash.token }, { prefix }),
    lose: loseInRedis,
  }),
  sqlite: () => ({ store: listing(sqliteStore({ file: join(folder, `${prefix}.db`) })), lose: loseIn }),
  memory: () => ({ store: listing(memoryStore()), lose: loseIn }),
  'a connect store': () => ({
    store: listing(fromConnectStore(new MemoryStore(), { lists: true })),
    lose: loseIn,
  }),
}

describe.each(Object.keys(STORES))('on %s', (kind) => {
  let close: () => Promise<void>
  let url: string
  let sessions: ReturnType<typeof createSessions>
  let lose: () => Promise<void>

  beforeEach(async () => {
    prefix = `lost-${crypto.randomUUID()}`
    lists.clear()
    const made = STORES[kind]!()
    lose = () => made.lose(made.store)
    sessions = createSessions({ store: made.store })
    const server = createServer((req, res) => void handle(req, res))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    close = async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      await sessions.close()
    }
  })
  afterEach(() => close())

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const session = await sessions.getSession(req, res)
    if (req.url === '/login') await session.login('ann')
    if (req.url === '/rotate') await session.rotate()
    if (req.url === '/others') await sessions.revokeUser('ann', { except: session.id })
    res.end(JSON.stringify([session.userId, session.ended]))
  }

  async function signedIn(): Promise<Visitor> {
    const browser = visitor(url)
    await browser.get('/login')
    return browser
  }
  async function who(browser: Visitor, path = '/'): Promise<unknown> {
    return (await browser.get(path)).json()
  }
  const listed = async (): Promise<number> => (await sessions.list('ann')).length

  test('revokeUser ends sessions that no list names any more', async () => {
    const [ann, thief] = [await signedIn(), await signedIn()]
    await lose()
    expect(await listed()).toBe(0)
    await sessions.revokeUser('ann')
    for (const browser of [ann, thief]) expect(await who(browser)).toEqual([null, 'revoked'])
    const again = await signedIn()
    expect(await who(again)).toEqual(['ann', null])
    expect(await who(thief)).toEqual([null, expect.anything()])
    expect(await listed()).toBe(1)
  })

  test('the session that it spares lives on, through rotations too', async () => {
    const [ann, thief] = [await signedIn(), await signedIn()]
    await lose()
    await who(ann)
    await expect.poll(listed).toBe(1)
    await ann.get('/others')
    expect(await who(thief)).toEqual([null, 'revoked'])
    for (let i = 0; i < 3; i++) expect(await who(ann, '/rotate')).toEqual(['ann', null])
    expect(await who(ann)).toEqual(['ann', null])
    expect(await listed()).toBe(1)
  })

  test('a session that is used is listed again', async () => {
    const [ann, phone] = [await signedIn(), await signedIn()]
    await lose()
    await Promise.all([who(ann), who(phone)])
    await expect.poll(listed).toBe(2)
    // What is being listed just now may end itself, and is not counted then.
    await sessions.revokeUser('ann')
    for (const browser of [ann, phone]) expect(await who(browser)).toEqual([null, 'revoked'])
  })

  test('a thief who rotates while all sessions are ended gains nothing, in a hundred trials', async () => {
    for (let trial = 0; trial < 100; trial++) {
      const thief = await signedIn()
      if (trial % 2 === 0) await lose()
      const copy = visitor(url, thief.cookie)
      await Promise.all([
        thief.get('/rotate'),
        trial % 3 === 0 ? copy.get('/') : null,
        sessions.revokeUser('ann'),
      ])
      expect([trial, await who(thief)]).toEqual([trial, [null, expect.anything()]])
      expect([trial, await who(copy)]).toEqual([trial, [null, expect.anything()]])
    }
  })
})
