/** The one-file server of each adapter compiles, runs as its first line says, and does what it shows. */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { visitor } from '../support/visitor.ts'

const ROOT = join(import.meta.dirname, '../..')
const files = ['express', 'fastify', 'fetch', 'hono', 'http', 'micro'].map((name) => `examples/${name}.ts`)
const form = { 'content-type': 'application/x-www-form-urlencoded' }

test('they compile', () => {
  mkdirSync(join(ROOT, '.tmp'), { recursive: true })
  const folder = mkdtempSync(join(ROOT, '.tmp', 'examples-'))
  const compilerOptions = {
    target: 'ES2023',
    module: 'NodeNext',
    types: ['node'],
    strict: true,
    noPropertyAccessFromIndexSignature: true,
    skipLibCheck: true,
    noEmit: true,
    erasableSyntaxOnly: true,
  }
  const config = { compilerOptions, files: files.map((file) => join(ROOT, file)) }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  const { stdout } = spawnSync(tsc, ['-p', folder, '--pretty', 'false'], { encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  expect(stdout).toBe('')
})

describe.each(files)('%s', (file) => {
  const home = mkdtempSync(join(tmpdir(), 'sojourn-example-'))
  let server: ChildProcess
  let url = ''

  beforeAll(async () => {
    server = spawn(process.execPath, ['--experimental-strip-types', '--no-warnings', join(ROOT, file)], {
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
