import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, test } from 'vitest'

import { sqliteStore } from '../../src/stores/sqlite.ts'
import { manualClock, testStore } from '../../src/testing.ts'

describe('sqliteStore conforms', () => {
  testStore({ describe, test }, () => {
    const { now, advance } = manualClock()
    const directory = mkdtempSync(join(tmpdir(), 'sojourn-sqlite-'))
    const open = () => sqliteStore({ file: join(directory, 'sessions.db'), now })
    const [store, other] = [open(), open()]
    return {
      store,
      advance,
      second: () => other,
      async close() {
        await Promise.all([store.close(), other.close()])
        rmSync(directory, { recursive: true })
      },
    }
  })
})
