import { describe, expect, onTestFinished, test } from 'vitest'
import { beneath, type Change } from '../../src/core/store.ts'
import { storeCommands } from '../../src/doctor/redis/rights.ts'
import { upstashStore } from '../../src/stores/upstash.ts'
import { startUpstash, type UpstashServer } from '../../src/testing.ts'
import { examine } from './diagnose/examine.ts'
import { KINDS, startPatient, type Patient } from './diagnose/servers.ts'
import { lifetime, record, useFixture } from './redis/fixture.ts'

const AS = 'geheim-user:geheim-word@'
const ALL = ['on', '>geheim-word', '~geheim-prefix:*', '+@all']

async function startWithUser(...rules: string[]): Promise<Patient> {
  const patient = await startPatient(['--appendonly', 'yes', '--appendfsync', 'always'])
  await patient.redis.acl('SETUSER', 'geheim-user', ...ALL, ...rules)
  return patient
}

// Glide itself asks for INFO, and does not connect without an answer.
const others = KINDS.filter((kind) => !kind.startsWith('glide'))

test.for(others)('what a server does not say is unknown, and never in order: %s', async (kind) => {
  const { store } = await startWithUser('-config', '-info')
  const { levels, at } = await examine(store(kind, {}, AS))
  expect(at('unknown')).toEqual([
    'server-version',
    'replica-role',
    'cluster-client',
    'replicas',
    'eviction-policy',
    'evicted-keys',
    'memory',
    'persistence',
    'persistence-failing',
    'connections',
  ])
  expect(levels).toMatchObject({ reachable: 'ok', permissions: 'ok', probe: 'ok' })
})

test('a client that cannot connect without INFO is told apart', async () => {
  const { store } = await startWithUser('-info')
  const { of, at } = await examine(store('glide', {}, AS))
  expect(at('serious')).toEqual(['reachable'])
  expect(of('reachable').text).toBe('Redis refuses a command that the client needs to connect.')
})

describe.for(KINDS)('%s', (kind) => {
  test('commands that are forbidden are named', async () => {
    const { store } = await startWithUser('-hincrby', '-zadd')
    const { of, levels } = await examine(store(kind, {}, AS))
    expect(of('permissions')).toMatchObject({ level: 'serious' })
    expect(of('permissions').text).toBe('The user may not run ZADD, HINCRBY on the keys of the store.')
    expect(levels).toMatchObject({ scripts: 'ok', probe: 'ok' })
  })

  test('forbidden scripts are a warning, and forbidden transactions serious', async () => {
    const { store } = await startWithUser('-eval')
    expect((await examine(store(kind, {}, AS))).levels).toMatchObject({
      scripts: 'warning',
      permissions: 'ok',
      probe: 'ok',
    })
    const without = await startWithUser('-multi')
    const { of } = await examine(without.store(kind, {}, AS))
    expect(of('permissions').text).toBe('The user may not run MULTI on the keys of the store.')
    expect(of('probe')).toMatchObject({ level: 'serious' })
  })
})

test('without CONFIG, what INFO says is known', async () => {
  const { store, redis } = await startWithUser('-config')
  const { levels, at } = await examine(store('node-redis 6', {}, AS))
  expect(at('unknown')).toEqual(['fsync'])
  expect(levels).toMatchObject({
    'eviction-policy': 'ok',
    persistence: 'ok',
    connections: 'ok',
    replicas: 'note',
  })

  await redis.config('SET', 'appendonly', 'no')
  expect((await examine(store('ioredis 6', {}, AS))).levels).toMatchObject({ persistence: 'unknown' })
})

test('without INFO, what CONFIG says is known', async () => {
  const { store } = await startWithUser('-info')
  const { levels } = await examine(store('node-redis 6', {}, AS))
  expect(levels).toMatchObject({
    'eviction-policy': 'ok',
    'evicted-keys': 'unknown',
    persistence: 'ok',
    'persistence-failing': 'unknown',
    fsync: 'ok',
    connections: 'unknown',
  })
})

