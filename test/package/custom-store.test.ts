/**
 * The conformance suite as somebody meets it who writes a store: from the built package, in
 * a process of its own, under `node --test` and under Vitest; and the store of
 * docs/custom-store.md, which passes it.
 */

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testStore } from '../../src/testing.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { writeBlocks } from '../support/markdown-blocks.ts'

const ROOT = join(import.meta.dirname, '../..')
// Inside the repository, so that `sojourn` and `vitest` are found as a user finds them.
const WORK = join(ROOT, '.tmp', `custom-store-${process.pid}`)
const PAGE = 'docs/custom-store.md'
const EXAMPLE = join(WORK, PAGE, '1', 'table-store.test.ts')

const HEAD = `
  import { describe, test } from 'node:test'
  import { memoryStore } from 'sojourn/stores/memory'
  import { sqliteStore } from 'sojourn/stores/sqlite'
  import { manualClock, testStore } from 'sojourn/testing'
`

interface Outcome {
  status: number | null
  passed: number
  failed: number
  output: string
}

/** How many tests the suite has. */
let size = 0

beforeAll(() => {
  mkdirSync(WORK, { recursive: true })
  writeBlocks(PAGE, readFileSync(join(ROOT, PAGE), 'utf8'), WORK)
  const runner = { describe: (_title: string, body: () => void) => body(), test: () => size++ }
  testStore(runner, () => ({ store: memoryStore() }))
})

afterAll(() => rmSync(WORK, { recursive: true, force: true }))

/** Runs a program and reads from its TAP how many tests passed and failed. */
function run(args: readonly string[], cwd: string = WORK): Outcome {
  const { NODE_OPTIONS: _options, VITEST: _vitest, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 100_000,
  })
  const lines = stdout.split('\n').filter((line) => !/# Subtest|# SKIP/.test(line))
  // A test stands inside its group, a group at the margin.
  const count = (word: string): number => lines.filter((line) => line.startsWith(`    ${word} `)).length
  return { status, passed: count('ok'), failed: count('not ok'), output: stdout + stderr }
}

/** Runs a file with Node's own runner. */
function nodeTest(file: string): Outcome {
  return run(['--test', '--test-reporter=tap', file])
}

/** The same with a file of this content. */
function nodeTestOf(name: string, source: string): Outcome {
  const file = join(WORK, `${name}.test.ts`)
  writeFileSync(file, HEAD + source)
  return nodeTest(file)
}

describe('under node --test', { timeout: 120_000 }, () => {
  it('a right store passes by its own clock, and the process ends by itself', () => {
    const outcome = nodeTestOf(
      'memory',
      `testStore({ describe, test }, () => {
        const { now, advance } = manualClock()
        return { store: memoryStore({ now }), advance }
      })`,
    )
    expect(outcome, outcome.output).toMatchObject({ status: 0, passed: size, failed: 0 })
  })

  it('a right store passes by the real clock with its tests running at once', () => {
    const outcome = nodeTestOf(
      'sqlite',
      `const atOnce = (title: string, body: () => void) => describe(title, { concurrency: true }, body)
      testStore({ describe: atOnce, test }, () => {
        const file = '${WORK}/' + crypto.randomUUID() + '/sessions.db'
        return { store: sqliteStore({ file }), second: () => sqliteStore({ file }) }
      })`,
    )
    expect(outcome, outcome.output).toMatchObject({ status: 0, passed: size, failed: 0 })
  })

  it('a wrong store fails, and the sentence that it breaks says how', () => {
    const outcome = nodeTestOf(
      'wrong',
      `testStore({ describe, test }, () => {
        const { now, advance } = manualClock()
        return { store: Object.assign(memoryStore({ now }), { destroy: () => null }), advance }
      })`,
    )
    expect(outcome.status).toBe(1)
    expect(outcome.failed).toBeGreaterThan(5)
    expect(outcome.passed + outcome.failed).toBe(size)
    expect(outcome.output).toMatch(/not ok \d+ - no update brings a destroyed record back/)
    expect(outcome.output).toContain('the record should not be alive')
    expect(outcome.output).toMatch(/ ok \d+ - a created record is loaded with its meta and its fields/)
  })

  it('a store that never answers fails in time, and the process ends', () => {
    const outcome = nodeTestOf(
      'silent',
      `testStore({ describe, test }, () => {
        const { now, advance } = manualClock()
        return { store: Object.assign(memoryStore({ now }), { touch: () => new Promise(() => {}) }), advance }
      }, { timeout: 300 })`,
    )
    expect(outcome.status).toBe(1)
    expect(outcome.passed + outcome.failed).toBe(size)
    expect(outcome.output).toMatch(/not ok \d+ - touching a missing record answers false and creates nothing/)
    expect(outcome.output).toContain('Not done after 300 ms')
  })

  it('the store of the docs passes', () => {
    const outcome = nodeTest(EXAMPLE)
    expect(outcome, outcome.output).toMatchObject({ status: 0, passed: size, failed: 0 })
  })
})

it(
  'under Vitest the store of the docs passes with no other change than the import',
  { timeout: 120_000 },
  () => {
    const source = readFileSync(EXAMPLE, 'utf8')
    const changed = source.replace("from 'node:test'", "from 'vitest'")
    expect(changed).not.toBe(source)
    const folder = join(WORK, PAGE, '1')
    writeFileSync(join(folder, 'vitest.test.ts'), changed)
    const program = join(ROOT, 'node_modules/vitest/vitest.mjs')
    const report = join(folder, 'report.json')
    const { status, output } = run(
      [program, 'run', '--root', folder, '--reporter=json', `--outputFile=${report}`, 'vitest.test.ts'],
      folder,
    )
    const { numPassedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
      numPassedTests: number
      testResults: unknown
    }
    expect({ status, numPassedTests }, JSON.stringify(testResults) + output).toEqual({
      status: 0,
      numPassedTests: size,
    })
  },
)
