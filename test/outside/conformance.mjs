/** The contract of stores, on whatever runs this file: prints what failed, and how many. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore } from 'sojourn/stores/memory'
import { sqliteStore } from 'sojourn/stores/sqlite'
import { manualClock, testStore } from 'sojourn/testing'

const tests = []
const names = []

function describe(name, body) {
  names.push(name)
  body()
  names.pop()
}

function test(name, body) {
  tests.push([[...names, name].join(' > '), body])
}

describe('memory', () =>
  testStore({ describe, test }, () => {
    const { now, advance } = manualClock()
    return { store: memoryStore({ now }), advance }
  }))

describe('SQLite', () =>
  testStore({ describe, test }, () => {
    const { now, advance } = manualClock()
    const folder = mkdtempSync(join(tmpdir(), 'sojourn-conformance-'))
    const open = [sqliteStore({ file: join(folder, 'sessions.db'), now })]
    return {
      store: open[0],
      second() {
        const store = sqliteStore({ file: join(folder, 'sessions.db'), now })
        open.push(store)
        return store
      },
      advance,
      async close() {
        await Promise.all(open.map((store) => store.close()))
        rmSync(folder, { recursive: true })
      },
    }
  }))

let failed = 0
for (const [name, body] of tests) {
  try {
    await body()
  } catch (error) {
    failed += 1
    console.log(name, error)
  }
}
console.log(`${tests.length - failed} passed, ${failed} failed`)
process.exit()
