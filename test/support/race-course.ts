/**
 * Two servers on one store, in two processes wherever the store can be shared, and a look into
 * the store past all of our code.
 *
 * @module
 */

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createClient } from 'redis'
import { isAlive, type Store } from '../../src/core/store.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import { interfered } from './pausing-store.ts'
import { type Racer, racerOn } from './racer.ts'
import { startRacer } from './racing-process.ts'

/** See the module. */
export interface RaceCourse {
  /** The server in this process. */
  here: Racer
  /** The other server. */
  there: Racer
  /** The process it runs in. */
  pid: number
  /** The keys under which the store holds anything but the reason why it ended. */
  heldKeys(): Promise<string[]>
  close(): Promise<void>
}

/** One process for both, as there is no sharing memory. */
export async function memoryCourse(): Promise<RaceCourse> {
  const store = memoryStore()
  const keys = new Set<string>()
  const noted: Store = {
    ...interfered(store, {}),
    create(key, ...rest) {
      keys.add(key)
      return store.create(key, ...rest)
    },
  }
  return {
    here: racerOn(noted),
    there: racerOn(noted),
    pid: process.pid,
    heldKeys: async () => [...keys].filter((key) => isAlive(store.load(key))),
    close: async () => store.close(),
  }
}

/** Two processes, one file. */
export async function sqliteCourse(): Promise<RaceCourse> {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-races-'))
  const file = join(folder, 'sessions.db')
  const other = await startRacer({ file })
  const store = sqliteStore({ file, durability: 'process' })
  return {
    here: racerOn(store),
    there: other.racer,
    pid: other.pid,
    async heldKeys() {
      if (!existsSync(file)) return []
      const db = new DatabaseSync(file, { readOnly: true })
      const rows = db.prepare('SELECT key FROM sessions WHERE record IS NOT NULL').all()
      db.close()
      return rows.map((row) => String(row['key']))
    },
    async close() {
      await other.stop()
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Two processes, one Redis, and a client of another kind in each. */
export async function redisCourse(url: string): Promise<RaceCourse> {
  const prefix = `races-${crypto.randomUUID()}`
  const other = await startRacer({ url, prefix })
  const client = createClient({ url })
  const store = redisStore(client, { prefix })
  await store.now()
  return {
    here: racerOn(store),
    there: other.racer,
    pid: other.pid,
    async heldKeys() {
      const names: string[] = []
      for await (const batch of client.scanIterator({ MATCH: `${prefix}:{*`, COUNT: 1000 }))
        names.push(...batch)
      const fields = await Promise.all(names.map((name) => client.hKeys(name)))
      return names
        .filter((_, i) => fields[i]!.some((field) => field !== '!'))
        .map((name) => name.slice(prefix.length + 2, -1))
    },
    async close() {
      await other.stop()
      await store.close()
      await client.close()
    },
  }
}
