/** What docs/doctor.md says of findings is what there is. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { FINDING_CODES } from '../../src/doctor.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/doctor.md'), 'utf8')
const rows = page.matchAll(/^\| `([a-z-]+)` \| [^|]+ \| [^|]+ \| ([^|]+) \|$/gm)

it('lists every code once, with its cure', () => {
  const listed = [...rows].map(([, code = '', cure = '']) => ({ code, cure: cure.trim() }))
  expect(listed.map(({ code }) => code).toSorted()).toEqual(FINDING_CODES.toSorted())
  expect(listed.filter(({ cure }) => cure === '')).toEqual([])
})
