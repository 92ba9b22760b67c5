/**
 * Stores with a door at the back: what lies in the engine can be written and looked at
 * without the store knowing.
 *
 * @module
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { Redis } from 'ioredis'
import { isAlive, type Store } from '../../src/core/store.ts'
import { pack } from '../../src/stores/sqlite/packed-record.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import { admin, clients, type ClientKind } from '../stores/redis/clients.ts'
import { startRedis } from './redis-server.ts'

/** What is to lie in the engine; bytes need be no text. */
export interface Raw {
  meta: string | Uint8Array
  fields: ReadonlyMap<string | Uint8Array, string | Uint8Array>
}

/** A place of its own with a store on it. */
export interface Engine {
  store: Store
  /** Writes a record past the store, in place of what is there. */
  plant(key: string, raw: Raw): Promise<void>
  /** Everything under a key, byte for byte. */
  look(key: string): Promise<unknown>
  close(): Promise<void>
}

const HOUR = 3_600_000

/** An engine in this process. It takes texts only. */
export function memoryEngine(): Engine {
  const store = memoryStore()
  return {
    store,
    async plant(key, { meta, fields }) {
      const lifetime = { idle: HOUR, absoluteAt: store.now() + HOUR }
      const texts = [...fields].map(([name, text]) => [textOf(name), textOf(text)] as const)
      store.create(key, { meta: textOf(meta), fields: new Map(texts) }, lifetime)
    },
    async look(key) {
      const record = store.load(key)
      return isAlive(record) ? [record.meta, new Map(record.fields)] : record
    },
    close: async () => store.close(),
  }
}

/** An engine in a file. */
export interface SqliteEngine extends Engine {
  /** Writes the columns of a row. */
  write(
    key: string,
    columns: { record?: SQLInputValue; ends_at?: SQLInputValue; ended?: SQLInputValue },
  ): void
  /** Makes every entry of every list one that no clock fits. */
  damageEntries(): void
}

export async function sqliteEngine(): Promise<SqliteEngine> {
  const directory = mkdtempSync(join(tmpdir(), 'sojourn-hostile-'))
  const file = join(directory, 'sessions.db')
  const store = sqliteStore({ file, durability: 'process' })
  // The file and its tables are made by the first write.
  await store.create('first', { meta: '', fields: new Map() }, { idle: HOUR, absoluteAt: Date.now() + HOUR })
  const db = new DatabaseSync(file)
  db.exec('PRAGMA busy_timeout = 5000; PRAGMA synchronous = OFF')
  const select = db.prepare(
    'SELECT typeof(record) AS type, hex(record) AS record, typeof(ends_at) AS number, quote(ends_at) AS ends_at, hex(ended) AS ended FROM sessions WHERE key = ?',
  )
  const replace = db.prepare('REPLACE INTO sessions (key, ends_at, ended, record) VALUES (?, ?, ?, ?)')
  // Bytes that are to be a text, and not a BLOB.
  const replaceText = db.prepare(
    "REPLACE INTO sessions (key, ends_at, ended, record) VALUES (?, ?, 'idle', CAST(? AS TEXT))",
  )
  const write: SqliteEngine['write'] = (key, { record = '', ends_at = Date.now() + HOUR, ended = 'idle' }) =>
    void replace.run(key, ends_at, ended, record)
  return {
    store,
    write,
    damageEntries: () => db.exec(`UPDATE entries SET until = ${2n ** 62n}, created_at = 'x'`),
    async plant(key, { meta, fields }) {
      const packed = Buffer.concat([meta, ...[...fields].flat()].map(packedPart))
      replaceText.run(key, Date.now() + HOUR, packed)
    },
    look: async (key) => select.get(key),
    async close() {
      db.close()
      await store.close()
      rmSync(directory, { recursive: true })
    },
  }
}

/** An engine in a server. */
export interface RedisEngine extends Engine {
  redis: Redis
  /** The name of a session's hash. */
  nameOf(key: string): string
}

export async function redisEngine(kind: ClientKind): Promise<RedisEngine> {
  const server = await startRedis()
  const redis = await admin(server.url)
  const store = redisStore(() => clients[kind](server.url))
  const nameOf = (key: string): string => `sojourn:{${key}}`
  return {
    store,
    redis,
    nameOf,
    async plant(key, { meta, fields }) {
      const all = [['@', meta], ...fields].flat().map((part) => Buffer.from(part))
      const name = nameOf(key)
      await redis
        .multi()
        .del(name)
        .hset(name, ...all)
        .pexpire(name, HOUR)
        .exec()
    },
    look: async (key) => [
      await redis.type(nameOf(key)),
      (await redis.dumpBuffer(nameOf(key)))?.toString('hex'),
    ],
    async close() {
      await store.close()
      redis.disconnect()
      await server.stop()
    },
  }
}

function textOf(part: string | Uint8Array): string {
  return typeof part === 'string' ? part : Buffer.from(part).toString()
}

/** A part as `pack` writes it, of bytes that need be no text. */
function packedPart(part: string | Uint8Array): Buffer {
  const header = pack(' '.repeat(textOf(part).length), new Map()).slice(0, 4)
  return Buffer.concat([Buffer.from(header), Buffer.from(part)])
}
