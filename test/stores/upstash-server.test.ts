import { Redis as Upstash } from '@upstash/redis'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startUpstash, type UpstashServer } from '../../src/testing.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

let server: RedisServer
let direct: Redis
let upstash: UpstashServer
let client: Upstash

beforeAll(async () => {
  server = await startRedis()
  // The REST interface answers as the second version of the protocol does.
  direct = new Redis(`${server.url}/3`, { protocol: 2 })
  direct.on('error', () => undefined)
  await addUser()
  upstash = await startUpstash({ redis: `${server.url.replace('//', '//tester:sec%3Aret@')}/3` })
})
beforeEach(async () => {
  await direct.flushall()
  client = open()
})
afterAll(async () => {
  await upstash.close()
  direct.disconnect()
  await server.stop()
})

async function addUser(): Promise<void> {
  await direct.acl('SETUSER', 'tester', 'on', '>sec:ret', '~*', '&*', '+@all')
}

function open(options: { automaticDeserialization?: boolean; responseEncoding?: false } = {}): Upstash {
  const { url, token } = upstash
  return new Upstash({ url, token, automaticDeserialization: false, enableTelemetry: false, ...options })
}

/** Each is run over HTTP and directly, on a database of the same contents. */
const COMMANDS: [string, ...(string | number)[]][] = [
  ['SET', 'text', 'é😀 "quoted" \\ \n'],
  ['SET', 'ok', 'OK'],
  ['SET', 'looks like base64', 'T0s='],
  ['GET', 'text'],
  ['GET', 'ok'],
  ['GET', 'looks like base64'],
  ['GET', 'missing'],
  ['SET', 'empty', ''],
  ['GET', 'empty'],
  ['SET', 'number', '1e5'],
  ['INCRBY', 'count', 9007199254740000],
  ['HSET', 'hash', 'a', '1', 'b', '1.50', '__proto__', 'x', '', 'nameless'],
  ['HGETALL', 'hash'],
  ['HMGET', 'hash', 'a', 'missing', '__proto__'],
  ['HGETALL', 'missing'],
  ['RPUSH', 'list', 'a', 'OK', 'c'],
  ['LRANGE', 'list', 0, -1],
  ['ZADD', 'set', 9007199254740990, 'late', 1.5, 'early'],
  ['ZRANGE', 'set', 0, -1, 'WITHSCORES'],
  ['EVAL', 'return {1, "two", {"OK", false}}', 0],
  ['PEXPIRE', 'text', 1_000_000],
  ['EXISTS', 'text', 'missing'],
  ['TYPE', 'hash'],
  ['PING'],
  ['SCAN', 0, 'MATCH', 'nothing*'],
]

describe.each([{}, { responseEncoding: false }] as const)('the client of Upstash, with %o', (options) => {
  test.each(['one by one', 'in a pipeline', 'in a transaction'])(
    'sees what a client of Redis sees, %s',
    async (way) => {
      const expected: unknown[] = []
      for (const [name, ...args] of COMMANDS) expected.push(await direct.call(name, ...args))
      await direct.flushall()

      const http = open(options)
      const found: unknown[] = []
      if (way === 'one by one') for (const command of COMMANDS) found.push(await http.exec(command))
      else {
        const batch = (way === 'in a pipeline' ? http.pipeline() : http.multi()) as unknown as Batch
        for (const command of COMMANDS)
          batch.chain({ command: [...command], deserialize: (result) => result })
        found.push(...(await batch.exec()))
      }
      expect(found).toEqual(expected)
      expect(upstash.requests.at(-1)?.commands.at(-1)).toEqual(COMMANDS.at(-1)!.map(String))
    },
  )

  test('gets the errors of Redis, each in its place', async () => {
    const http = open(options)
    await http.set('text', 'a')
    await expect(http.hget('text', 'a')).rejects.toThrow('WRONGTYPE')
    await expect(http.exec(['NONSENSE'])).rejects.toThrow(/unknown command/)
    const batch = http.pipeline().get('text').hget('text', 'a').get('text')
    expect(await batch.exec({ keepErrors: true })).toEqual([
      { result: 'a', error: undefined },
      { result: undefined, error: expect.stringContaining('WRONGTYPE') },
      { result: 'a', error: undefined },
    ])
    const transaction = http.multi().set('text', 'b').hget('text', 'a')
    expect(await transaction.exec({ keepErrors: true })).toMatchObject([
      { result: 'OK' },
      { error: /WRONGTYPE/ },
    ])
    expect(await direct.get('text')).toBe('b')
  })
})

