/**
 * Who imports whom in the built package, read from the files themselves.
 *
 * @module
 */

import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

// The compiler writes every static import at the start of a line.
const STATIC = /^(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*['"]([^'"]+)['"]/gm
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g
const SHORT_COMMENT = /\/\*.*?\*\//g
const COMMENT_LINE = /^\s*(?:\/\/|\/?\*).*$/gm

export interface Import {
  from: string
  /** The absolute path of a file of the package, or the specifier of a module outside. */
  to: string
  external: boolean
}

/** Every import, static or dynamic, in a JavaScript or declaration file and all files it reaches. */
export function importsBelow(entry: string): Import[] {
  const imports: Import[] = []
  const files = new Set([entry])
  for (const from of files) {
    const text = readFileSync(from, 'utf8').replace(SHORT_COMMENT, '').replace(COMMENT_LINE, '')
    for (const match of [...text.matchAll(STATIC), ...text.matchAll(DYNAMIC)]) {
      const specifier = match[1] as string
      const external = !specifier.startsWith('.')
      const to = external ? specifier : resolveFrom(from, specifier)
      imports.push({ from, to, external })
      if (!external) files.add(to)
    }
  }
  return imports
}

function resolveFrom(from: string, specifier: string): string {
  const target = resolve(dirname(from), specifier)
  // Declarations name the source file they were made of.
  return from.endsWith('.d.ts') ? target.replace(/(\.d)?\.[jt]sx?$/, '.d.ts') : target
}
