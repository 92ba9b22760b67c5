/**
 * An application of Express, express-session and connect-pg-simple moves over, on a real PostgreSQL
 * and with the types of all of them. Nobody is signed out by that.
 */

import { cpSync, globSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { CookieJar } from '../support/cookie-jar.ts'
import { writeBlock } from '../support/markdown-blocks.ts'
import { startPostgres, type PostgresServer } from '../support/postgres-server.ts'
import { openWorkshop, type Application, type Served, type Workshop } from './workshop.ts'

const SOURCES = join(import.meta.dirname, 'moving-over')
const PACKAGES = ['express', 'express-session', 'connect-pg-simple', 'pg']
const TYPES = ['express', 'express-session', 'connect-pg-simple', 'pg', 'node@24']
const TSCONFIG = {
  compilerOptions: {
    target: 'ES2023',
    module: 'NodeNext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
  },
  include: ['*.ts', 'lib/*.ts'],
}
const SECRET = 'the secret of the application'

let workshop: Workshop
let app: Application
let postgres: PostgresServer
let database: pg.Client
beforeAll(async () => {
  ;[workshop, postgres] = await Promise.all([openWorkshop(), startPostgres()])
  database = new pg.Client({ connectionString: postgres.url })
  await database.connect()
  app = await workshop.install([...PACKAGES, ...TYPES.map((name) => `@types/${name}`), 'typescript'])
  for (const name of globSync('*.ts', { cwd: SOURCES })) cpSync(join(SOURCES, name), join(app.folder, name))
  writeBlock('docs/adopt.md', 'lib/postgres.ts', app.folder)
  writeBlock('docs/connect.md', 'app.ts', app.folder)
  app.write({ 'tsconfig.json': JSON.stringify(TSCONFIG), 'package.json': packageJson() })
})
afterAll(async () => {
  await database?.end()
  await postgres?.stop()
  workshop?.remove()
})

/** `npm init` writes no type; the pages ask for modules. */
function packageJson(): string {
  return JSON.stringify({ name: 'app', private: true, type: 'module' })
}

async function start(file: string): Promise<Served> {
  const server = await app.listen(file, { DATABASE_URL: postgres.url, SESSION_SECRET: SECRET })
  onTestFinished(() => server.stop())
  return server
}

async function rows(): Promise<string[]> {
  const { rows: found } = await database.query<{ text: string }>('SELECT sess::text AS text FROM session')
  return found.map(({ text }) => text)
}

/** Signs in, and changes two properties of the session in two requests that overlap; answers what it holds then. */
async function changeAtOnce(server: Served): Promise<unknown> {
  const jar = new CookieJar()
  await jar.text(`${server.url}/login`)
  await Promise.all([jar.text(`${server.url}/both/tea`), jar.text(`${server.url}/both/cake`)])
  return JSON.parse(await jar.text(`${server.url}/who`))
}

test('all of it compiles with the types of all packages', async () => {
  expect(await app.tool('tsc', ['--pretty', 'false'])).toBe('')
})

test('who is signed in stays so when the application moves over, and a sign-out is final', async () => {
  const jar = new CookieJar()
  const old = await start('old.ts')
  await jar.text(`${old.url}/login`)
  const ann = '{"user":"ann","cart":["tea"]}'
  expect(await jar.text(`${old.url}/who`)).toBe(ann)
  expect(jar.names).toEqual(['connect.sid'])
  expect(await rows()).toHaveLength(1)
  const brought = jar.header(old.url)
  await old.stop()

  const moved = await start('moved.ts')
  const atOnce = await Promise.all([1, 2, 3].map(() => jar.text(`${moved.url}/who`)))
  for (const answer of [...atOnce, await jar.text(`${moved.url}/who`)]) expect(answer).toBe(ann)
  expect(jar.names).toEqual(['sid'])
  expect(await rows()).toEqual([])

  expect(await jar.text(`${moved.url}/logout`)).toBe('bye')
  for (const cookie of [brought, '']) {
    const response = await fetch(`${moved.url}/who`, { headers: { cookie } })
    expect(await response.text()).toBe('{}')
  }
  await moved.stop()

  const again = await start('old.ts')
  expect(await (await fetch(`${again.url}/who`, { headers: { cookie: brought } })).text()).toBe('{}')
})

test('the old application loses a change of two requests at once; on a store of ours it keeps both', async () => {
  const signedIn = { user: 'ann', cart: ['tea'] }
  const lost = (await changeAtOnce(await start('old.ts'))) as { tea?: string; cake?: string }
  expect([lost.tea, lost.cake].filter((value) => value === 'yes')).toHaveLength(1)
  expect(await changeAtOnce(await start('ours.ts'))).toEqual({ ...signedIn, tea: 'yes', cake: 'yes' })
})

test('our sessions in its table lose nothing of requests at once', async () => {
  const { url } = await start('theirs.ts')
  const jar = new CookieJar()
  expect(await jar.text(url)).toBe('Visit 1')
  const answers = await Promise.all(Array.from({ length: 40 }, () => jar.text(url)))
  expect(new Set(answers).size).toBe(40)
  expect(await jar.text(url)).toBe('Visit 42')
  expect((await rows()).filter((text) => text.includes('visits'))).toHaveLength(1)
})
