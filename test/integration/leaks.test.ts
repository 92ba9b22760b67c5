import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SessionOptions } from '../../src/core/options.ts'
import { admin } from '../stores/redis/clients.ts'
import { startRedis } from '../support/redis-server.ts'
import { Crowd } from './leaks/crowd.ts'
import { cutWhile, faults, startMonitor } from './leaks/faults.ts'
import type { Places } from './leaks/search.ts'
import { startLoudServer } from './leaks/server.ts'

const encryption = { keys: ['kQ3s0hFv7m2bWcJxT1dZ8nYpLr5uEaGi4oVtXwHzBMA'] }
const MISTAKES = ['function', 'too-large', 'not-integer', 'not-list', 'no-user']
const WORK = 'write read update append increment take delete touch rotate renew devices'.split(' ')

/** A server that writes down every command, and nothing in a form that could not be searched. */
const LOUD =
  '--slowlog-log-slower-than 0 --slowlog-max-len 100000 --rdbcompression no --logfile server.log --loglevel debug'

/** What lies in a folder, file by file. */
function filesIn(folder: string): Places {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => statSync(join(folder, name)).isFile())
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'latin1')]))
}

/** A day of a hundred people. */
async function live(crowd: Crowd): Promise<void> {
  expect(new Set(await crowd.all('login', ...WORK))).toEqual(new Set(['undefined']))
  expect(await crowd.all(...MISTAKES)).not.toContain('undefined')
  for (let index = 0; index < 100; index += 3) await crowd.ask(index, ['logout', 'read', 'fresh', 'write'])
  await crowd.all('login', 'read')
}

/** What the clients publish by themselves: replies, and their own errors with the arguments of commands. */
const THEIRS = /^tracing:(node-redis|ioredis):\S+ (result|error): value$/
/** How ioredis prints commands if `DEBUG` asks it to. */
const COMMAND = /^ioredis:redis (queue|write) command/

const subjects: [string, 'node-redis 6' | 'ioredis 6', SessionOptions][] = [
  ['node-redis', 'node-redis 6', {}],
  ['ioredis', 'ioredis 6', {}],
  ['ioredis and encryption', 'ioredis 6', { encryption }],
]

describe.for(subjects)('on Redis, with %s', ([, kind, options]) => {
  test('no token is seen outside of cookies, and no value in errors, logs and events', async () => {
    const redis = await startRedis({
      appendonly: true,
      args: LOUD.split(' '),
    })
    const client = await admin(redis.url)
    onTestFinished(async () => {
      client.disconnect()
      await redis.stop()
    })
    const server = await startLoudServer({ store: { kind, url: redis.url }, options })
    onTestFinished(() => server.stop())
    const isEncrypted = options.encryption !== undefined
    const crowd = new Crowd(server)
    const monitors: (() => string)[] = []
    const logs: string[] = []
    const look = async (): Promise<void> => {
      logs.push(JSON.stringify([await client.slowlog('GET', -1), await client.acl('LOG')]))
      await client.slowlog('RESET')
    }

    monitors.push(await startMonitor(redis.port))
    await live(crowd)
    await client.save()
    await look()
    for (const [index, fault] of faults.entries()) {
      const before = server.told().length
      await fault.begin(client, redis, crowd.people[index]!.browser.tokens.at(-1) ?? '')
      await crowd.ask(index, ['read', ...WORK, ...MISTAKES, 'logout', 'login'], '&hasty')
      await fault.end(client, redis)
      await expect.poll(() => server.told().slice(before), { message: fault.name }).toMatch(fault.seen)
      await expect.poll(() => crowd.ask(50, ['read'], '&hasty'), { timeout: 10_000 }).toEqual(['undefined'])
      await look()
    }
    monitors.push(await startMonitor(redis.port))
    await cutWhile(client, () => crowd.ask(50, ['write']))
    await crowd.all('login', 'write')
    await look()
    await server.stop()

    const monitor = monitors.map((read) => read()).join('\n')
    const store: Places = { monitor, logs: logs.join('\n'), ...filesIn(redis.dir) }
    const shown: Places = { told: server.told(), ...crowd.places() }
    const traces = server.traced()
    const debug = { debug: server.debugged() }
    const [tokens, values] = [crowd.tokens(), crowd.values()]
    expect(tokens.in({ ...store, ...shown, ...traces, ...debug })).toEqual([])
    expect(values.in(shown)).toEqual([])
    expect(crowd.promised).toEqual([])
    expect(values.in(traces).filter((found) => isEncrypted || !THEIRS.test(found))).toEqual([])
    const lines = debug.debug.split('\n').filter((line) => values.areIn(line))
    const isTheirs = (line: string): boolean => kind === 'ioredis 6' && COMMAND.test(line)
    expect(lines.filter((line) => isEncrypted || !isTheirs(line))).toEqual([])

    const isOurs = ([name]: [string, string]): boolean => /^(tracing:)?sojourn:/.test(name)
    const ours = Object.fromEntries(Object.entries(traces).filter(isOurs))
    expect(Object.keys(ours)).toEqual(
      expect.arrayContaining([
        'sojourn:event id',
        'tracing:sojourn:store:start id',
        'tracing:sojourn:store:error outcome',
      ]),
    )
    expect(crowd.keys().in(ours)).toEqual([])

    // The search finds what is there.
    const commands = traces[`tracing:${kind.slice(0, -2)}:command:start args`] ?? ''
    const places = ['appendonlydir/appendonly.aof.1.incr.aof', 'dump.rdb', 'logs', 'monitor']
    expect(crowd.keys().in({ ...store, commands })).toEqual(
      [...places, 'commands'].map((place) => `${place}: key`).sort(),
    )
    expect(values.in(store)).toEqual(isEncrypted ? [] : places.map((place) => `${place}: value`))
  })
})

test('on SQLite neither is, also when the file is locked, changed and damaged', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-leaks-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'data', 'sessions.db')
  const server = await startLoudServer({ store: { file } })
  onTestFinished(() => server.stop())
  const crowd = new Crowd(server)
  await live(crowd)
  const other = new DatabaseSync(file, { timeout: 30_000 })
  const met: string[] = []
  const meet = async (index: number, how = ''): Promise<void> => {
    met.push(...(await crowd.ask(index, ['read', ...WORK, ...MISTAKES, 'login'], how)))
  }
  other.exec('BEGIN IMMEDIATE')
  await meet(1, '&hasty')
  other.exec('ROLLBACK')
  await crowd.all('login')
  const store = filesIn(folder)
  other.exec('DROP TABLE sessions')
  other.close()
  await meet(2)
  writeFileSync(file, 'damaged '.repeat(10_000))
  await meet(3)
  await server.stop()

  const shown = { told: server.told(), debug: server.debugged(), ...server.traced(), ...crowd.places() }
  expect(met).toEqual(expect.arrayContaining(['ERR_STORE_TIMEOUT', 'ERR_STORE_UNAVAILABLE']))
  expect(crowd.tokens().in({ ...store, ...filesIn(folder), ...shown })).toEqual([])
  expect(crowd.values().in(shown)).toEqual([])
  expect(crowd.keys().in(server.traced())).toEqual([])
  expect(crowd.promised).toEqual([])
  expect(crowd.keys().in(store)).toEqual(['data/sessions.db-wal: key', 'data/sessions.db: key'])
  expect(crowd.values().in(store)).toEqual(['data/sessions.db-wal: value', 'data/sessions.db: value'])
})
