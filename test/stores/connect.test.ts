import { afterAll, beforeAll, describe, inject, test, vi } from 'vitest'
import { fromConnectStore } from '../../src/connect.ts'
import { manualClock, testStore, type StoreUnderTest } from '../../src/testing.ts'
import { backends, redisBackend, startPostgres, type ConnectBackend } from './connect/stores.ts'
import { inOneProcess } from './weak/one-process.ts'

// PostgreSQL inside this process takes its time, and so do lists.
vi.setConfig({ testTimeout: 60_000 })

const url = inject('redisUrl')
let postgres: Awaited<ReturnType<typeof startPostgres>>

beforeAll(async () => {
  postgres = await startPostgres()
})

afterAll(() => postgres.stop())

const all: Record<string, () => Promise<ConnectBackend> | ConnectBackend> = {
  ...backends,
  'connect-redis': () => redisBackend(url),
  'connect-pg-simple': () => postgres.backend(),
}

/** Those with an `all()`, so that lists can be kept. It is slow: connect-redis has a test of its own. */
const LISTING = ['express-session MemoryStore', 'memorystore', 'better-sqlite3-session-store']

for (const [name, makeBackend] of Object.entries(all)) {
  const lists = LISTING.includes(name)

  describe(`${name}, as if from two processes`, () => {
    testStore({ describe, test }, async (): Promise<StoreUnderTest> => {
      const { now, advance } = manualClock()
      const backend = await makeBackend()
      const open = () => fromConnectStore(backend.open(), { now, lists })
      return { store: open(), second: open, advance, close: async () => backend.close() }
    })
  })

  describe(`${name}, from one process`, () => {
    testStore({ describe, test }, async (): Promise<StoreUnderTest> => {
      const { now, advance } = manualClock()
      const backend = await makeBackend()
      const client = backend.open()
      const open = () => inOneProcess(fromConnectStore(client, { now, lists }))
      return { store: open(), second: open, advance, close: async () => backend.close() }
    })
  })
}

for (const name of ['memorystore', 'better-sqlite3-session-store', 'connect-redis']) {
  describe(`${name}, by the real clock`, () => {
    testStore({ describe, test: test.concurrent }, async () => {
      const backend = await all[name]!()
      const open = () => fromConnectStore(backend.open())
      return { store: open(), second: open, close: async () => backend.close() }
    })
  })
}
