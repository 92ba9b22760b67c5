/** @module The stores of ours that express-session and Fastify are run on. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { Redis } from 'ioredis'
import type { Store } from '../../../src/core/store.ts'
import { memoryStore } from '../../../src/stores/memory.ts'
import { redisStore } from '../../../src/stores/redis.ts'
import { sqliteStore } from '../../../src/stores/sqlite.ts'

/** A store on an empty backend. */
export interface Backend {
  store: Store
  /** Everything that lies there, as text; of what lies in this process, everything it was given. */
  dump(): Promise<string>
  close(): Promise<void>
}

/** Name → how to open it. */
export const backends: Record<string, (redisUrl: string) => Backend> = {
  memory() {
    const memory = memoryStore()
    const { store, given } = counted(memory)
    return { store, dump: async () => inspect(given, { depth: null }), close: async () => memory.close() }
  },
  sqlite() {
    const folder = mkdtempSync(join(tmpdir(), 'sojourn-to-connect-'))
    const store = sqliteStore({ file: join(folder, 'sessions.db') })
    const read = (name: string) => readFileSync(join(folder, name), 'latin1')
    return {
      store,
      dump: async () => readdirSync(folder).map(read).join('\n'),
      async close() {
        await store.close()
        rmSync(folder, { recursive: true })
      },
    }
  },
  redis(url) {
    const prefix = `to-connect-${crypto.randomUUID()}`
    const redis = new Redis(url)
    return {
      store: redisStore(redis, { prefix }),
      async dump() {
        const keys = await redis.keys(`${prefix}:*`)
        return JSON.stringify([keys, await Promise.all(keys.map((key) => redis.hgetall(key)))])
      },
      async close() {
        await redis.quit()
      },
    }
  },
}

/** The same store, noting what it is asked, and with which arguments. */
export function counted(store: Store): { store: Store; asked: string[]; given: unknown[] } {
  const asked: string[] = []
  const given: unknown[] = []
  const counting = new Proxy(store, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property)
      if (typeof value !== 'function') return value
      return (...args: unknown[]): unknown => {
        asked.push(String(property))
        given.push(args)
        return Reflect.apply(value, target, args)
      }
    },
  })
  return { store: counting, asked, given }
}
