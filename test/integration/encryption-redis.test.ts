import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { useFixture } from '../stores/redis/fixture.ts'
import { Browser } from '../support/browser.ts'
import { rotateKeysUnderLoad } from '../support/key-rotation.ts'

const fixture = useFixture({ appendonly: true })
const encryption = { keys: ['kQ3s0hFv7m2bWcJxT1dZ8nYpLr5uEaGi4oVtXwHzBMA'] }

test('two changes of keys and secrets under load sign nobody out, with servers of both clients', async () => {
  const kinds = ['node-redis 6', 'ioredis 6'] as const
  let opened = 0
  const report = await rotateKeysUnderLoad(() => fixture.open(kinds[opened++ % 2]))
  expect(report).toMatchObject({ signedOut: 0 })
  expect(report.requests).toBeGreaterThan(100)
  expect(report.events).not.toContain('unreadable')
})

test('two hundred increments through four servers count two hundred', async () => {
  const stores = await Promise.all(
    (['node-redis 6', 'ioredis 6', 'node-redis 5', 'ioredis 5'] as const).map((kind) => fixture.open(kind)),
  )
  const browsers = stores.map((store) => new Browser(new Sessions<{ n?: number }>({ encryption }, store)))
  await browsers[0]!.visit((session) => session.login('ann'))
  for (const browser of browsers) browser.token = browsers[0]!.token
  const sums = await Promise.all(
    Array.from({ length: 200 }, (_, i) => browsers[i % 4]!.visit((session) => session.increment('n'))),
  )
  expect(sums.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1))
})

test('no user, value or device is seen by the server, in its commands, memory and files', async () => {
  const visitor = new Browser(new Sessions({ encryption }, await fixture.open()))
  const commands = await fixture.commandsOf(() =>
    visitor.visit(async (session) => {
      await session.login('MARKER-user', { data: { a: 'MARKER-data' }, device: 'MARKER-device' })
      await session.set('b', new Map([['MARKER-key', 'MARKER-rich']]))
      await session.update('c', () => 'MARKER-update')
      await session.increment('n', 471_193_528_604_117)
      await session.flash('note', 'MARKER-flash')
      await session.take('a')
      await session.rotate()
    }),
  )
  const seen: string[] = [JSON.stringify(commands)]
  for (const key of await fixture.redis.keys('*')) {
    const type = await fixture.redis.type(key)
    if (type === 'hash') seen.push(JSON.stringify(await fixture.redis.hgetall(key)))
    else seen.push((await fixture.redis.dumpBuffer(key))?.toString('latin1') ?? '')
  }
  const files = readdirSync(fixture.server.dir, { recursive: true, encoding: 'utf8' })
  for (const name of files.map((file) => join(fixture.server.dir, file)))
    if (statSync(name).isFile()) seen.push(readFileSync(name, 'latin1'))
  expect(seen.join().match(/e1\./g)?.length).toBeGreaterThan(10)
  expect(seen.join()).not.toMatch(/MARKER|471193528604117/)
  expect(await visitor.visit((session) => [session.userId, session.get('c'), session.get('n')])).toEqual([
    'MARKER-user',
    'MARKER-update',
    471_193_528_604_117,
  ])
})
