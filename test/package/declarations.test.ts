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
    types: ['node', 'react'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    declaration: true,
    noEmit: true,
  },
  include: ['*.ts'],
}

const RESOLUTIONS = [
  { module: 'NodeNext' },
  { module: 'Node16' },
  { module: 'ESNext', moduleResolution: 'bundler' },
]

/** What an application takes from its sessions, declarations of its own included. */
const USER = `
import { createSessions, type ClientOf, type DataOf, type Namespaces, type Session } from 'sojourn/next'
import { useSession } from 'sojourn/react'
import { z } from 'zod'

const schema = z.object({ theme: z.string().default('light'), name: z.string().optional() })
export type Data = DataOf<typeof schema> & Namespaces<{ cart: { items: string[] } }>
export const sessions = createSessions({
  schema,
  toClient: (session: Session<Data>) => ({ theme: session.get('theme'), since: new Date() }),
})
export const named = createSessions<Data>({ schema })
export type Client = ClientOf<typeof sessions>
export function read(): { theme: string; since: string } | null {
  return useSession<Client>().data
}
export async function items(): Promise<string[]> {
  const session = await named.getSession()
  // @ts-expect-error not declared
  session.namespace('crat')
  // @ts-expect-error it has no default
  session.get('name').length
  session.get('theme').length
  return session.namespace('cart').get('items') ?? []
}
`

afterAll(() => rmSync(WORK, { recursive: true, force: true }))

it('hold no member that is internal', () => {
  const files = globSync('dist/**/*.d.ts', { cwd: ROOT })
  expect(files.length).toBeGreaterThan(20)
  expect(files.filter((file) => readFileSync(join(ROOT, file), 'utf8').includes('@internal'))).toEqual([])
})

it.each(RESOLUTIONS)('compile without skipLibCheck, every entry of them: %j', (resolution) => {
  mkdirSync(WORK, { recursive: true })
  writeFileSync(
    join(WORK, 'tsconfig.json'),
    JSON.stringify({ ...TSCONFIG, compilerOptions: { ...TSCONFIG.compilerOptions, ...resolution } }),
  )
  writeFileSync(join(WORK, 'package.json'), '{ "name": "user", "type": "module" }')
  const names = entries.map((entry) => `sojourn${entry.slice(1)}`)
  const lines = names.map((name, i) => `import * as e${i} from '${name}'\nvoid e${i}`)
  writeFileSync(join(WORK, 'all.ts'), lines.join('\n'))
  writeFileSync(join(WORK, 'user.ts'), USER)
  mkdirSync(join(WORK, 'node_modules'), { recursive: true })
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  const { stdout, stderr } = spawnSync(tsc, ['-p', WORK, '--pretty', 'false'], {
    cwd: WORK,
    encoding: 'utf8',
  })
  const messages = (stdout + stderr).split('\n').filter((line) => /error TS/.test(line))
  // Those of other packages are theirs.
  expect(
    messages.filter((line) => /(^|\/)dist\/|(all|user)\.ts/.test(line) && !line.includes('node_modules/')),
  ).toEqual([])
})
