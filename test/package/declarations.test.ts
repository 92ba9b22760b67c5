/** The declarations of the published package. Looks at dist, so build first. */

import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
// Inside the repository, so that `sojourn`, `next` and the others are found as a user finds them.
const WORK = join(ROOT, '.tmp', `declarations-${process.pid}`)

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { types?: string }>
}
const entries = Object.keys(manifest.exports).filter((name) => typeof manifest.exports[name] === 'object')

const TSCONFIG = {
  compilerOptions: {
    target: 'ES2023',
    lib: ['ES2024', 'DOM', 'DOM.Iterable'],
    module: 'NodeNext',
    types: ['node', 'react'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  },
  include: ['*.ts'],
}

afterAll(() => rmSync(WORK, { recursive: true, force: true }))

it('hold no member that is internal', () => {
  const files = globSync('dist/**/*.d.ts', { cwd: ROOT })
  expect(files.length).toBeGreaterThan(100)
  expect(files.filter((file) => readFileSync(join(ROOT, file), 'utf8').includes('@internal'))).toEqual([])
})

it('compile without skipLibCheck, every entry of them', () => {
  mkdirSync(WORK, { recursive: true })
  writeFileSync(join(WORK, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  writeFileSync(join(WORK, 'package.json'), '{ "name": "user", "type": "module" }')
  const names = entries.map((entry) => `sojourn${entry.slice(1)}`)
  const lines = names.map((name, i) => `import * as e${i} from '${name}'\nvoid e${i}`)
  writeFileSync(join(WORK, 'all.ts'), lines.join('\n'))
  mkdirSync(join(WORK, 'node_modules'), { recursive: true })
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  const { stdout, stderr } = spawnSync(tsc, ['-p', WORK, '--pretty', 'false'], {
    cwd: WORK,
    encoding: 'utf8',
  })
  const messages = (stdout + stderr).split('\n').filter((line) => /error TS/.test(line))
  // Those of other packages are theirs.
  expect(
    messages.filter((line) => /(^|\/)dist\/|all\.ts/.test(line) && !line.includes('node_modules/')),
  ).toEqual([])
})
