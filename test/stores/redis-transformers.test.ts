/** Clients that change replies and arguments by settings of their own, through a server that a browser visits. */

import { randomBytes } from 'node:crypto'
import { Redis as Ioredis6 } from 'ioredis'
import { Redis as Ioredis5 } from 'ioredis-5'
import Ioredis4 from 'ioredis-4'
import { Redis as Iovalkey } from 'iovalkey'
import { createClient as createClient6, createClientPool, RESP_TYPES } from 'redis'
import { createClient as createClient5 } from 'redis-5'
import { afterEach, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { createSessions, type SessionOptions } from '../../src/node.ts'
import { type RedisClient, redisStore } from '../../src/stores/redis.ts'
import { Browser } from '../support/browser.ts'
import { cookieOf, serve } from '../support/http-visit.ts'
import { silent } from './redis/clients.ts'

let url = ''
beforeAll(() => {
  url = inject('redisUrl')
})

/** A transformer that changes every text, wherever it is. */
function textsChanged(change: (text: string) => string): (reply: never) => unknown {
  const changed = (reply: unknown): unknown => {
    if (typeof reply === 'string') return change(reply)
    if (Array.isArray(reply)) return reply.map(changed)
    if (typeof reply !== 'object' || reply === null) return reply
    return Object.fromEntries(Object.entries(reply).map((entry) => entry.map(changed) as [string, unknown]))
  }
  return changed
}

/** What a browser sees that signs in and comes back. */
async function visits(client: RedisClient, options: Partial<SessionOptions> = {}): Promise<string[]> {
  const prefix = `transformers-${crypto.randomUUID()}`
  const { getSession } = createSessions({
    store: redisStore(() => client, { prefix }),
    cookie: { secure: false },
    ...options,
  })
  const server = await serve(async (req, res) => {
    try {
      const session = await getSession(req, res)
      if (req.url === '/login') await session.login('ann', { data: { theme: 'dark', '42': '1e5' } })
      res.end(
        `${session.userId} ${String(session.get('theme'))} ${String(session.get('42'))} ${session.ended}`,
      )
    } catch (error) {
      res.end((error as { code: string }).code)
    }
  })
  onTestFinished(() => server.close())
  const first = await server.visit('', '/login')
  const second = await server.visit(cookieOf(first))
  return [first.body, second.body]
}

const SIGNED_IN = ['ann dark 1e5 null', 'ann dark 1e5 null']
const REFUSED = 'ERR_STORE_UNAVAILABLE'

const IOREDIS = { 'ioredis 6': Ioredis6, 'ioredis 5': Ioredis5, 'ioredis 4': Ioredis4, iovalkey: Iovalkey }

interface Transformers {
  setReplyTransformer(name: string, transform: (reply: never) => unknown): void
  setArgumentTransformer(name: string, transform: (args: never[]) => unknown[]): void
  _transformer: { reply: Record<string, unknown>; argument: Record<string, unknown> }
}

describe.for(Object.entries(IOREDIS))('%s', ([, Client]) => {
  const commands = Client.Command as unknown as Transformers
  const known = { reply: { ...commands._transformer.reply }, argument: { ...commands._transformer.argument } }
  const connect = (options = {}): RedisClient =>
    silent(new (Client as typeof Ioredis6)(url, { lazyConnect: true, ...options })) as RedisClient
  afterEach(() => {
    for (const kind of ['reply', 'argument'] as const) {
      for (const name of Object.keys(commands._transformer[kind])) delete commands._transformer[kind][name]
      Object.assign(commands._transformer[kind], known[kind])
    }
  })

  const pairsOf = (reply: string[] | Map<string, string>): [string, string][] => {
    if (!Array.isArray(reply)) return [...reply]
    return Array.from({ length: reply.length / 2 }, (_, i) => [reply[2 * i]!, reply[2 * i + 1]!])
  }

  test('the documented transformer of HGETALL: everybody stays signed in', async () => {
    commands.setReplyTransformer('hgetall', pairsOf)
    expect(await visits(connect())).toEqual(SIGNED_IN)
  })

  test.for<[string, (reply: never) => unknown]>([
    ['as it came', (reply) => reply],
    ['as a map', (reply) => new Map(pairsOf(reply))],
    ['as an object', (reply) => Object.fromEntries(pairsOf(reply))],
  ])('HGETALL %s: everybody stays signed in', async ([, transform]) => {
    commands.setReplyTransformer('hgetall', transform)
    expect(await visits(connect())).toEqual(SIGNED_IN)
  })

  test.for<[string, string, (reply: never) => unknown]>([
    ['HGETALL', 'as a set', (reply) => new Set(pairsOf(reply))],
    ['HGETALL', 'parsed', (reply) => pairsOf(reply).map(([name, value]) => ({ [name]: value }))],
    [
      'HGETALL',
      'with other names',
      (reply) =>
        Object.fromEntries(pairsOf(reply).map(([name, value]) => [name.replaceAll(/\W/g, ''), value])),
    ],
    ['HGETALL', 'as nothing', () => null],
    ['HGETALL', 'as an empty object', () => ({})],
    ['HGETALL', 'in capitals', textsChanged((text) => text.toUpperCase())],
    ['HGETALL', 'in small letters', textsChanged((text) => text.toLowerCase())],
    ['HGETALL', 'cut', textsChanged((text) => text.slice(0, 5))],
    [
      'HGETALL',
      'backwards',
      textsChanged((text) => Buffer.from(text, 'latin1').reverse().toString('latin1')),
    ],
    ['HGETALL', 'with other quotes', textsChanged((text) => text.replaceAll('"', "'"))],
    ['PTTL', 'as if nothing was there', () => -2],
    ['PTTL', 'as a date', (left: number) => new Date(Date.now() + left)],
    ['PTTL', 'as nothing', () => null],
  ])('%s %s: an error, and nobody is anonymous', async ([name, , transform]) => {
    commands.setReplyTransformer(name.toLowerCase(), transform)
    expect((await visits(connect())).at(-1)).toBe(REFUSED)
  })

  test.for(['plain', 'encrypted'] as const)(
    'texts changed in every reply: an error where data is %s',
    async (kind) => {
      const change = textsChanged((text) => text.toUpperCase())
      for (const name of ['hgetall', 'hmget']) commands.setReplyTransformer(name, change)
      const options = kind === 'plain' ? {} : { encryption: { keys: [randomBytes(32).toString('hex')] } }
      expect((await visits(connect(), options)).at(-1)).toBe(REFUSED)
    },
  )

  test.for<[string, (reply: never) => unknown]>([
    ['time', ([seconds]: [string]) => new Date(Number(seconds) * 1000)],
    ['time', () => null],
    ['hset', () => 'OK'],
    ['pexpire', () => undefined],
    ['renamenx', () => 'OK'],
    ['exec', () => null],
  ])('%s changed: an error, and no sign-in that is none', async ([name, transform]) => {
    commands.setReplyTransformer(name, transform)
    const [login] = await visits(connect())
    // EXEC is not transformed by every client.
    expect(name === 'exec' ? [REFUSED, SIGNED_IN[0]] : [REFUSED]).toContain(login)
  })

  test.for<[string, (args: never[]) => unknown[]]>([
    ['a hash that is taken for an object', ([key, fields]) => [key, ...Object.entries(fields ?? {}).flat()]],
    ['a hash without its last field', (args) => args.slice(0, -2)],
    ['another key', ([key, ...fields]: string[]) => [`other:${key}`, ...fields]],
    ['values as JSON', (args) => args.map((arg, i) => (i > 0 && i % 2 === 0 ? JSON.stringify(arg) : arg))],
    [
      'long values as others',
      (args: string[]) => args.map((arg) => (arg.length > 60 ? arg.toUpperCase() : arg)),
    ],
  ])('arguments of HSET, %s: an error, and no sign-in that is none', async ([, transform]) => {
    commands.setArgumentTransformer('hset', transform)
    expect((await visits(connect()))[0]).toBe(REFUSED)
  })

  test.for(['pttl', 'hgetall', 'zmscore', 'time'])('arguments of %s, another key: an error', async (name) => {
    commands.setArgumentTransformer(name, (args) => ['other', ...args.slice(1)])
    const visited = await visits(connect())
    // Who could not sign in is anonymous, and knows it.
    expect(visited).toContain(REFUSED)
  })

  test.for<[string, (args: never[]) => unknown[]]>([
    ['hset', (args) => args.map((arg, i) => (i > 0 && i % 2 === 0 ? JSON.stringify(arg) : arg))],
    ['eval', (args: string[]) => args.map((arg) => String(arg).replace(/^transformers-/, 'p:$&'))],
  ])(
    'arguments of %s, once somebody is signed in: a write fails and changes nothing',
    async ([name, transform]) => {
      const store = redisStore(connect(), { prefix: `transformers-${crypto.randomUUID()}` })
      const browser = new Browser(new Sessions({ cookie: { secure: false } }, store))
      await browser.visit((session) => session.login('ann', { data: { theme: 'dark' } }))
      for (const each of name === 'eval' ? ['eval', 'evalsha'] : [name])
        commands.setArgumentTransformer(each, transform)
      await browser.visit(async (session) => {
        await expect(session.set('theme', 'light')).rejects.toThrow(
          /Transformers of arguments.*setArgumentTransformer/,
        )
      })
      expect(await browser.visit((session) => [session.userId, session.get('theme')])).toEqual([
        'ann',
        'dark',
      ])
    },
  )

  test.for<[string, object]>([
    ['stringNumbers', { stringNumbers: true }],
    ['enableAutoPipelining', { enableAutoPipelining: true }],
    ['keyPrefix', { keyPrefix: `tenant-${crypto.randomUUID()}:` }],
    ['a keyPrefix of bytes', { keyPrefix: Buffer.from(`tenant-${crypto.randomUUID()}:`) }],
    ['showFriendlyErrorStack', { showFriendlyErrorStack: true }],
    ['RESP3 replies', { protocol: 3, replyMapping: 'resp3' }],
    ['everything at once', { stringNumbers: true, enableAutoPipelining: true, showFriendlyErrorStack: true }],
  ])('with %s everybody stays signed in', async ([, options]) => {
    expect(await visits(connect(options))).toEqual(SIGNED_IN)
  })
})

const MAPPINGS: Record<string, Record<number, unknown>> = {
  bytes: { [RESP_TYPES.BLOB_STRING]: Buffer },
  'numbers as texts': { [RESP_TYPES.NUMBER]: String },
  'maps as lists': { [RESP_TYPES.MAP]: Array },
  'maps as maps': { [RESP_TYPES.MAP]: Map },
  'everything at once': {
    [RESP_TYPES.BLOB_STRING]: Buffer,
    [RESP_TYPES.SIMPLE_STRING]: Buffer,
    [RESP_TYPES.NUMBER]: String,
    [RESP_TYPES.MAP]: Array,
    [RESP_TYPES.DOUBLE]: String,
  },
}

describe.for(['node-redis 6', 'node-redis 5', 'pool'] as const)('%s', (kind) => {
  const make = (options: object): RedisClient => {
    if (kind === 'pool') return createClientPool({ url, ...options }) as RedisClient
    return kind === 'node-redis 6' ? createClient6({ url, ...options }) : createClient5({ url, ...options })
  }

  for (const [name, typeMapping] of Object.entries(MAPPINGS)) {
    test.for([2, 3] as const)(
      `with a type mapping, ${name}, and RESP%s everybody stays signed in`,
      async (RESP) => {
        const client = make({ RESP, commandOptions: { typeMapping } })
        expect(await visits(client)).toEqual(SIGNED_IN)
      },
    )

    test(`with a client of \`withTypeMapping\`, ${name}, too`, async () => {
      const client = make({ RESP: 3 }) as unknown as {
        connect(): Promise<unknown>
        withTypeMapping(map: object): RedisClient
      }
      await client.connect()
      expect(await visits(client.withTypeMapping(typeMapping))).toEqual(SIGNED_IN)
    })
  }

  test('a module that takes the name of a command: an error', async () => {
    const odd = { parseCommand: () => undefined, transformReply: () => null }
    const visited = await visits(make({ modules: { HGETALL: { odd } } }))
    expect(visited.every((body) => body === REFUSED || body === SIGNED_IN[0])).toBe(true)
  })
})
