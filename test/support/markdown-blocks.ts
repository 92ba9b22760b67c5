/**
 * The TypeScript blocks of Markdown pages, written out as files that can be compiled.
 *
 * Comments on the lines before a block help it, unseen by readers:
 *
 *     <!-- file: lib/session.ts -->                      names its file
 *     <!-- with: declare const user: { id: string } -->  declares what it leaves out
 *
 * A first line such as `// lib/session.ts` names the file too. Other blocks of the page
 * import a named file by that path, where `@/` is the root of the page's application. A
 * name given a second time replaces the file for the blocks that follow.
 *
 * @module
 */

import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

interface Block {
  name: string
  /** Whether the page names it, as it does the files of an application. */
  isFile: boolean
  code: string
  /** Of the first line of code, counted from 1. */
  line: number
}

const FENCE =
  /^(?<notes>(?: *<!--(?:(?!-->).)*-->\n)*)(?<open>(?<indent> *)```(?<kind>tsx?)\b[^\n]*\n)(?<code>.*?)^\k<indent>```$/gms
const FILE_NOTE = /<!-- file: (\S+) -->/
const WITH_NOTE = /<!-- with: (.*?) -->/gs
const FILE_LINE = /^ *\/\/ (\S+\.tsx?)$/

/** How such files are compiled. */
export const TSCONFIG: object = {
  compilerOptions: {
    target: 'ES2023',
    lib: ['ES2024', 'DOM', 'DOM.Iterable'],
    module: 'preserve',
    jsx: 'react-jsx',
    types: ['node', 'react'],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    moduleDetection: 'force',
  },
  include: ['**/*.ts', '**/*.tsx'],
}

/** Writes the blocks of one page below `folder`, on the same lines that they have in the page. */
export function writeBlocks(page: string, text: string, folder: string): void {
  const files = new Map<string, Block>()
  let chapter = 1
  for (const block of blocksOf(text)) {
    if (files.has(block.name)) {
      chapter += 1
      // The others come along to be imported. They were checked where they stand.
      for (const file of files.values()) write(file, '// @ts-nocheck')
    }
    files.set(block.name, block)
    write(block)
  }

  function write({ name, code, line }: Block, firstLine = ''): void {
    const file = join(folder, page, `${chapter}`, name)
    const root = relative(dirname(name), '.') || '.'
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, firstLine + '\n'.repeat(line - 1) + code.replace(/(['"])@\//g, `$1${root}/`))
  }
}

/**
 * Writes one block of a page, a path from the repository, into an application; answers its text.
 * `nth` says which of those with this name, counted from 1.
 */
export function writeBlock(page: string, name: string, folder: string, nth = 1): string {
  const block = blocksOf(textOf(page)).filter((each) => each.name === name)[nth - 1]
  if (block === undefined) throw new Error(`${page} has no block ${name}, or not ${nth}`)
  const file = join(folder, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, block.code)
  return block.code
}

/** Writes all blocks of a page whose files have such paths into an application. */
export function writeShown(page: string, paths: RegExp, folder: string): void {
  for (const { name } of blocksOf(textOf(page))) if (paths.test(name)) writeBlock(page, name, folder)
}

/** README and the pages of docs that have blocks: page → the files of applications that it shows, in order. */
export function filesOfPages(): Map<string, string[]> {
  const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: ROOT })].map(
    (page) => [page, blocksOf(textOf(page))] as const,
  )
  return new Map(
    pages
      .filter(([, blocks]) => blocks.length > 0)
      .map(([page, blocks]) => [page, blocks.filter(({ isFile }) => isFile).map(({ name }) => name)]),
  )
}

/** The packages that code imports, besides ours, in the versions that docs/observability.md names. */
export function packagesOf(code: string): string[] {
  const versions = new Map(
    [...textOf('docs/observability.md').matchAll(/(@opentelemetry\/[\w-]+)(@[\d.]+)/g)].map(
      ([, name, version]) => [name, version],
    ),
  )
  const imported = code.matchAll(/(?:from |import |import\()'((?:@[\w-]+\/)?[\w-]+)/g)
  const names = new Set([...imported].map(([, name = '']) => name))
  return [...names]
    .filter((name) => !['node', 'sojourn'].includes(name))
    .map((name) => name + (versions.get(name) ?? ''))
}

/** Turns the compiler's messages about such files into messages about the pages. */
export function inPages(output: string): string[] {
  const place = /^(?<page>\S+\.md)\/\d+\/[^(]+\((?<line>\d+),\d+\): /gm
  const messages = output.replace(place, '$<page>:$<line> ').split('\n')
  return [...new Set(messages.filter((message) => message !== ''))]
}

/** The text of a page, a path from the repository. */
export function textOf(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8')
}

function blocksOf(text: string): Block[] {
  return [...text.matchAll(FENCE)].map((match, index) => {
    const { notes = '', open = '', kind = 'ts', code = '' } = match.groups ?? {}
    const before = text.slice(0, match.index) + notes + open
    const name = FILE_NOTE.exec(notes)?.[1] ?? FILE_LINE.exec(code.split('\n', 1)[0] ?? '')?.[1]
    const declared = [...notes.matchAll(WITH_NOTE)].map((note) => `${note[1]}\n`).join('')
    return {
      isFile: name !== undefined,
      name: name ?? `block-${index + 1}.${kind}`,
      code: code + declared,
      line: before.split('\n').length,
    }
  })
}
