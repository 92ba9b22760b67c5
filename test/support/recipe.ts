/**
 * The blocks of our pages that name a file, for tests that run them as they stand.
 *
 * @module
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** Writes the block of a page whose first line is `// <file>` into a folder; `@/` is that folder. */
export function writeRecipe(page: string, file: string, folder: string): void {
  const text = readFileSync(join(import.meta.dirname, '../..', page), 'utf8')
  const code = text.split(`\`\`\`ts\n// ${file}\n`)[1]?.split('\n```')[0]
  if (code === undefined) throw new Error(`${page} has no block // ${file}`)
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), code.replace(/(['"])@\//g, `$1${relative(dirname(file), '.')}/`))
}