/** A batch takes any command by this method, which only its types hide. */
interface Batch {
  chain(command: { command: (string | number)[]; deserialize: (result: unknown) => unknown }): void
  exec(): Promise<unknown[]>
}

test('nothing of a transaction is executed if a command of it is refused', async () => {
  const response = await post('/multi-exec', [['SET', 'a', '1'], ['NONSENSE']])
  expect(response.status).toBe(400)
  expect(await response.json()).toEqual({ error: expect.stringMatching(/^EXECABORT/) })
  expect(await direct.exists('a')).toBe(0)
})

test('a transaction is atomic: nobody sees half of it', async () => {
  const rounds = Array.from({ length: 50 }, async () => client.multi().incr('a').incr('b').exec())
  const looks = Array.from({ length: 50 }, async () => client.multi().get('a').get('b').exec())
  for (const look of await Promise.all(looks)) expect(look[0]).toBe(look[1])
  await Promise.all(rounds)
  expect(await client.mget('a', 'b')).toEqual(['50', '50'])
})

test('commands may come as a path, with the token in the address', async () => {
  const get = async (path: string): Promise<unknown> =>
    (await fetch(`${upstash.url}${path}_token=${upstash.token}`)).json()
  expect(await get('/set/a%2Fb/c%20d/EX/100?')).toEqual({ result: 'OK' })
  expect(await get('/get/a%2Fb?')).toEqual({ result: 'c d' })
  expect(await direct.ttl('a/b')).toBe(100)
  await fetch(`${upstash.url}/set/body?EX=50&_token=${upstash.token}`, {
    method: 'POST',
    body: 'of a request',
  })
  expect([await direct.get('body'), await direct.ttl('body')]).toEqual(['of a request', 50])
})

test('a wrong token and none are refused, and execute nothing', async () => {
  for (const token of ['wrong', '', `${upstash.token}x`]) {
    const response = await post('/', ['SET', 'a', '1'], token)
    expect([response.status, await response.json()]).toEqual([
      401,
      { error: expect.stringContaining('WRONGPASS') },
    ])
  }
  expect(await direct.exists('a')).toBe(0)
})

test.each([['/'], ['/pipeline'], ['/multi-exec']])('what is no command is refused at %s', async (path) => {
  for (const body of [{}, [], 'text', null, [[]], [[null]], [['GET', {}]], [['GET', 'a'], 'b']]) {
    const response = await post(path, body)
    expect([JSON.stringify(body), response.status]).toEqual([JSON.stringify(body), 400])
    expect(await response.json()).toEqual({ error: expect.any(String) })
  }
})

test.each(['MULTI', 'SELECT', 'SUBSCRIBE', 'BLPOP', 'AUTH', 'CLIENT'])(
  '%s, which would disturb others, is refused',
  async (name) => {
    await expect(client.exec([name, '1', '1'])).rejects.toThrow('not available')
  },
)

test('it serves again when Redis is back', async () => {
  await client.set('a', '1')
  await server.restart()
  await expect
    .poll(async () =>
      addUser().then(
        () => 'done',
        () => 'not yet',
      ),
    )
    .toBe('done')
  // The first request may still meet the old connection.
  await client.get('a').catch(() => undefined)
  await client.set('a', '2')
  expect(await client.get('a')).toBe('2')
})

async function post(path: string, body: unknown, token: string = upstash.token): Promise<Response> {
  return fetch(`${upstash.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
}
