import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { replicaFindings } from '../../src/doctor/redis/replicas.ts'
import { admin, silent } from './redis/clients.ts'
import { examine } from './diagnose/examine.ts'
import { KINDS, startPatient } from './diagnose/servers.ts'

const SAFE = ['--appendonly', 'yes', '--appendfsync', 'always']

test('with a server that is configured as it should be, nothing is wrong', async () => {
  const { store } = await startPatient(SAFE)
  const findings = await examine(store())
  expect(findings.at('serious')).toEqual([])
  expect(findings.at('warning')).toEqual([])
  expect(findings.at('unknown')).toEqual([])
  expect(findings.at('note')).toEqual(['replicas'])
  expect(findings.at('ok')).toEqual([
    'atomicity',
    'durability',
    'lists',
    'reachable',
    'server-version',
    'replica-role',
    'cluster-client',
    'eviction-policy',
    'evicted-keys',
    'memory',
    'persistence',
    'persistence-failing',
    'fsync',
    'connections',
    'clock-offset',
    'permissions',
    'scripts',
    'probe',
    'round-trip',
  ])
})

test('every kind of client finds the same', async () => {
  const { store } = await startPatient(['--maxmemory', '100mb', '--maxmemory-policy', 'volatile-lru'])
  const found = async (kind?: (typeof KINDS)[number]): Promise<object> => {
    // How long a round trip takes depends on what else the machine does.
    const { 'round-trip': _, ...levels } = (await examine(store(kind))).levels
    return levels
  }
  const levels = await found()
  expect(levels).toMatchObject({ 'eviction-policy': 'serious' })
  for (const kind of KINDS) expect(await found(kind), kind).toEqual(levels)
})

test('nothing is left of it in the server, and nothing else is touched', async () => {
  const { store, redis } = await startPatient([])
  await redis.set('of another application', '1')
  await examine(store())
  await examine(store('ioredis 6'), { thorough: false })
  expect(await redis.keys('*')).toEqual(['of another application'])
})

test('a client that was passed stays open', async () => {
  const { store, redis } = await startPatient([])
  const mine = store()
  await examine(mine)
  expect(await mine.load('k')).toBeNull()
  expect(await redis.ping()).toBe('PONG')
})

