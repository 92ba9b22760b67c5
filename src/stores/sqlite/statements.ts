/**
 * Statements whose values stay between us and SQLite.
 *
 * Newer versions of Node publish each statement on the diagnostics channel `sqlite.db.query`, with
 * its parameters written out. While there is a subscriber, the values therefore reach SQLite through
 * a function, and what is published says `argument(0)` in their place. Without one they are bound,
 * which is faster.
 *
 * @module
 */

import { nodeBuiltin } from '../../core/runtime.ts'

/** An open database of `node:sqlite`; its types come without an import, like the module itself. */
type Sqlite = InstanceType<ReturnType<typeof process.getBuiltinModule<'node:sqlite'>>['DatabaseSync']>
type Prepared = ReturnType<Sqlite['prepare']>
type Value = string | number | null
type Row = NonNullable<ReturnType<Prepared['get']>>

/** What prepares statements. */
export interface Database {
  prepare(sql: string): Statement
}

/** A prepared statement: that of `node:sqlite`, with positional parameters only. */
export interface Statement {
  get(...values: Value[]): Row | undefined
  all(...values: Value[]): Row[]
  run(...values: Value[]): { changes: number | bigint }
  setReturnArrays(areArrays: boolean): void
}

const published = nodeBuiltin('node:diagnostics_channel')?.channel('sqlite.db.query')

/** Prepares the statements of one connection, with `?` for their values. */
export function quietly(db: Sqlite): Database {
  let staged: readonly Value[] = []
  let hasFunction = false

  function rewritten(sql: string): Prepared {
    if (!hasFunction) {
      db.function(
        'argument',
        { deterministic: true, directOnly: true },
        (index) => staged[Number(index)] ?? null,
      )
      hasFunction = true
    }
    let count = 0
    return db.prepare(sql.replaceAll('?', () => `argument(${count++})`))
  }

  function prepare(sql: string): Statement {
    const bound = db.prepare(sql)
    let quiet: Prepared | undefined
    let areArrays = false

    function work<T>(values: readonly Value[], run: (statement: Prepared) => T): T {
      if (!quiet) {
        quiet = rewritten(sql)
        if (areArrays) quiet.setReturnArrays(true)
      }
      staged = values
      try {
        return run(quiet)
      } finally {
        staged = []
      }
    }

    return {
      get: (...values) =>
        published?.hasSubscribers ? work(values, (statement) => statement.get()) : bound.get(...values),
      all: (...values) =>
        published?.hasSubscribers ? work(values, (statement) => statement.all()) : bound.all(...values),
      run: (...values) =>
        published?.hasSubscribers ? work(values, (statement) => statement.run()) : bound.run(...values),
      setReturnArrays(are) {
        areArrays = are
        // Absent before Node 22.16; rows are objects then.
        bound.setReturnArrays?.(are)
      },
    }
  }

  return { prepare }
}
