/**
 * Tests of faults with both clients, and their rows in docs/reliability.md.
 *
 * @module
 */

import { appendFileSync, readFileSync } from 'node:fs'
import { expect, type TestContext } from 'vitest'
import { type Client, openFixture, PAIRS, type Fixture, type FixtureOptions } from './fixture.ts'

/** What a fault looks like: to visitors, to the operator, and when it is over. */
export interface Row {
  read: string
  write: string
  signIn: string
  signOut: string
  error: string
  breaker: string
  after: string
}

/** What is expected of both clients, and where ioredis differs. */
export interface Expected extends Row {
  withIoredis?: Partial<Row>
}

const PAGE = new URL('../../../docs/reliability.md', import.meta.url)

/**
 * Makes a test: goes through a fault with each client and compares what was seen. The row must
 * stand in docs/reliability.md, under the name of the test; with `FAULT_ROWS` it is added to
 * that file instead.
 */
export function assertFault(
  { withIoredis = {}, ...expected }: Expected,
  run: (fixture: Fixture) => Promise<Row>,
  options: FixtureOptions = {},
): (context: TestContext) => Promise<void> {
  return async ({ task: { name } }) => {
    const unhandled: unknown[] = []
    const note = (error: unknown): void => void unhandled.push(error)
    process.on('unhandledRejection', note)
    try {
      const names = Object.keys(PAIRS) as Client[]
      const seen = await Promise.all(names.map((client) => withFixture(client, options, run)))
      const rows = names.map((client) => (client === 'ioredis' ? { ...expected, ...withIoredis } : expected))
      for (const [i, row] of seen.entries()) print(name, names[i]!, rows[i]!, row)
      expect(seen).toEqual(rows)
      expect(unhandled).toEqual([])
    } finally {
      process.off('unhandledRejection', note)
    }
    const line = lineOf(name, expected, withIoredis)
    const file = process.env['FAULT_ROWS']
    if (file) appendFileSync(file, `${line}\n`)
    else expect(readFileSync(PAGE, 'utf8').split('\n')).toContain(line)
  }
}

/** The row as it stands in the table. */
function lineOf(name: string, row: Row, withIoredis: Partial<Row>): string {
  const others = cellsOf({ ...row, ...withIoredis })
  const cells = cellsOf(row).map((cell, i) =>
    cell === others[i] ? cell : `${cell}; with ioredis: ${others[i]}`,
  )
  return `| ${[name, ...cells].join(' | ')} |`
}

/** Tells what was measured, beside what decides. */
export function tell(fixture: Fixture, words: string): void {
  console.log(`  ${fixture.client}: ${words}`)
}

async function withFixture(
  client: Client,
  options: FixtureOptions,
  run: (fixture: Fixture) => Promise<Row>,
): Promise<Row> {
  const fixture = await openFixture(client, options)
  try {
    return await run(fixture)
  } finally {
    await fixture.close()
  }
}

function print(name: string, client: Client, expected: Row, seen: Row): void {
  const show = (row: Row): string => cellsOf(row).join(' | ')
  console.log(`${name} (${client}): expected ${show(expected)}, seen ${show(seen)}`)
}

function cellsOf({ read, write, signIn, signOut, error, breaker, after }: Row): string[] {
  return [read, write, signIn, signOut, error, breaker, after]
}