describe('memory', () => {
  test('an eviction policy signs people out', async () => {
    const { store } = await startPatient(['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'])
    const { of } = await examine(store())
    expect(of('eviction-policy')).toMatchObject({
      level: 'serious',
      text: 'The eviction policy is allkeys-lru: when memory runs short, Redis signs people out.',
      cure: 'Set `maxmemory-policy noeviction`.',
    })
  })

  test('without a memory limit, an eviction policy is a warning', async () => {
    const { store } = await startPatient(['--maxmemory', '0', '--maxmemory-policy', 'volatile-ttl'])
    expect((await examine(store())).levels).toMatchObject({ 'eviction-policy': 'warning', memory: 'ok' })
  })

  test('keys that were evicted are counted', async () => {
    const { store, redis } = await startPatient(['--maxmemory', '3mb', '--maxmemory-policy', 'allkeys-lru'])
    for (let i = 0; i < 300; i++) await redis.set(`filler ${i}`, 'x'.repeat(20_000))
    const evicting = await examine(store())
    expect(evicting.of('evicted-keys')).toMatchObject({ level: 'serious' })
    expect(evicting.of('evicted-keys').text).toMatch(/^Redis has evicted [1-9]\d* keys since it started/)

    await redis.config('SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '100mb')
    expect((await examine(store())).levels).toMatchObject({ 'evicted-keys': 'note', 'eviction-policy': 'ok' })
  })

  test('a memory that is nearly full is a warning, and a full one is serious', async () => {
    const { store, redis } = await startPatient([])
    await redis.setrange('filler', 20_000_000, 'x')
    const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
    await redis.config('SET', 'maxmemory', `${Math.round(used / 0.88)}`)
    expect((await examine(store())).levels).toMatchObject({ memory: 'warning', probe: 'ok' })

    await redis.config('SET', 'maxmemory', `${Math.round(used / 2)}`)
    const { of } = await examine(store())
    expect(of('memory')).toMatchObject({ level: 'serious' })
    expect(of('probe')).toMatchObject({ level: 'serious' })
    expect(of('probe').text).toContain('when it was written (ERR_STORE_FULL)')
  })
})

describe('persistence', () => {
  test('a server that keeps nothing on disk signs everybody out when it restarts', async () => {
    const { store } = await startPatient(['--appendonly', 'no'])
    const { of, levels } = await examine(store())
    expect(of('persistence')).toMatchObject({ level: 'serious' })
    expect(of('persistence').cure).toContain('`appendonly yes`')
    expect(levels.fsync).toBeUndefined()
  })

  test('snapshots alone lose minutes', async () => {
    const { store } = await startPatient(['--save', '3600 1'])
    expect((await examine(store())).levels).toMatchObject({ persistence: 'warning' })
  })

  test.for([
    ['everysec', 'note', 'the last two seconds'],
    ['no', 'warning', 'the last half minute'],
    ['always', 'ok', 'survives loss of power'],
  ])('appendfsync %s: %s', async ([fsync, level, text]) => {
    const { store } = await startPatient(['--appendonly', 'yes', '--appendfsync', fsync!])
    const { of, levels } = await examine(store())
    expect(levels).toMatchObject({ persistence: 'ok', fsync: level })
    expect(of('fsync').text).toContain(text)
  })

  test('a snapshot that could not be written is serious', async () => {
    const { store, redis, server } = await startPatient(['--save', '3600 1'])
    rmSync(server.dir, { recursive: true })
    await redis.bgsave().catch(() => undefined)
    while (/rdb_last_bgsave_status:ok/.test(await redis.info('persistence'))) await sleep(20)
    expect((await examine(store())).levels).toMatchObject({ 'persistence-failing': 'serious' })
    // It would not end without one.
    await redis.config('SET', 'save', '')
  })
})

describe('replicas', () => {
  test('a replica is no place for sessions', async () => {
    const master = await startPatient([])
    const { store, redis } = await startPatient(['--replicaof', '127.0.0.1', `${master.server.port}`])
    while (!/master_link_status:up/.test(await redis.info('replication'))) await sleep(20)
    const { of, levels } = await examine(store())
    expect(of('replica-role')).toMatchObject({ level: 'serious' })
    expect(levels).toMatchObject({ probe: 'serious', permissions: 'ok' })
    expect(levels.replicas).toBeUndefined()
  })

  test('with replicas, it matters whether writes wait for them', async () => {
    const { store, redis, server } = await startPatient([])
    await startPatient(['--replicaof', '127.0.0.1', `${server.port}`])
    while (!/state=online,.*lag=\d/.test(await redis.info('replication'))) await sleep(20)

    const { of } = await examine(store())
    expect(of('replicas')).toMatchObject({ level: 'note' })
    expect(of('replicas').text).toMatch(/^Replicas that follow: 1 of 1\. .*a failover may undo the last ones/)
    const waiting = await examine(store('node-redis 6', { durability: 'replica' }))
    expect(waiting.of('replicas')).toMatchObject({ level: 'ok' })
    const wanting = await examine(store('node-redis 6', { durability: { replicas: 2 } }))
    expect(wanting.of('replicas')).toMatchObject({ level: 'serious' })
    expect(wanting.of('probe').text).toContain('ERR_STORE_NOT_REPLICATED')

    await redis.config('SET', 'min-replicas-to-write', '1')
    expect((await examine(store())).levels).toMatchObject({ replicas: 'ok' })
  })

  test.for([
    ['state=wait_bgsave,offset=0,lag=0', 'warning'],
    ['state=online,offset=14,lag=11', 'warning'],
    ['state=online,offset=14,lag=1', 'note'],
  ])('one that is at %s: %s', ([state, level]) => {
    const info: Record<string, string> = {
      role: 'master',
      connected_slaves: '1',
      slave0: `ip=127.0.0.1,port=6379,${state}`,
    }
    const [finding] = replicaFindings(
      {
        info: (name) => info[name],
        count: (name) => Number(info[name]),
        config: () => '0',
        clockOffset: 0,
      },
      0,
    )
    expect(finding).toMatchObject({ code: 'replicas', level })
  })
})

describe('connections', () => {
  test('few that are left are a warning, and none is serious', async () => {
    const { store, redis } = await startPatient(['--maxclients', '20'])
    const mine = store()
    expect((await examine(mine)).levels).toMatchObject({ connections: 'ok' })
    const more = Array.from({ length: 15 }, () => silent(redis.duplicate()))
    onTestFinished(() => more.forEach((client) => client.disconnect()))
    await Promise.all(more.map((client) => client.connect()))
    // Ours, the store's and those.
    expect((await examine(mine)).of('connections')).toMatchObject({
      level: 'warning',
      text: '17 of 20 connections are in use.',
    })
    await redis.config('SET', 'maxclients', '17')
    expect((await examine(mine)).levels).toMatchObject({ connections: 'serious' })
  })
})

describe('clocks', () => {
  test.for([
    [5_000, 'note', '5 s apart'],
    [-3_600_000, 'warning', '60 min apart'],
    [200, 'ok', 'agree'],
  ] as const)('%s ms apart: %s', async ([offset, level, text]) => {
    const { store } = await startPatient([])
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offset, shouldAdvanceTime: true })
    onTestFinished(() => void vi.useRealTimers())
    const { of } = await examine(store(), { thorough: false })
    expect(of('clock-offset')).toMatchObject({ level })
    expect(of('clock-offset').text).toContain(text)
  })
})