test('keys that are forbidden are found', async () => {
  const { store } = await startWithUser('resetkeys', '~other:*')
  const { of, levels } = await examine(store('node-redis 6', {}, AS))
  expect(of('permissions').text).toMatch(/^The user may not run HSET, .*DEL on the keys of the store\.$/)
  expect(levels).toMatchObject({ probe: 'serious', scripts: 'warning' })
})

test('a user without TIME, whom the store cannot serve, is told so', async () => {
  const { store } = await startWithUser('-time')
  const { of, levels } = await examine(store('node-redis 6', {}, AS))
  expect(of('permissions').text).toBe('The user may not run TIME on the keys of the store.')
  expect(levels).toMatchObject({ 'clock-offset': 'unknown', probe: 'serious' })
})

describe('the list of commands', () => {
  const fixture = useFixture()

  test('is that of the store', async () => {
    const store = await fixture.open('ioredis 6')
    const life = await lifetime(store)
    const past = { idle: 1000, absoluteAt: 1 }
    const change: Change = {
      set: new Map([['a', '2']]),
      delete: ['c'],
      take: ['b'],
      increment: new Map([['n', 1]]),
    }
    const sent = await fixture.commandsOf(async () => {
      await store.create('k', record({ a: '1', b: '1' }), life)
      await store.load('k', 'l')
      await store.update('k', change, life)
      await store.update('k', { ...change, expect: new Map([['a', '2']]) }, life)
      await store.update('missing', change, life)
      await store.touch('k', life)
      await store.touch('k', { idle: 86_400_000, absoluteAt: (await store.now()) + 1000 })
      await store.destroy('k', 'logout')
      await store.destroy('k', 'logout')
      await store.update('k', change, past)
      const now = await store.now()
      await store.index.add('l', { key: 'k', createdAt: now, until: now + 1000 })
      await store.index.entries('l')
      await store.index.remove('l', ['k'])
    })
    await (await fixture.open('ioredis 5')).now()
    // Those that a connection begins with, and TIME, which is asked with the first packet of a store.
    const beginning = new Set(['HELLO', 'INFO', 'CLIENT', 'TIME'])
    const names = new Set(sent.map(([name]) => name).filter((name) => !beginning.has(name!)))
    const { TIME, ...listed } = storeCommands(store[beneath], 'x')
    expect(TIME).toEqual([])
    expect(names).toEqual(new Set([...Object.keys(listed), 'MULTI', 'EXEC', 'EVAL', 'HGET']))
  })
})

describe('over HTTP', () => {
  const addressOf = ({ url, token }: UpstashServer): { url: string; token: string } => ({ url, token })

  test('a server that answers everything is examined like any other', async () => {
    const { server } = await startPatient(['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru'])
    const upstash = await startUpstash({ redis: server.url })
    onTestFinished(() => upstash.close())
    const { levels } = await examine(upstashStore(addressOf(upstash), { prefix: 'geheim-prefix' }))
    expect(levels).toMatchObject({
      'eviction-policy': 'serious',
      persistence: 'serious',
      permissions: 'ok',
      scripts: 'ok',
      probe: 'ok',
      'round-trip': 'ok',
      'clock-offset': 'ok',
    })
  })

  test('what a database does not say is unknown', async () => {
    const { server, redis } = await startWithUser('~*')
    const upstash = await startUpstash({ redis: server.url })
    onTestFinished(() => upstash.close())
    await redis.acl('SETUSER', 'default', '-config', '-info')
    const { at, levels } = await examine(upstashStore(addressOf(upstash), { prefix: 'geheim-prefix' }))
    expect(at('unknown')).toContain('eviction-policy')
    expect(at('unknown')).toContain('persistence')
    expect(levels).toMatchObject({ reachable: 'ok', probe: 'ok', permissions: 'ok' })
  })

  test('a wrong token is told from a database that is away', async () => {
    const { server } = await startPatient([])
    const upstash = await startUpstash({ redis: server.url })
    const wrong = upstashStore({ url: upstash.url, token: 'geheim' })
    expect((await examine(wrong)).of('reachable').text).toContain('refuses the user or its password')
    await upstash.close()
    const { of, at } = await examine(upstashStore(addressOf(upstash)))
    expect(of('reachable').text).toContain('cannot be reached')
    expect(at('serious')).toEqual(['reachable'])
  })
})
