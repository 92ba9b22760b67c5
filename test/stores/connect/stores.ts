/**
 * Stores of express-session as people use them, each on the real thing.
 *
 * @module
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PGlite } from '@electric-sql/pglite'
import betterSqlite3SessionStore from 'better-sqlite3-session-store'
import connectPgSimple from 'connect-pg-simple'
import { RedisStore } from 'connect-redis'
import session from 'express-session'
import memorystore from 'memorystore'
import type { Pool } from 'pg'
import { createClient } from 'redis'
import sessionFileStore from 'session-file-store'
import type { ConnectStoreLike } from '../../../src/connect.ts'

/** An empty backend, and stores on it. */
export interface ConnectBackend {
  /** A store object of its own on the backend, the way another process would open it. */
  open(): ConnectStoreLike
  /** Everything that lies there, as text. */
  dump(): Promise<string>
  close(): Promise<void> | void
}

/** Name of the package → how to make an empty backend. */
export type ConnectBackends = Record<string, () => Promise<ConnectBackend> | ConnectBackend>

const MemoryStore = memorystore(session)
const FileStore = sessionFileStore(session)
const PgStore = connectPgSimple(session)
const SqliteStore = betterSqlite3SessionStore(session)

/** Its timer cannot be turned off, and would keep a process alive. */
class TimerlessSqliteStore extends SqliteStore {
  startInterval(): void {}
}

/** Those that live in the memory of one process: there is no other store object on the same backend. */
export const backends: ConnectBackends = {
  'express-session MemoryStore': () => alone(new session.MemoryStore()),
  memorystore: () => alone(new MemoryStore({})),
  'session-file-store'() {
    const path = mkdtempSync(join(tmpdir(), 'sojourn-connect-'))
    const open = () => new FileStore({ path, ttl: 86_400, retries: 0, reapInterval: -1, logFn: () => {} })
    return { open, dump: async () => dumpFiles(path), close: () => rmSync(path, { recursive: true }) }
  },
  'better-sqlite3-session-store'() {
    const path = mkdtempSync(join(tmpdir(), 'sojourn-connect-'))
    const opened: DatabaseSync[] = []
    const connect = () => {
      const client = new DatabaseSync(join(path, 'sessions.db'), { timeout: 5000 })
      // Nobody cuts the power here.
      client.exec('PRAGMA synchronous = OFF')
      opened.push(client)
      return client
    }
    return {
      open: () => new TimerlessSqliteStore({ client: connect() }),
      dump: async () => JSON.stringify(connect().prepare('SELECT * FROM sessions').all()),
      close() {
        for (const client of opened) client.close()
        rmSync(path, { recursive: true })
      },
    }
  },
}

/** connect-redis, each backend under a prefix of its own. */
export async function redisBackend(url: string): Promise<ConnectBackend> {
  const prefix = `connect-${crypto.randomUUID()}:`
  const clients = [createClient({ url }), createClient({ url })] as const
  await Promise.all(clients.map((client) => client.connect()))
  let opened = 0
  return {
    open: () => new RedisStore({ client: clients[opened++ % 2]!, prefix }),
    async dump() {
      const keys = await clients[0].keys(`${prefix}*`)
      return JSON.stringify([keys, await Promise.all(keys.map((key) => clients[0].get(key)))])
    },
    async close() {
      await clients[0].del((await clients[0].keys(`${prefix}*`)).concat('none'))
      await Promise.all(clients.map((client) => client.close()))
    },
  }
}

/** connect-pg-simple on a PostgreSQL inside this process. Backends are one after the other. */
export async function startPostgres(): Promise<{
  backend(): Promise<ConnectBackend>
  stop(): Promise<void>
}> {
  const postgres = await PGlite.create()
  // What the store uses of a pool. Texts of several statements take another way in.
  const pool = {
    query: async (text: string, values: unknown[] = []) =>
      values.length > 0 ? postgres.query(text, values) : (await postgres.exec(text)).at(-1),
  } as unknown as Pool
  const open = () => new PgStore({ pool, createTableIfMissing: true, pruneSessionInterval: false })
  return {
    async backend() {
      await postgres.exec('DROP TABLE IF EXISTS session')
      const table = await postgres.query<{ found: string }>(`SELECT to_regclass('session') AS found`)
      if (table.rows[0]?.found !== null) throw new Error('The table of sessions is still there.')
      const first = open()
      await new Promise((resolve) => first.get('none', resolve))
      // As some tables have it: room for the ids of express-session, and for nothing longer.
      await postgres.exec('ALTER TABLE session ALTER COLUMN sid TYPE varchar(32)')
      let opened = 0
      return {
        open: () => (opened++ === 0 ? first : open()),
        dump: async () => JSON.stringify((await postgres.query('SELECT * FROM session')).rows),
        close: () => {},
      }
    },
    stop: () => postgres.close(),
  }
}

function alone(store: session.Store): ConnectBackend {
  const dump = () => new Promise((resolve) => store.all?.((_, all) => resolve(all)))
  return { open: () => store, dump: async () => JSON.stringify(await dump()), close: () => {} }
}

async function dumpFiles(path: string): Promise<string> {
  const names = await readdir(path)
  const texts = await Promise.all(names.map((name) => readFile(join(path, name), 'utf8')))
  return JSON.stringify([names, texts])
}
