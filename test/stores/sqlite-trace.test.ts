/** What Node publishes of the statements of sqliteStore: on `sqlite.db.query`, since Node 24.22. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { inspect } from 'node:util'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { sqliteStore } from '../../src/stores/sqlite.ts'
import { manualClock, testStore } from '../../src/testing.ts'
import { fields, useFixture } from './sqlite-fixture.ts'

const CHANNEL = 'sqlite.db.query'

describe('sqliteStore', () => {
  const fixture = useFixture()
  let seen: string[] = []
  const listen = (message: unknown): void => void seen.push(inspect(message, { depth: 9, showHidden: true }))
  beforeEach(() => void (seen = []))
  afterEach(() => unsubscribe(CHANNEL, listen))

  test.for([
    ['before the file is opened', true],
    ['afterwards', false],
  ] as const)('publishes neither keys nor values to who subscribed %s', async ([, isEarly]) => {
    const store = fixture.open()
    if (isEarly) subscribe(CHANNEL, listen)
    await store.create('key-0', fields({ name: 'value-0' }), fixture.lifetime())
    subscribe(CHANNEL, listen)
    await store.create('key-1', fields({ name: 'value-1' }), fixture.lifetime())
    await store.update('key-1', { set: new Map([['name', 'value-2']]) }, fixture.lifetime())
    await store.touch('key-1', fixture.lifetime())
    await store.index.add('key-list', { key: 'key-1', createdAt: fixture.clock.now(), until: 9e12 })
    expect(await store.index.entries('key-list')).toMatchObject([{ key: 'key-1' }])
    expect(await store.load('key-1')).toMatchObject({ fields: new Map([['name', 'value-2']]) })
    await store.index.remove('key-list', ['key-1'])
    await store.destroy('key-1', 'logout')
    unsubscribe(CHANNEL, listen)
    expect(await store.load('key-0')).toMatchObject({ fields: new Map([['name', 'value-0']]) })
    expect(await store.load('key-1')).toEqual({ ended: 'logout' })
    expect(seen.join('\n')).not.toMatch(/key-|value-/)
    expect(seen.some((message) => message.includes('WHERE key = argument('))).toBe(publishes())
  })

  test('keeps no value that a subscriber could ask the connection for afterwards', async () => {
    const databases = new Set<DatabaseSync>()
    const collect = (message: unknown): void =>
      void databases.add((message as { database: DatabaseSync }).database)
    subscribe(CHANNEL, collect)
    await fixture.open().create('key-0', fields(), fixture.lifetime())
    unsubscribe(CHANNEL, collect)
    for (const database of databases)
      expect(database.prepare('SELECT argument(0) AS it').get()).toEqual({ it: null })
    expect(databases.size).toBe(publishes() ? 1 : 0)
  })
})

describe('sqliteStore conforms while its statements are published', () => {
  const listen = (): void => undefined
  testStore({ describe, test }, () => {
    subscribe(CHANNEL, listen)
    const { now, advance } = manualClock()
    const directory = mkdtempSync(join(tmpdir(), 'sojourn-sqlite-'))
    const open = () => sqliteStore({ file: join(directory, 'sessions.db'), now })
    const [store, other] = [open(), open()]
    return {
      store,
      advance,
      second: () => other,
      async close() {
        unsubscribe(CHANNEL, listen)
        await Promise.all([store.close(), other.close()])
        rmSync(directory, { recursive: true })
      },
    }
  })
})

/** Whether this Node does. */
function publishes(): boolean {
  let is = false
  const listen = (): void => void (is = true)
  subscribe(CHANNEL, listen)
  const db = new DatabaseSync(':memory:')
  db.exec('SELECT 1')
  db.close()
  unsubscribe(CHANNEL, listen)
  return is
}
