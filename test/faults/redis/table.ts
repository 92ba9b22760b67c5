/**
 * `npm run faults`: goes through every fault of Redis, and writes what was seen into the table
 * of docs/reliability.md.
 *
 * @module
 */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FAULT_FILES, faultNames } from './names.ts'

const PAGE = join(import.meta.dirname, '../../../docs/reliability.md')
const TABLE = /(<!-- faults -->\n\n(?:\|.*\n){2})(?:\|.*\n)*(\n<!-- \/faults -->)/

const folder = mkdtempSync(join(tmpdir(), 'sojourn-faults-'))
const file = join(folder, 'rows')
writeFileSync(file, '')
const run = ['run', ...FAULT_FILES, '--project', 'integration', '--disable-console-intercept']
const { status } = spawnSync('vitest', run, {
  stdio: 'inherit',
  env: { ...process.env, FAULT_ROWS: file },
})
const rows = readFileSync(file, 'utf8').split('\n')
rmSync(folder, { recursive: true })

// A fault that was not as expected has no row, and keeps the one that it has.
const page = readFileSync(PAGE, 'utf8')
const isOf = (name: string) => (row: string) => row.startsWith(`| ${name} | `)
const sorted = faultNames().map((name) => rows.find(isOf(name)) ?? page.split('\n').find(isOf(name)))
const lines = sorted.filter((row) => row !== undefined).map((row) => `${row}\n`)
writeFileSync(
  PAGE,
  page.replace(TABLE, (_, head: string, end: string) => `${head}${lines.join('')}${end}`),
)
process.exitCode = status ?? 1
