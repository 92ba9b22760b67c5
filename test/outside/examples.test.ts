/**
 * The one-file server of each adapter, in a folder with nothing but what it imports: it compiles, runs
 * as its first line says, and does what it shows.
 */

import { spawn, type ChildProcess } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { visitor } from '../support/visitor.ts'
import { openWorkshop, type Application, type Workshop } from './workshop.ts'

const EXAMPLES = join(import.meta.dirname, '../../examples')
const names = ['express', 'fastify', 'fetch', 'hono', 'http', 'micro']
const PACKAGES = ['express', 'fastify', 'hono', '@hono/node-server', 'micro', 'typescript']
const TYPES = ['@types/express', '@types/node@24']
const form = { 'content-type': 'application/x-www-form-urlencoded' }

let workshop: Workshop
let app: Application
beforeAll(async () => {
  workshop = await openWorkshop()
  app = await workshop.install([...PACKAGES, ...TYPES])
  for (const name of names) cpSync(join(EXAMPLES, `${name}.ts`), join(app.folder, `${name}.ts`))
})
afterAll(() => workshop?.remove())

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

describe.each(names)('%s', (name) => {
  const home = mkdtempSync(join(tmpdir(), 'sojourn-example-'))
  let server: ChildProcess
  let url = ''

  beforeAll(async () => {
    server = spawn(process.execPath, ['--no-warnings', join(app.folder, `${name}.ts`)], {
      cwd: home,
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    for await (const chunk of server.stdout ?? []) {
      output += String(chunk)
      const port = /port: (\d+)/.exec(output)?.[1]
      if (port === undefined) continue
      url = `http://localhost:${port}`
      break
    }
  })

  afterAll(() => {
    server.kill()
    rmSync(home, { recursive: true, force: true })
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
