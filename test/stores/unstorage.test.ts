import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'
import { createStorage, prefixStorage } from 'unstorage'
import fsDriver from 'unstorage/drivers/fs'
import memoryDriver from 'unstorage/drivers/memory'
import redisDriver from 'unstorage/drivers/redis'
import { describe, expect, inject, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { leaseName, nameOf } from '../../src/stores/key-value/names.ts'
import { fromUnstorage } from '../../src/stores/unstorage.ts'
import { manualClock, testStore } from '../../src/testing.ts'
import { Browser } from '../support/browser.ts'
import { inOneProcess } from './weak/one-process.ts'

const url = inject('redisUrl')
const HOUR = 3_600_000
const lifetime = { idle: HOUR, absoluteAt: Date.now() + 24 * HOUR }
const record = { meta: 'meta', fields: new Map([['a', '1']]) }

function folder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'sojourn-unstorage-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

describe('fromUnstorage in memory conforms', () => {
  testStore({ describe, test }, () => {
    const { now, advance } = manualClock()
    const storage = createStorage({ driver: memoryDriver() })
    const open = () => inOneProcess(fromUnstorage(storage, { now }))
    return { store: open(), second: open, advance }
  })
})

describe('fromUnstorage in files conforms, as if from two processes', () => {
  testStore({ describe, test }, () => {
    const { now, advance } = manualClock()
    const { path, remove } = folder()
    const open = () => fromUnstorage(createStorage({ driver: fsDriver({ base: path }) }), { now })
    return { store: open(), second: open, advance, close: remove }
  })
})

describe('fromUnstorage in files conforms, from one process', () => {
  testStore({ describe, test }, () => {
    const { now, advance } = manualClock()
    const { path, remove } = folder()
    const storage = createStorage({ driver: fsDriver({ base: path }) })
    const open = () => inOneProcess(fromUnstorage(storage, { now }))
    return { store: open(), second: open, advance, close: remove }
  })
})

describe('fromUnstorage in Redis conforms by the real clock', () => {
  testStore({ describe, test: test.concurrent }, () => {
    const base = `unstorage-${crypto.randomUUID()}`
    const storages = [redisDriver({ url, base }), redisDriver({ url, base })].map((driver) =>
      createStorage({ driver }),
    )
    const close = async () => void (await Promise.all(storages.map((storage) => storage.dispose())))
    return { store: fromUnstorage(storages[0]!), second: () => fromUnstorage(storages[1]!), close }
  })
})

describe('fromUnstorage', () => {
  test('says that it is not atomic, keeps no lists, and is durable only if we are told', () => {
    const storage = createStorage()
    expect(fromUnstorage(storage).capabilities).toEqual({ atomic: false, durable: false })
    expect(fromUnstorage(storage, { durable: true }).capabilities.durable).toBe(true)
    expect(fromUnstorage(storage).index).toBeUndefined()
  })

  test('a session ends on time on a driver that forgets nothing, and is removed when somebody looks', async () => {
    const { now, advance } = manualClock()
    const { path, remove } = folder()
    const store = fromUnstorage(createStorage({ driver: fsDriver({ base: path }) }), { now })
    await store.create('x'.repeat(43), record, { idle: HOUR, absoluteAt: now() + 24 * HOUR })
    advance(HOUR)
    expect(await store.load('x'.repeat(43))).toEqual({ ended: 'idle' })
    expect(readdirSync(path)).toHaveLength(2)
    advance(HOUR)
    expect(await store.load('x'.repeat(43))).toBeNull()
    expect(readdirSync(path)).toEqual([])
    remove()
  })

  test('a driver that knows deadlines is told one: nothing stays in Redis for ever', async () => {
    const base = `unstorage-${crypto.randomUUID()}`
    const storage = createStorage({ driver: redisDriver({ url, base }) })
    const store = fromUnstorage(storage)
    const key = 'x'.repeat(43)
    await store.create(key, record, lifetime)
    await store.touch(key, lifetime)
    const redis = createClient({ url })
    await redis.connect()
    const keys = await redis.keys(`${base}:*`)
    const left = await Promise.all(keys.map((each) => redis.ttl(each)))
    expect(keys).toHaveLength(2)
    expect(Math.min(...left)).toBeGreaterThan(3600)
    expect(Math.max(...left)).toBeLessThan(3 * 3600)
    await store.destroy(key, 'logout')
    expect(await redis.keys(`${base}:*`)).toHaveLength(1)
    expect(await redis.ttl(`${base}:${leaseName(await nameOf(key))}`)).toBeLessThanOrEqual(300)
    await redis.close()
    await storage.dispose()
  })

  test('a session that is read while its file is being written is whole', async () => {
    const { path, remove } = folder()
    const store = fromUnstorage(createStorage({ driver: fsDriver({ base: path }) }))
    const key = 'x'.repeat(43)
    const large = 'x'.repeat(200_000)
    await store.create(key, { meta: 'meta', fields: new Map([['large', large]]) }, lifetime)
    let reading = true
    const reader = (async () => {
      let unreadable = 0
      for (let i = 0; reading; i++) {
        const answer = await store.load(key)
        if (answer === null || 'ended' in answer || answer.meta !== 'meta') unreadable++
      }
      return unreadable
    })()
    for (let i = 0; i < 100; i++) await store.update(key, { set: new Map([['n', `${i}`]]) }, lifetime)
    reading = false
    expect(await reader).toBe(0)
    remove()
  })

  test('what is damaged makes a visitor anonymous, and stays where it is', async () => {
    const { path, remove } = folder()
    const events: unknown[] = []
    const storage = createStorage({ driver: fsDriver({ base: path }) })
    const onEvent = (event: object) => void events.push(event)
    const sessions = new Sessions<{ a?: number }>({ onEvent }, fromUnstorage(storage))
    const browser = new Browser(sessions)
    await browser.visit((session) => session.set('a', 1))
    const [name] = readdirSync(path).filter((file) => !file.endsWith('-l'))
    for (const damaged of ['', '{"v":1}', '~{"v":2}', '~nonsense', 'true', '~null', '~{"v":1,"number":1}']) {
      await storage.setItemRaw(name!, damaged)
      expect(await browser.visit((session) => session.get('a'))).toBeUndefined()
      expect(events.at(-1)).toMatchObject({ type: 'unreadable' })
      expect(readFileSync(join(path, name!), 'utf8')).toBe(damaged)
    }
    remove()
  })

  test('sessions may share a storage with others, under a prefix', async () => {
    const storage = createStorage()
    await storage.setItem('other', 'mine')
    const store = fromUnstorage(prefixStorage(storage, 'sessions'))
    await store.create('x'.repeat(43), record, lifetime)
    expect(await storage.getKeys('sessions')).toHaveLength(2)
    expect(await storage.getItem('other')).toBe('mine')
  })

  test('twenty requests at once each write what is theirs, and all of it stays', async () => {
    const browser = new Browser(new Sessions<Record<string, number>>({}, fromUnstorage(createStorage())))
    await browser.visit((session) => session.set('first', 1))
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => browser.visit((session) => session.set(`k${i}`, i))),
    )
    expect(Object.keys(await browser.visit((session) => session.getAll()))).toHaveLength(21)
  })

  test.for<[string, () => unknown]>([
    ['no storage', () => fromUnstorage(undefined as never)],
    ['another object', () => fromUnstorage({} as never)],
    ['a limit of no time', () => fromUnstorage(createStorage(), { timeout: '0s' })],
    ['a clock that is no function', () => fromUnstorage(createStorage(), { now: 1 as never })],
    ['durability in words', () => fromUnstorage(createStorage(), { durable: 'yes' as never })],
  ])('%s is refused at construction', ([, make]) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  })
})
