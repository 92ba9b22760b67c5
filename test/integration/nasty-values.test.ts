/**
 * What one client writes, every client reads, to the byte: numbers that are texts, texts that
 * look like numbers, JSON or base64, and names that mean something to somebody.
 */

import { Redis as Upstash } from '@upstash/redis'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { redisStore, type RedisStore } from '../../src/stores/redis.ts'
import { upstashStore } from '../../src/stores/upstash.ts'
import { startUpstash, type UpstashServer } from '../../src/testing.ts'
import { admin, clients } from '../stores/redis/clients.ts'
import { vercelKv } from '../stores/upstash/vercel-kv.ts'
import { Browser } from '../support/browser.ts'

const redisUrl = inject('redisUrl')

/** Every kind of client, as a store on the same database. */
const CLIENTS: Record<string, (prefix: string) => RedisStore> = {
  'node-redis': (prefix) => redisStore(() => clients['node-redis 6'](redisUrl), { prefix }),
  'node-redis 5': (prefix) => redisStore(() => clients['node-redis 5'](redisUrl), { prefix }),
  ioredis: (prefix) => redisStore(() => clients['ioredis 6'](redisUrl), { prefix }),
  'ioredis 5': (prefix) => redisStore(() => clients['ioredis 5'](redisUrl), { prefix }),
  iovalkey: (prefix) => redisStore(() => clients.iovalkey(redisUrl), { prefix }),
  glide: (prefix) => redisStore(() => clients.glide(redisUrl), { prefix }),
  'our own way to Upstash': (prefix) => upstashStore(address(), { prefix }),
  '@upstash/redis': (prefix) => upstashStore(new Upstash(address()), { prefix }),
  '@vercel/kv': (prefix) => upstashStore(vercelKv.createClient(address()), { prefix }),
}

const TEXTS =
  '5 -0 1e5 1E5 1.50 .5 0123 0x10 12345678901234567890 9007199254740993 null "null" true undefined NaN ' +
  '{"a":1} [1] "quoted" OK T0s= QUEUED AAAA $-1 é e\u0301 \u{feff}marked 😀 👩‍👩‍👧 $text :1 ~1 it\'s'
const NUMBERS = [0, -0, 5, 1e5, 1.5, 0.1 + 0.2, 1e21, 5e-324, 2 ** 53 - 1, 1 - 2 ** 53, 2 ** 53 + 2]
const VALUES: readonly unknown[] = TEXTS.split(' ').concat(
  '',
  ' ',
  '\0',
  '\r\n',
  'a'.repeat(20_000),
  '😀'.repeat(999),
)
const RICH: readonly unknown[] = [
  NaN,
  Infinity,
  true,
  false,
  null,
  12345678901234567890n,
  -1n,
  new Date(0),
  new Date('2026-11-21T10:00:00.123Z'),
  new Date(NaN),
  [1, '1', null, [undefined]],
  { a: { b: ['1e5'] }, '': 1 },
  new Map<unknown, unknown>(Object.entries({ a: 1, b: new Date(5) })),
  new Set(['1', 1]),
]
const NAMES =
  '__proto__ constructor prototype toJSON then destroy get id @ ! $ ~ 1 1e5 00 null a:b a.b a/b % %40 {a} * ' +
  '\0 \n \u{feff} é 😀'
const NAMESPACES = ['', 'cart', '__proto__', '1e5', 'a:b', '😀']

/** Every value under a name of its own, and every name with a value of its own. */
const TABLE = new Map<string, unknown>([
  ...[...VALUES, ...NUMBERS, ...RICH].map((value, i) => [`value ${i}`, value] as const),
  ...NAMES.split(' ')
    .concat(' ', 'a b')
    .map((name) => [name, `of ${name}`] as const),
])

let upstash: UpstashServer
let redis: Redis
let prefix: string
beforeAll(async () => {
  upstash = await startUpstash({ redis: redisUrl })
  redis = await admin(redisUrl)
})
beforeEach(() => {
  prefix = `nasty-${crypto.randomUUID()}`
})
afterAll(async () => {
  redis.disconnect()
  await upstash.close()
})

function address(): { url: string; token: string } {
  return { url: upstash.url, token: upstash.token }
}

type Visitor = Browser<Record<string, unknown>>

function visitorOf(store: RedisStore, token = ''): Visitor {
  // 64 KiB are not enough for all of them.
  const visitor = new Browser<Record<string, unknown>>(new Sessions({ maxBytes: 4_000_000 }, store))
  visitor.token = token
  return visitor
}

async function write(visitor: Visitor): Promise<void> {
  await visitor.visit(async (session) => {
    for (const namespace of NAMESPACES) {
      const data = namespace === '' ? session : session.namespace(namespace)
      await Promise.all([...TABLE].map(([name, value]) => data.set(name, value)))
    }
  })
}

/** What is read by `get`, and what by `getAll`. */
async function read(
  visitor: Visitor,
  namespace: string,
): Promise<[Map<string, unknown>, Map<string, unknown>]> {
  return visitor.visit((session) => {
    const data = namespace === '' ? session : session.namespace(namespace)
    const one = [...TABLE.keys()].map((name) => [name, data.get(name)] as const)
    return [new Map(one), new Map(Object.entries(data.getAll() as object))]
  })
}

describe.each(Object.keys(CLIENTS))('what %s wrote', (writer) => {
  test('is read by every client, one by one and all at once, in every namespace', async () => {
    const stores = Object.entries(CLIENTS).map(([kind, open]) => [kind, open(prefix)] as const)
    const first = visitorOf(stores.find(([kind]) => kind === writer)![1])
    await write(first)
    for (const [kind, store] of stores) {
      const visitor = visitorOf(store, first.token)
      for (const namespace of NAMESPACES) {
        const [one, all] = await read(visitor, namespace)
        expect([kind, namespace, one]).toStrictEqual([kind, namespace, TABLE])
        expect([kind, namespace, all]).toStrictEqual([kind, namespace, TABLE])
      }
    }
    await Promise.all(stores.map(([, store]) => store.close()))
  })
})

test('all clients store the same bytes', async () => {
  const stored: Record<string, string>[] = []
  for (const open of Object.values(CLIENTS)) {
    prefix = `nasty-${crypto.randomUUID()}`
    const store = open(prefix)
    await write(visitorOf(store))
    const [key = ''] = await redis.keys(`${prefix}:*`)
    const bytes = await redis.callBuffer('HGETALL', key)
    const { '@': _meta, '@size': _size, ...fields } = fieldsOf(bytes)
    expect(Object.keys(fields)).toHaveLength(TABLE.size * NAMESPACES.length)
    stored.push(fields)
    await store.close()
  }
  for (const fields of stored) expect(fields).toEqual(stored[0])
})

/** Names and values as they lie there, in hexadecimal. */
function fieldsOf(reply: unknown): Record<string, string> {
  const words = reply instanceof Map ? [...(reply as Map<Buffer, Buffer>)].flat() : (reply as Buffer[])
  const fields: Record<string, string> = {}
  for (let i = 0; i < words.length; i += 2) {
    const name = String(words[i])
    fields[name.startsWith('@') ? name : words[i]!.toString('hex')] = words[i + 1]!.toString('hex')
  }
  return fields
}
