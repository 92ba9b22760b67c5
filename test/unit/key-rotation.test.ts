import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { useFixture } from '../stores/sqlite-fixture.ts'
import { Browser } from '../support/browser.ts'
import { rotateKeysUnderLoad } from '../support/key-rotation.ts'

const encryption = { keys: ['kQ3s0hFv7m2bWcJxT1dZ8nYpLr5uEaGi4oVtXwHzBMA'] }

test('two changes of keys and secrets under load sign nobody out: memory', async () => {
  const memory = memoryStore()
  const report = await rotateKeysUnderLoad(() => memory)
  expect(report).toMatchObject({ signedOut: 0 })
  expect(report.requests).toBeGreaterThan(500)
  expect(report.events).not.toContain('unreadable')
})

describe('SQLite', () => {
  const fixture = useFixture()

  test('two changes of keys and secrets under load sign nobody out', async () => {
    const report = await rotateKeysUnderLoad(() => fixture.open())
    expect(report).toMatchObject({ signedOut: 0 })
    expect(report.requests).toBeGreaterThan(100)
    expect(report.events).not.toContain('unreadable')
  })

  test('no byte of user, data or device lies in its files', async () => {
    const visitor = new Browser(new Sessions({ encryption }, fixture.open()))
    await visitor.visit(async (session) => {
      await session.login('MARKER-user', { data: { a: 'MARKER-data' }, device: 'MARKER-device' })
      await session.set('b', new Map([['MARKER-key', 'MARKER-rich']]))
      await session.update('c', () => 'MARKER-update')
      await session.flash('note', 'MARKER-flash')
    })
    const folder = join(fixture.file, '..')
    const bytes = Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))))
    expect(bytes.includes('e1.')).toBe(true)
    expect(bytes.includes('MARKER')).toBe(false)
    expect(await visitor.visit((session) => [session.userId, session.get('c')])).toEqual([
      'MARKER-user',
      'MARKER-update',
    ])
  })
})
