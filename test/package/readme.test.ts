/**
 * Every `ts` and `tsx` block of README.md and docs compiles against the built package:
 * one run of the compiler for all. See markdown-blocks.ts for what a block can say.
 */

import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { inPages, writeBlocks, TSCONFIG } from '../support/markdown-blocks.ts'

const ROOT = join(import.meta.dirname, '../..')
// Inside the repository, so that `sojourn`, `next` and the others are found as a user finds them.
const WORK = join(ROOT, '.tmp', `markdown-${process.pid}`)

const SAMPLE = `# A page
\`\`\`ts
// lib/one.ts
export const one = 1
\`\`\`
Text.
<!-- with: declare const two: string -->
\`\`\`tsx
import { one } from '@/lib/one'
const wrong: number = two
\`\`\`
<!-- file: lib/one.ts -->
\`\`\`ts
export const other = 1
\`\`\`
<!-- file: app/page.ts -->
\`\`\`ts
import { one } from '@/lib/one'
\`\`\`
`

let messages: string[]

beforeAll(() => {
  mkdirSync(WORK, { recursive: true })
  writeFileSync(join(WORK, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  for (const page of ['README.md', ...globSync('docs/**/*.md', { cwd: ROOT })]) {
    writeBlocks(page, readFileSync(join(ROOT, page), 'utf8'), WORK)
  }
  writeBlocks('SAMPLE.md', SAMPLE, WORK)
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  const { stdout, stderr } = spawnSync(tsc, ['-p', WORK, '--pretty', 'false'], {
    cwd: WORK,
    encoding: 'utf8',
  })
  messages = inPages(stdout + stderr)
})

afterAll(() => rmSync(WORK, { recursive: true, force: true }))

it('compiles every block of the README and the docs', () => {
  expect(messages.filter((message) => !message.startsWith('SAMPLE.md'))).toEqual([])
})

it('reports a wrong block by its line in the page, and follows imports between blocks', () => {
  expect(messages.filter((message) => message.startsWith('SAMPLE.md'))).toEqual([
    expect.stringMatching(/^SAMPLE\.md:10 error TS2322/),
    expect.stringMatching(/^SAMPLE\.md:18 error TS(2305|2724).*'one'/),
  ])
})
