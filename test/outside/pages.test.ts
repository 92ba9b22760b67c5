/**
 * All that README and docs show, in a plain folder with what they import: it compiles there, and what is
 * for Node is loaded by it. create-next-app.test.ts builds what is for Next.js.
 */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  filesOfPages,
  inPages,
  packagesOf,
  textOf,
  writeBlocks,
  TSCONFIG,
} from '../support/markdown-blocks.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { BUILDS, COMPILED_ONLY, IN_NODE } from './pages.ts'
import { openWorkshop, type Application, type Workshop } from './workshop.ts'

const TYPES = ['connect-pg-simple', 'express', 'express-session', 'node@24', 'pg', 'react', 'react-dom']
/** What others need to be there. */
const PEERS = ['@testing-library/dom', 'pg', 'react-dom', 'typescript']

const pages = filesOfPages()
const built = new Set(
  Object.values(BUILDS).flatMap((files) => files.map(([page, file]) => `${page} ${file}`)),
)
const loaded = IN_NODE.flatMap((page) => [...new Set(pages.get(page))].map((file) => [page, file] as const))
  .filter(([page, file]) => !built.has(`${page} ${file}`))
  .map(([page, file]) => ({ page, file, listens: listens(page, file) }))

let workshop: Workshop
let app: Application
let redis: RedisServer
beforeAll(async () => {
  ;[workshop, redis] = await Promise.all([openWorkshop(), startRedis()])
  const packages = packagesOf([...pages.keys()].map(textOf).join())
  app = await workshop.install([...packages, ...PEERS, ...TYPES.map((name) => `@types/${name}`)])
  for (const page of pages.keys()) writeBlocks(page, textOf(page), app.folder)
  app.write({
    'package.json': '{"name":"app","private":true,"type":"module"}',
    'tsconfig.json': JSON.stringify(TSCONFIG),
  })
  const db = new DatabaseSync(join(app.folder, 'logins.db'))
  db.exec('CREATE TABLE logins (token TEXT, user_id INTEGER, theme TEXT, ends_at INTEGER)')
  db.close()
})
afterAll(async () => {
  await redis?.stop()
  workshop?.remove()
})

function listens(page: string, file: string): boolean {
  const code = new RegExp(`^// ${file}\n.*?^\`\`\`$`, 'ms').exec(textOf(page))?.[0] ?? ''
  return code.includes('.listen(')
}

test('each file that a page shows is built, or loaded, or it is said why not', () => {
  const shown = [...pages].flatMap(([page, files]) => files.map((file) => `${page} ${file}`))
  const tried = new Set([...built, ...loaded.map(({ page, file }) => `${page} ${file}`)])
  expect(shown.filter((each) => !tried.has(each) && !(each in COMPILED_ONLY))).toEqual([])
  expect([...tried].filter((each) => !shown.includes(each))).toEqual([])
  expect(Object.keys(COMPILED_ONLY).filter((each) => tried.has(each) || !shown.includes(each))).toEqual([])
})

test('every block compiles, and one that is wrong would not', async () => {
  app.write({ 'docs/none.md/1/wrong.ts': `import 'sojourn/none'` })
  const output = await app.tool('tsc', ['--pretty', 'false']).catch((error: Error) => error.message)
  expect(inPages(output)).toEqual(['tsc failed:', expect.stringMatching(/^docs\/none\.md:1 error TS\d+/)])
})

test.each(loaded)('$page: Node loads $file', async ({ page, file, listens: isServer }) => {
  const path = join(page, '1', file)
  expect(await (isServer ? answerOf(path) : outputOf(path))).toMatch(
    // Who is not signed in is asked to.
    isServer ? /^(200|401)$/ : file.endsWith('.test.ts') ? /pass (?!0)\d+[^]*fail 0/ : /loaded$/,
  )
})

async function answerOf(path: string): Promise<string> {
  const server = await app.listen(path, environment())
  const { status } = await fetch(server.url)
  await server.stop()
  return String(status)
}

/** Tests print how they end; the end of others is to be loaded. */
function outputOf(path: string): Promise<string> {
  const end = path.endsWith('.test.ts') ? '' : `console.log('loaded')\nprocess.exit()`
  return app.run(`await import('./${path}')\n${end}`, environment())
}

function environment(): Record<string, string> {
  return {
    REDIS_URL: redis.url,
    SESSION_SECRET: 'a secret of at least 32 characters',
    DATABASE_URL: 'postgres://127.0.0.1:1/none',
  }
}
