/** Where the embedded store is a mistake, it says so. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import { lifetime, record } from './redis/fixture.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

test.each([
  ['VERCEL', '1', /^[^\n]* this is Vercel: [^\n]*$/],
  ['AWS_LAMBDA_FUNCTION_NAME', 'shop', /^[^\n]* this is AWS Lambda: [^\n]*$/],
  ['K_SERVICE', 'shop', /^[^\n]* this is Google Cloud Run: [^\n]*$/],
  ['HOSTNAME', 'shop', /^$/],
])('with %s in the environment', async (name, value, says) => {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-platform-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  vi.stubEnv(name, value)
  const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const store = sqliteStore({ file: join(folder, 'sessions.db') })
  for (const key of ['a', 'b']) await store.create(key, record(), await lifetime(store))
  await store.close()
  await store.load('a')
  await store.close()
  expect(warnings.mock.calls.map(([text]) => String(text)).join('\n')).toMatch(says)
})
