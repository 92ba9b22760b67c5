/** docs/reliability.md tells of the faults that are tested, and of no others. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { faultNames } from '../faults/redis/names.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/reliability.md'), 'utf8')

test('every fault of Redis that is tested has a row, and every row a test', () => {
  const [, table = ''] = /<!-- faults -->([^]*)<!-- \/faults -->/.exec(page) ?? []
  const [, , ...rows] = table.trim().split('\n')
  const names = rows.map((row) => row.split(' | ')[0]?.slice(2))
  expect(names).toEqual(faultNames())
  expect(new Set(names).size).toBe(names.length)
  expect(names.length).toBeGreaterThan(15)
})
