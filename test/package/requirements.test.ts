/** What docs/requirements.md says is proven has a test, and nothing is left out. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

const rows = readFileSync(join(ROOT, 'docs/requirements.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| \d* \|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, number = '', requirement = '', , state = '', proof = '']) => ({
    number: Number(number),
    requirement,
    state,
    tests: proof === '' ? [] : proof.split(', '),
  }))

it('every requirement is there once', () => {
  const numbers = rows.map(({ number }) => number).filter((number) => number > 0)
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
})

it('every test that is named exists', () => {
  const named = rows.flatMap(({ tests }) => tests)
  expect(named.length).toBeGreaterThan(40)
  expect(named.filter((file) => !existsSync(join(ROOT, 'test', file)))).toEqual([])
})

it('what holds, by default or with an option, has a proof', () => {
  const promised = rows.filter(({ state }) => /^(holds|optional)/.test(state))
  expect(promised.filter(({ tests }) => tests.length === 0)).toEqual([])
})
