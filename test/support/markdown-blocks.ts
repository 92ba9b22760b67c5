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

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

interface Block {
  name: string
  code: string
  /** Of the first line of code, counted from 1. */
  line: number
}

const FENCE =
  /^(?<notes>(?: *<!--(?:(?!-->).)*-->\n)*)(?<open>(?<indent> *)```(?<kind>tsx?)\b[^\n]*\n)(?<code>.*?)^\k<indent>```$/gms
const FILE_NOTE = /<!-- file: (\S+) -->/
const WITH_NOTE = /<!-- with: (.*?) -->/gs
const FILE_LINE = /^ *\/\/ (\S+\.tsx?)$/

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

/** Writes one block of a page, a path from the repository, into an application; answers its text. */
export function writeBlock(page: string, name: string, folder: string): string {
  const block = blocksOf(read(page)).find((each) => each.name === name)
  if (block === undefined) throw new Error(`${page} has no block ${name}`)
  const file = join(folder, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, block.code)
  return block.code
}

/** Writes all blocks of a page whose files have such paths into an application. */
export function writeShown(page: string, paths: RegExp, folder: string): void {
  for (const { name } of blocksOf(read(page))) if (paths.test(name)) writeBlock(page, name, folder)
}

/** Turns the compiler's messages about such files into messages about the pages. */
export function inPages(output: string): string[] {
  const place = /^(?<page>\S+\.md)\/\d+\/[^(]+\((?<line>\d+),\d+\): /gm
  const messages = output.replace(place, '$<page>:$<line> ').split('\n')
  return [...new Set(messages.filter((message) => message !== ''))]
}

function read(page: string): string {
  return readFileSync(join(import.meta.dirname, '../..', page), 'utf8')
}

function blocksOf(text: string): Block[] {
  return [...text.matchAll(FENCE)].map((match, index) => {
    const { notes = '', open = '', kind = 'ts', code = '' } = match.groups ?? {}
    const before = text.slice(0, match.index) + notes + open
    const name = FILE_NOTE.exec(notes)?.[1] ?? FILE_LINE.exec(code.split('\n', 1)[0] ?? '')?.[1]
    const declared = [...notes.matchAll(WITH_NOTE)].map((note) => `${note[1]}\n`).join('')
    return {
      name: name ?? `block-${index + 1}.${kind}`,
      code: code + declared,
      line: before.split('\n').length,
    }
  })
}
