/**
 * A program of fifty writers on one file, which says what was acknowledged on standard output,
 * a line for each: `<key> <version>`, and version 0 when the session was ended.
 *
 *     node writers.ts <file> <disk|process> <acknowledgements>
 *
 * @module
 */

import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { sqliteStore, type Durability, type SqliteStore } from '../../../src/stores/sqlite.ts'

/** How many write at the same time. */
const WRITERS = 50
/** After how many acknowledgements the file is closed and opened again. */
const ROUND = 4000

/** The program, for `spawn`. */
export const WRITERS_PROGRAM: string = fileURLToPath(import.meta.url)

/** The list that every living session of the writers is on. */
export const LIST = 'everybody'

async function main(file: string, durability: Durability, wanted: number): Promise<void> {
  const store = sqliteStore({ file, durability })
  for (let left = wanted; left > 0; left -= ROUND) {
    const round = { left: Math.min(left, ROUND) }
    await Promise.all(Array.from({ length: WRITERS }, () => write(store, round)))
    if (left > ROUND) await store.close()
  }
  // Nothing is closed: whoever loses power has no time for it.
  process.exit()
}

/** Begins sessions, changes them and ends every other one. */
async function write(store: SqliteStore, round: { left: number }): Promise<void> {
  for (let turn = 0; round.left > 0; turn++) {
    const key = randomBytes(32).toString('base64url')
    const now = store.now()
    const lifetime = { idle: 3_600_000, absoluteAt: now + 3_600_000 }
    await store.index.add(LIST, { key, createdAt: now, until: lifetime.absoluteAt })
    await store.create(key, { meta: 'meta', fields: new Map([['version', '1']]) }, lifetime)
    acknowledge(key, 1)
    for (let version = 2; version < 5 && round.left > 0; version++) {
      await store.update(key, { increment: new Map([['version', 1]]) }, lifetime)
      acknowledge(key, version)
    }
    if (turn % 2 > 0) continue
    await store.destroy(key, 'logout')
    acknowledge(key, 0)
  }

  function acknowledge(key: string, version: number): void {
    round.left--
    // At once, and in the order of things: no stream in between.
    writeSync(1, `${key} ${version}\n`)
  }
}

if (process.argv[1] === WRITERS_PROGRAM) {
  const [file = '', durability = '', wanted = ''] = process.argv.slice(2)
  await main(file, durability as Durability, Number(wanted))
}
