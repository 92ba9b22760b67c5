import { createHash, randomBytes } from 'node:crypto'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { encodeMeta, type RecordMeta } from '../../src/core/record/meta.ts'
import type { ClientKind } from '../stores/redis/clients.ts'
import { useFixture } from '../stores/redis/fixture.ts'
import { type Act, type Seen, serverHere, type SkewedServer, startSkewedServer } from './clocks/server.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const IDLE = 20 * MINUTE
/** More than any of this takes, and far less than the clocks are wrong by. */
const SLACK = MINUTE

const fixture = useFixture()
let right: SkewedServer['visit']
beforeAll(async () => {
  right = await serverHere('node-redis 6', fixture.server.url)
})

const started: SkewedServer[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()))
})

async function start(kind: ClientKind, skew: number): Promise<SkewedServer> {
  const server = await startSkewedServer(kind, fixture.server.url, skew)
  started.push(server)
  const { wall } = await server.visit('', 'read')
  expect(Math.abs(wall - Date.now() - skew)).toBeLessThan(SLACK)
  return server
}

function keyOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

/** Milliseconds that Redis will keep a session. */
function left(token: string): Promise<number> {
  return fixture.redis.pttl(`sojourn:{${keyOf(token)}}`)
}

async function storeTime(): Promise<number> {
  const [seconds, microseconds] = await fixture.redis.time()
  return Number(seconds) * 1000 + Number(microseconds) / 1000
}

function assertNear(actual: number | null, wanted: number): void {
  expect(actual).toBeGreaterThan(wanted - SLACK)
  expect(actual).toBeLessThan(wanted + SLACK)
}

/** A session as Redis holds it that began some time ago, with a TTL of any length. */
async function stored(ago: number, ttl: number, more: Partial<RecordMeta> = {}): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const store = await fixture.open()
  const createdAt = Math.floor(await storeTime()) - ago
  const meta = { createdAt, absoluteAt: createdAt + HOUR, idle: IDLE, persist: true, ...more }
  const user = { userId: 'ann', authenticatedAt: createdAt }
  const record = { meta: encodeMeta({ ...meta, ...user }, 'sojourn'), fields: new Map([['n', '1']]) }
  await store.create(keyOf(token), record, { idle: ttl, absoluteAt: createdAt + ago + ttl })
  await fixture.redis.pexpire(`sojourn:{${keyOf(token)}}`, ttl)
  return token
}

const machines = (['node-redis 6', 'ioredis 6'] as const).flatMap((kind) =>
  [2, -2].map((hours) => [kind, hours] as const),
)

describe.for(machines)('a server with %s whose clock is %d hours off', ([kind, hours]) => {
  const begin = (): Promise<SkewedServer> => start(kind, hours * HOUR)

  test('logs nobody out and extends nothing, whatever it does', async () => {
    const wrong = await begin()
    let { token } = await right('', 'login')
    const { createdAt } = await right(token, 'read')
    for (const act of ['read', 'write', 'touch', 'rotate', 'write', 'read'] as Act[]) {
      const seen = await wrong.visit(token, act)
      token = seen.token
      expect(seen, act).toMatchObject({ userId: 'ann', ended: null, createdAt, isFresh: true })
      assertNear(seen.expiresAt, (await storeTime()) + IDLE)
      assertNear(await left(token), IDLE)
      expect(await right(token, 'read'), act).toMatchObject({ userId: 'ann', ended: null, createdAt })
    }
    expect((await wrong.visit(token, 'list')).listed).toBe(1)
  })

  test('signs people in for as long as any other server', async () => {
    const wrong = await begin()
    const seen = await wrong.visit('', 'login')
    const now = await storeTime()
    for (const { createdAt, authenticatedAt, expiresAt } of [seen, await right(seen.token, 'read')]) {
      assertNear(createdAt, now)
      assertNear(authenticatedAt, now)
      assertNear(expiresAt, now + IDLE)
    }
    expect(seen.cookies).toHaveLength(1)
    expect(seen.cookies[0]).toContain('Max-Age=3600;')
    assertNear(await left(seen.token), IDLE)
    expect(await right(seen.token, 'list')).toMatchObject({ userId: 'ann', isFresh: true, listed: 1 })
  })

  test('keeps to what is left of the absolute lifetime', async () => {
    const wrong = await begin()
    for (const act of ['read', 'write', 'touch', 'rotate'] as Act[]) {
      const token = await stored(55 * MINUTE, 2 * MINUTE)
      const seen: Seen = await wrong.visit(token, act)
      expect(seen, act).toMatchObject({ userId: 'ann', ended: null })
      await expect.poll(() => left(seen.token), { message: act }).toBeGreaterThan(4 * MINUTE)
      expect(await left(seen.token)).toBeLessThanOrEqual(5 * MINUTE)
    }
  })

  test('asks for the password when the store says so', async () => {
    const wrong = await begin()
    for (const [ago, isFresh] of [
      [5 * MINUTE, true],
      [15 * MINUTE, false],
    ] as const) {
      const token = await stored(ago, IDLE)
      expect(await wrong.visit(token, 'read')).toMatchObject({ userId: 'ann', isFresh })
    }
  })

  test('does not let a TTL raised by hand outlive the absolute limit', async () => {
    const wrong = await begin()
    for (const act of ['read', 'write', 'touch'] as Act[]) {
      const token = await stored(HOUR + 1000, 100 * HOUR)
      expect(await left(token)).toBeGreaterThan(99 * HOUR)
      const seen = await wrong.visit(token, 'read')
      expect(seen).toMatchObject({ userId: null, ended: 'absolute', expiresAt: null })
      const after = await wrong.visit(token, act)
      expect(after.userId, act).toBeNull()
    }
  })

  test('signs out, and stays right when its clock is set while it runs', async () => {
    const wrong = await begin()
    const { token } = await right('', 'login')
    for (const skew of [0, -hours * HOUR, hours * HOUR]) {
      await wrong.setClock(skew)
      const seen = await wrong.visit(token, 'touch')
      expect(seen).toMatchObject({ userId: 'ann', ended: null, isFresh: true })
      assertNear(seen.expiresAt, (await storeTime()) + IDLE)
      assertNear(await left(token), IDLE)
    }
    await wrong.visit(token, 'logout')
    expect(await right(token, 'read')).toMatchObject({ userId: null, ended: 'logout' })
  })
})

test('a TTL raised by hand is cut back to the limits by the next write', async () => {
  const { token } = await right('', 'login')
  await fixture.redis.pexpire(`sojourn:{${keyOf(token)}}`, 100 * HOUR)
  await right(token, 'write')
  assertNear(await left(token), IDLE)
})
