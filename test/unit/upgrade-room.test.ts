/** Upgrades of a session's data that find less room in the record than when it was read. */

import { expect, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { isAlive } from '../../src/core/store.ts'
import { identify } from '../../src/core/record/token.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { Browser } from '../support/browser.ts'

const maxBytes = 1000
type Data = Record<string, unknown>

async function begin(migrate: (data: Data) => Data): Promise<{
  older: Browser
  newer: Browser
  fields: () => Promise<Map<string, string>>
}> {
  const memory = memoryStore()
  const older = new Browser(new Sessions({ maxBytes }, memory))
  const newer = new Browser(new Sessions({ maxBytes, version: 2, migrate: { 1: migrate } }, memory))
  await older.visit((session) => session.set('a', 'x'.repeat(200)))
  newer.token = older.token
  const { key } = await identify(older.token)
  const fields = async (): Promise<Map<string, string>> => {
    const record = memory.load(key)
    return isAlive(record) ? new Map(record.fields) : new Map()
  }
  return { older, newer, fields }
}

test('an upgrade leaves the older data behind if other requests have taken the room for it', async () => {
  const { older, newer, fields } = await begin(({ a }) => ({ a, b: 1 }))
  const { session } = await newer.open()
  await older.visit((other) => other.namespace('n').set('more', 'x'.repeat(650)))
  await session.set('c', 2)
  expect(session.getAll()).toEqual({ a: 'x'.repeat(200), b: 1, c: 2 })
  const stored = await fields()
  expect([...stored].flat().join('').length).toBeLessThanOrEqual(maxBytes)
  expect(await newer.visit((next) => [next.getAll(), next.namespace('n').get('more')])).toEqual([
    { a: 'x'.repeat(200), b: 1, c: 2 },
    'x'.repeat(650),
  ])
})

test('data that a migration makes too large is not written, and the old data stays', async () => {
  const { newer, fields } = await begin(({ a }) => ({ a: String(a).repeat(10) }))
  const before = await fields()
  await newer.visit(async (session) => {
    expect(session.get('a')).toHaveLength(2000)
    await expect(session.set('b', 1)).rejects.toMatchObject({ code: 'ERR_RECORD_TOO_LARGE' })
  })
  expect(await fields()).toEqual(before)
})