describe('a server that cannot be asked', () => {
  test.for(KINDS)('is the only finding: %s without a server', async (kind) => {
    const { store, redis, server } = await startPatient([])
    redis.disconnect()
    await server.kill9()
    const findings = await examine(store(kind), { timeout: '300ms' })
    expect(findings.at('serious')).toEqual(['reachable'])
    expect(findings.of('reachable').text).toContain('cannot be reached')
    expect(findings.at('ok')).toEqual(['atomicity', 'durability', 'lists'])
  })

  test('does not keep the doctor waiting', async () => {
    const { store, server } = await startPatient([])
    const mine = store()
    await mine.now()
    server.pause()
    onTestFinished(() => server.resume())
    expect((await examine(mine, { timeout: '200ms' })).at('serious')).toEqual(['reachable'])
  })

  // A pool keeps to itself why it cannot connect.
  const telling = KINDS.filter((kind) => !kind.endsWith('pool'))

  test.for(telling)('is told from one that refuses the password: %s', async (kind) => {
    const { store, redis } = await startPatient([])
    await redis.acl('SETUSER', 'geheim-user', 'on', '>geheim-word', '~*', '+@all')
    const right = await examine(store(kind, {}, 'geheim-user:geheim-word@'), { thorough: false })
    expect(right.levels.reachable).toBe('ok')
    const wrong = await examine(store(kind, {}, 'geheim-user:geheim-wrong@'), { timeout: '10s' })
    expect(wrong.at('serious')).toEqual(['reachable'])
    expect(wrong.of('reachable').text).toBe('Redis refuses the user or its password.')
  })
})

test('a store is examined on the connection that it has', async () => {
  const { store, server } = await startPatient([])
  const mine = store('ioredis 6')
  await mine.now()
  const look = await admin(server.url)
  onTestFinished(() => look.disconnect())
  const before = (await look.client('LIST')) as string
  await examine(mine)
  expect(((await look.client('LIST')) as string).split('\n')).toHaveLength(before.split('\n').length)
})
