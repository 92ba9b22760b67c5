/**
 * What a session costs over a bare prepared SELECT, and what group commit gives.
 *
 * @module
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSessions } from 'sojourn'
import { sqliteStore } from 'sojourn/stores/sqlite'
import { compare, inParallel, report } from './measure.ts'
import { createVisitors, readOne } from './visitors.ts'

const VISITORS = 500

export async function benchSqlite(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'sojourn-bench-'))
  const file = join(dir, 'sessions.db')
  const sessions = createSessions({ store: sqliteStore({ file }) })
  const headers = await createVisitors(sessions, VISITORS)
  try {
    await benchReads()
    await benchWrites()
  } finally {
    await sessions.close()
    rmSync(dir, { recursive: true, force: true })
  }

  async function benchReads(): Promise<void> {
    const database = new DatabaseSync(file)
    const columns = database
      .prepare('SELECT * FROM sessions LIMIT 1')
      .columns()
      .map(({ name }) => name)
    const select = database.prepare(`SELECT ${columns.join(', ')} FROM sessions WHERE key = ?`)
    const keys = database
      .prepare('SELECT key FROM sessions')
      .all()
      .map((row) => row['key'] as string)
    const times = await compare(
      [
        {
          name: 'bare',
          async run(count) {
            for (let i = 0; i < count; i++) select.get(keys[i % VISITORS] ?? '')
          },
        },
        {
          name: 'ours',
          async run(count) {
            for (let i = 0; i < count; i++) await readOne(sessions, headers[i % VISITORS] ?? '')
          },
        },
      ],
      50_000,
    )
    database.close()
    report(
      'SQLite: session and one get to bare prepared SELECT, time',
      (times.get('ours') ?? 0) / (times.get('bare') ?? 1),
      '≤ 2.50',
    )
  }

  async function benchWrites(): Promise<void> {
    const write = async (i: number): Promise<void> => {
      const session = await sessions.open({ header: headers[i % VISITORS] ?? '', send: () => () => {} })
      await session.set('visits', i)
    }
    const times = await compare(
      [
        { name: 'one', run: (count) => inParallel(count, 1, write) },
        { name: 'many', run: (count) => inParallel(count, 64, write) },
      ],
      4000,
      5,
    )
    report(
      'SQLite: 64 durable writes at a time to one by one, rate',
      (times.get('one') ?? 0) / (times.get('many') ?? 1),
      '≥ 5.00',
    )
  }
}
