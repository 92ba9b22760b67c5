/** The examples of docs/adopt.md and docs/connect.md, as they stand, on a real Redis and the packages that they name. */

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { RedisStore } from 'connect-redis'
import { MemoryStore, type Store } from 'express-session'
import { createClient } from 'redis'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { CookieJar } from '../support/cookie-jar.ts'
import { connect, cookie, ironWhole, SECRET } from '../support/old-libraries.ts'
import { freePort, startRedis, type RedisServer } from '../support/redis-server.ts'

const ROOT = join(import.meta.dirname, '../..')
let redis: RedisServer
let folder: string

beforeAll(async () => {
  redis = await startRedis()
  // Inside the repository, so that `sojourn` and the others are found as a user finds them.
  mkdirSync(join(ROOT, '.tmp'), { recursive: true })
  folder = mkdtempSync(join(ROOT, '.tmp', 'docs-'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
})
afterAll(async () => {
  await redis.stop()
  rmSync(folder, { recursive: true })
})

/** The blocks of a page that hold a text. */
function block(page: string, text: string): string {
  const all = [...readFileSync(join(ROOT, 'docs', page), 'utf8').matchAll(/^( *)```ts\n(.*?)^\1```$/gms)]
  const found = all.map((match) => match[2] ?? '').filter((code) => code.includes(text))
  expect(found, text).toHaveLength(1)
  return found[0] ?? ''
}

/** Runs a program that listens on PORT; answers its address. */
async function run(name: string, code: string): Promise<string> {
  const port = await freePort()
  writeFileSync(join(folder, name), code)
  const env = { ...process.env, PORT: String(port), REDIS_URL: redis.url, SESSION_SECRET: SECRET }
  const server: ChildProcess = spawn(
    process.execPath,
    ['--experimental-strip-types', '--no-warnings', name],
    {
      cwd: folder,
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  onTestFinished(() => void server.kill('SIGKILL'))
  const url = `http://127.0.0.1:${port}`
  while (server.exitCode === null) {
    const answers = await fetch(`${url}/up`).then(
      () => true,
      () => false,
    )
    if (answers) return url
    await sleep(50)
  }
  throw new Error(`${name} ended`)
}

async function redisClient() {
  const client = createClient({ url: redis.url })
  await client.connect()
  onTestFinished(() => client.close())
  return client
}

/** Answers who is signed in, with the sessions of this expression. */
const LISTEN = (getSession: string): string => `
import { createServer } from 'node:http'
createServer(async (request, response) => {
  const session = await (${getSession})(request, response)
  if (request.url === '/login') await session.login('ann')
  response.end(JSON.stringify([session.userId, session.getAll()]))
}).listen(Number(process.env['PORT']))
`

test('adopt.md: the server takes over the sessions of express-session in Redis', async () => {
  const old = await connect.start(new RedisStore({ client: await redisClient() }) as unknown as Store)
  onTestFinished(() => old.close())
  const jar = new CookieJar()
  await jar.text(`${old.url}/login`)
  const url = await run('server.ts', block('adopt.md', '// server.ts'))
  for (let request = 0; request < 4; request++) expect(await jar.text(url)).toBe('Hello ann')
  expect(jar.names).toEqual(['sid'])
})

test('adopt.md: the list takes over what is in cookies', async () => {
  mkdirSync(join(folder, 'lib'), { recursive: true })
  writeFileSync(join(folder, 'lib/adopt.ts'), block('adopt.md', '// lib/adopt.ts'))
  const code = `import { adopt } from './lib/adopt.ts'
import { createSessions } from 'sojourn/node'
const { getSession } = createSessions({ adopt })`
  const url = await run('list.ts', code + LISTEN('getSession'))
  for (const library of [ironWhole, cookie]) {
    const old = await library.start(new MemoryStore())
    onTestFinished(() => old.close())
    const jar = new CookieJar()
    await jar.text(`${old.url}/login`)
    for (let request = 0; request < 3; request++) expect(await jar.text(url)).toContain('["ann",')
    expect(jar.names).toEqual(['sid'])
  }
})

test('adopt.md: functions of one’s own take over what a database holds', async () => {
  mkdirSync(join(folder, 'lib'), { recursive: true })
  writeFileSync(join(folder, 'lib/custom.ts'), block('adopt.md', '// lib/custom.ts'))
  const db = new DatabaseSync(join(folder, 'logins.db'))
  db.exec('CREATE TABLE logins (token TEXT, user_id INTEGER, theme TEXT, ends_at INTEGER)')
  db.prepare('INSERT INTO logins VALUES (?, ?, ?, ?)').run('a-token', 42, 'dark', Date.now() + 86_400_000)
  db.prepare('INSERT INTO logins VALUES (?, ?, ?, ?)').run('an-old-one', 42, 'dark', Date.now() - 1)
  const code = `import { adopt } from './lib/custom.ts'
import { createSessions } from 'sojourn/node'
const { getSession } = createSessions({ adopt })`
  const url = await run('custom.ts', code + LISTEN('getSession'))
  const jar = new CookieJar()
  for (const [token, answer] of [
    ['invented', '[null,{}]'],
    ['an-old-one', '[null,{}]'],
    ['a-token', '["42",{"theme":"dark"}]'],
  ] as const) {
    jar.receive(url, [`auth=${token}; Path=/`])
    for (let request = 0; request < 3; request++) expect(await jar.text(url)).toBe(answer)
  }
  expect(jar.names).toEqual(['sid'])
  expect(db.prepare('SELECT token FROM logins').all()).toEqual([{ token: 'an-old-one' }])
  db.close()
})

test('connect.md: express-session signs in on our store', async () => {
  const code = [
    block('connect.md', 'toConnectStore(sqliteStore())'),
    block('connect.md', "app.post('/login'"),
    `app.get('/who', (request, response) => response.send(String(request.session.user)))
app.listen(Number(process.env['PORT']))`,
  ]
  const url = await run('ours.ts', code.join('\n'))
  const jar = new CookieJar()
  expect((await jar.fetch(`${url}/login`, { method: 'POST' })).status).toBe(302)
  for (let request = 0; request < 3; request++) expect(await jar.text(`${url}/who`)).toBe('ann')
})

test('connect.md: our sessions live in a store of express-session', async () => {
  const url = await run('theirs.ts', block('connect.md', 'fromConnectStore(') + LISTEN('sessions.getSession'))
  const jar = new CookieJar()
  expect((await jar.fetch(`${url}/login`)).status).toBe(200)
  for (let request = 0; request < 3; request++) expect(await jar.text(url)).toBe('["ann",{}]')
  const keys = await (await redisClient()).keys('*')
  expect(keys.length).toBeGreaterThan(0)
})
