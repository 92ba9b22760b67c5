import { DatabaseSync } from 'node:sqlite'
import Keyv, { type KeyvOptions } from 'keyv'
import Keyv5 from 'keyv-5'
import { describe, expect, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { fromKeyv } from '../../src/stores/keyv.ts'
import { manualClock, testStore } from '../../src/testing.ts'
import { Browser } from '../support/browser.ts'
import { inOneProcess } from './weak/one-process.ts'

const HOUR = 3_600_000
const KEY = 'x'.repeat(43)
const lifetime = { idle: HOUR, absoluteAt: Date.now() + 24 * HOUR }
const record = { meta: 'meta', fields: new Map([['a', '1']]) }

/** An adapter like those on npm, for SQLite: Keyv needs get, set, delete and clear. */
class SqliteAdapter {
  readonly db: DatabaseSync = new DatabaseSync(':memory:')

  constructor() {
    this.db.exec('CREATE TABLE IF NOT EXISTS keyv (key TEXT PRIMARY KEY, value TEXT)')
  }

  async get(key: string): Promise<string | undefined> {
    const row = this.db.prepare('SELECT value FROM keyv WHERE key = ?').get(key)
    return row?.['value'] as string | undefined
  }

  async set(key: string, value: string): Promise<void> {
    this.db.prepare('REPLACE INTO keyv VALUES (?, ?)').run(key, value)
  }

  async delete(key: string): Promise<boolean> {
    return this.db.prepare('DELETE FROM keyv WHERE key = ?').run(key).changes > 0
  }

  async clear(): Promise<void> {
    this.db.exec('DELETE FROM keyv')
  }
}

/** Version → how to make one. They differ in types alone. */
const versions: Record<string, (options?: KeyvOptions) => Keyv> = {
  'Keyv 6': (options) => new Keyv(options),
  'Keyv 5': (options) => new Keyv5(options as ConstructorParameters<typeof Keyv5>[0]) as unknown as Keyv,
}

for (const [version, make] of Object.entries(versions)) {
  describe(`fromKeyv in memory conforms, ${version}`, () => {
    testStore({ describe, test }, () => {
      const { now, advance } = manualClock()
      const keyv = make()
      const open = () => inOneProcess(fromKeyv(keyv, { now }))
      return { store: open(), second: open, advance }
    })
  })

  describe(`fromKeyv on SQLite conforms, as if from two processes, ${version}`, () => {
    testStore({ describe, test }, () => {
      const { now, advance } = manualClock()
      const adapter = new SqliteAdapter()
      const open = () => fromKeyv(make({ store: adapter, namespace: 'sessions' }), { now })
      return { store: open(), second: open, advance }
    })
  })

  describe(`fromKeyv conforms by the real clock, ${version}`, () => {
    testStore({ describe, test: test.concurrent }, () => {
      const keyv = make({ store: new SqliteAdapter() })
      return { store: inOneProcess(fromKeyv(keyv)) }
    })
  })

  describe(`fromKeyv, ${version}`, () => {
    test('says that it is not atomic, keeps no lists, and is durable only if we are told', () => {
      expect(fromKeyv(make()).capabilities).toEqual({ atomic: false, durable: false })
      expect(fromKeyv(make(), { durable: true }).capabilities.durable).toBe(true)
      expect(fromKeyv(make()).index).toBeUndefined()
    })

    // Keyv itself answers `undefined` then, which would sign everybody out.
    test.for([true, false])(
      'an adapter that fails is an error, not a missing session (others listen: %s)',
      async (listens) => {
        const adapter = new SqliteAdapter()
        const keyv = make({ store: adapter })
        if (listens) keyv.on('error', () => {})
        const store = fromKeyv(keyv)
        await store.create(KEY, record, lifetime)
        adapter.db.close()
        await expect(store.load(KEY)).rejects.toThrow('database is not open')
        await expect(store.update(KEY, {}, lifetime)).rejects.toThrow('database is not open')
        await expect(store.touch(KEY, lifetime)).rejects.toThrow('database is not open')
        await expect(store.destroy(KEY, 'logout')).rejects.toThrow('database is not open')
        await expect(store.create('y'.repeat(43), record, lifetime)).rejects.toThrow('database is not open')
      },
    )

    test('a visitor of a store that fails is told so, and signed in again when it is back', async () => {
      const adapter = new SqliteAdapter()
      const store = fromKeyv(make({ store: adapter }))
      const browser = new Browser(new Sessions({}, store))
      await browser.visit((session) => session.login('ann'))
      adapter.db.exec('ALTER TABLE keyv RENAME TO away')
      await expect(browser.visit((session) => session.userId)).rejects.toMatchObject({
        code: 'ERR_STORE_UNAVAILABLE',
      })
      adapter.db.exec('ALTER TABLE away RENAME TO keyv')
      expect(await browser.visit((session) => session.userId)).toBe('ann')
    })

    test('nobody listens for errors of the Keyv while no operation is under way', async () => {
      const keyv = make()
      const store = fromKeyv(keyv)
      await Promise.all([store.create(KEY, record, lifetime), store.load(KEY), store.load('y'.repeat(43))])
      expect(keyv.listeners('error')).toEqual([])
    })

    test('no text of a session stays for ever', async () => {
      const map = new Map<string, string | { expires?: number }>()
      const store = fromKeyv(make({ store: map, serialization: false }))
      await store.create(KEY, record, lifetime)
      await store.touch(KEY, lifetime)
      await store.destroy(KEY, 'logout')
      await store.create('y'.repeat(43), record, lifetime)
      expect(map.size).toBe(3)
      for (const kept of map.values()) {
        const { expires } = typeof kept === 'string' ? (JSON.parse(kept) as { expires?: number }) : kept
        expect(expires).toBeLessThan(Date.now() + 3 * HOUR)
      }
    })

    test.for<[string, () => unknown]>([
      ['no Keyv', () => fromKeyv(undefined as never)],
      ['a Map', () => fromKeyv(new Map() as never)],
      ['a limit of no time', () => fromKeyv(make(), { timeout: '0s' })],
    ])('%s is refused at construction', ([, make]) => {
      expect(make).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
    })
  })
}
