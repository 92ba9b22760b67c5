/**
 * `npm test`: build, lint, types, every test, package checks, up to the first that fails.
 * `npm test -- <arguments>`: builds, and runs Vitest with these arguments, such as the path of a test.
 */

import { spawnSync } from 'node:child_process'
import { findChromium, findRedisServer } from './tools.mjs'

const args = process.argv.slice(2)
const all = args.length === 0

console.log(`Node ${process.versions.node}, ${version(findChromium())}, ${version(findRedisServer())}`)
run('npm', 'run', '--silent', 'build')
if (all) for (const check of ['lint', 'typecheck']) run('npm', 'run', '--silent', check)
run('vitest', 'run', ...args)
if (all) run('npm', 'run', '--silent', 'test:package')

function run(command, ...rest) {
  const { status, error } = spawnSync(command, rest, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

function version(program) {
  if (program === undefined) return 'a program that is not there'
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' })
  return stdout?.match(/.*?\d[\d.]*/)?.[0] ?? `${program} of no known version`
}
