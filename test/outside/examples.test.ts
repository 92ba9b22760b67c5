/**
 * The one-file server of each adapter, in a folder with nothing but what it imports: it compiles, runs
 * as its first lines say, and does what it shows. On Bun and Deno the stores keep their contract, too.
 */

import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { cpSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startUpstash } from '../../src/testing.ts'
import { textOf } from '../support/markdown-blocks.ts'
import { startRedis } from '../support/redis-server.ts'
import { visitor } from '../support/visitor.ts'
import { RUNTIMES, tableOf } from './runtimes.ts'
import { openWorkshop, type Application, type Workshop } from './workshop.ts'

const EXAMPLES = join(import.meta.dirname, '../../examples')
const names = RUNTIMES[0]?.servers ?? []
const PACKAGES = ['express', 'fastify', 'hono', '@hono/node-server', 'micro', 'typescript', 'bun', 'deno']
const TYPES = ['@types/express', '@types/node@24']
const execute = promisify(execFile)
const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** How each is run, but for Workers. Bun and Deno come in packages of each platform. */
const PROGRAMS: Record<string, { program: () => string; run: string[]; serve: string[] }> = {
  Node: { program: () => process.execPath, run: [], serve: ['--no-warnings'] },
  Bun: { program: () => inPackage('@oven/*/bin/bun'), run: [], serve: [] },
  Deno: {
    program: () => inPackage('@deno/*/deno'),
    run: ['run', '-A'],
    serve: ['serve', '-A', '--port', '0'],
  },
}
const runtimes = RUNTIMES.flatMap((runtime) => {
  const how = PROGRAMS[runtime.name]
  return how === undefined ? [] : [{ ...runtime, ...how }]
})
const servers = runtimes.flatMap(({ name, servers: files, program, serve }) =>
  files.map((file) => ({ file, name, program, args: [...serve, `${file}.ts`] })),
)

let workshop: Workshop
let app: Application
beforeAll(async () => {
  workshop = await openWorkshop()
  app = await workshop.install([...PACKAGES, ...TYPES])
  for (const name of names) cpSync(join(EXAMPLES, `${name}.ts`), join(app.folder, `${name}.ts`))
})
afterAll(() => workshop?.remove())

function inPackage(pattern: string): string {
  const [program] = globSync(join(app.folder, 'node_modules', pattern))
  if (program === undefined) throw new Error(`npm installed no ${pattern} for this platform`)
  return program
}

test('they compile', async () => {
  const compilerOptions = {
    target: 'ES2023',
    module: 'preserve',
    types: ['node'],
    strict: true,
    noPropertyAccessFromIndexSignature: true,
    skipLibCheck: true,
    noEmit: true,
    erasableSyntaxOnly: true,
  }
  const files = names.map((name) => `${name}.ts`)
  app.write({ 'tsconfig.json': JSON.stringify({ compilerOptions, files }) })
  expect(await app.tool('tsc', ['--pretty', 'false'])).toBe('')
})

describe.each(servers)('$file on $name', ({ program, args }) => {
  let server: ChildProcess
  let url = ''

  beforeAll(async () => {
    server = spawn(program(), args, {
      cwd: app.folder,
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const port = (): string | undefined => /(?:port: |:\/\/[\w.]+:)(\d+)/.exec(output)?.[1]
    for (const stream of [server.stdout, server.stderr])
      stream?.on('data', (chunk: Buffer) => void (output += String(chunk)))
    await vi.waitUntil(port, { timeout: 60_000 })
    url = `http://localhost:${port()}`
  })

  afterAll(() => {
    server.kill()
  })

  test('counts visits, signs in and out', async () => {
    const guest = visitor(url)
    expect(await (await guest.get('/')).text()).toMatch(/Visit 1, nobody/)
    expect(await (await guest.get('/')).text()).toMatch(/Visit 2, nobody/)
    const login = await guest.get('/login', {
      method: 'POST',
      headers: { ...form, origin: url },
      body: 'user=grace',
    })
    expect([login.status, guest.setCookies.length]).toEqual([303, 1])
    expect(await (await guest.get('/')).text()).toMatch(/Visit 3, grace/)
    const logout = await guest.get('/logout', { method: 'POST', headers: { ...form, origin: url } })
    expect([logout.status, guest.cookie]).toEqual([303, ''])
    expect(await (await guest.get('/')).text()).toMatch(/Visit 1, nobody/)
  })

  test('refuses the form of another site', async () => {
    const guest = visitor(url)
    await guest.get('/')
    const headers = { ...form, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await guest.get('/login', { method: 'POST', headers, body: 'user=eve' })).status).toBe(403)
  })
})

describe.each(runtimes)('$name', ({ program, run, embedded, memory, upstash }) => {
  test('the embedded store and the one in memory keep the contract', async () => {
    expect([embedded, memory]).toEqual(['keeps the contract', 'keeps the contract'])
    app.write({ 'conformance.mjs': readFileSync(join(import.meta.dirname, 'conformance.mjs'), 'utf8') })
    const { stdout } = await execute(program(), [...run, 'conformance.mjs'], { cwd: app.folder })
    expect(stdout.trim()).toMatch(/^(?!0)\d+ passed, 0 failed$/)
  })

  test('upstashStore works', async () => {
    expect(upstash).toBe('works')
    const redis = await startRedis()
    const server = await startUpstash({ redis: redis.url })
    app.write({ 'upstash.mjs': readFileSync(join(import.meta.dirname, 'upstash.mjs'), 'utf8') })
    const env = { ...process.env, URL: server.url, TOKEN: server.token }
    const { stdout } = await execute(program(), [...run, 'upstash.mjs'], { cwd: app.folder, env })
    await server.close()
    await redis.stop()
    expect(stdout.trim()).toBe('1 2')
  })
})

test('docs/servers.md tells what works on which runtime', () => {
  const [, table] = /<!-- runtimes -->\n\n(.*?)\n\n<!-- \/runtimes -->/s.exec(textOf('docs/servers.md')) ?? []
  expect(table).toBe(tableOf(RUNTIMES))
})
