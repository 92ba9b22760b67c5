/** @module The faults that are tested, by the names of their tests, in the order of the table. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '..')
const TEST = /\btest\(\s*'([^']+)',\s*(?:\{[^}]*\},\s*)?(?:assertFault|assertLoss)\(/g

/** The files of the tests. */
export const FAULT_FILES: readonly string[] = ['silence', 'network', 'loss', 'refusals'].map((family) =>
  join(FOLDER, `redis-${family}.test.ts`),
)

/** All names. */
export function faultNames(): string[] {
  return FAULT_FILES.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(TEST)]).map(
    ([, name = '']) => name,
  )
}
