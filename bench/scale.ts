/**
 * What sessions cost Redis itself: bytes for each of a million, and commands, bytes and processor
 * time for each thing a request may do. The ground under `docs/scale.md`.
 *
 * @module
 */

import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { createSessions, type Session, type Sessions } from 'sojourn'
import { redisStore } from 'sojourn/stores/redis'
import { startRedis } from '../test/support/redis-server.ts'
import { inParallel } from './measure.ts'
import { dataOf } from './visitors.ts'

const WIDTH = 256
const MILLION = Number(process.env['SESSIONS'] ?? 1_000_000)
const REPEATS = 5000
const DEVICES = 10

/** What is kept of a visitor. */
const SHAPES = [
  { name: 'anonymous, two small values', userId: null, data: { theme: 'dark', cart: ['lamp', 'chair'] } },
  { name: 'signed in, two small values', userId: 'user', data: { theme: 'dark', cart: ['lamp', 'chair'] } },
  { name: 'signed in, 1 KiB in eight values', userId: 'user', data: dataOf(1) },
]

/** Redis keeps a hash in one piece, and so in less memory, as long as no value is longer than this. */
const LISTPACKS = [64, 1024]

export async function benchScale(): Promise<void> {
  await costs()
  console.log(`\n${'bytes of memory for a session'.padEnd(36)}${LISTPACKS.map(listpack).join('')}`)
  for (const { name, userId, data } of SHAPES) {
    const cells: string[] = []
    for (const limit of LISTPACKS) cells.push(`${await bytesPer(MILLION, userId, data, limit)}`.padEnd(32))
    console.log(name.padEnd(36) + cells.join(''))
  }
}

function listpack(limit: number): string {
  return `hash-max-listpack-value ${limit}`.padEnd(32)
}

/** Fills a server, and divides. */
async function bytesPer(count: number, userId: string | null, data: object, limit: number): Promise<number> {
  const server = await startRedis({ args: ['--hash-max-listpack-value', `${limit}`] })
  const client = createClient({ url: server.url })
  const admin = new Redis(server.url)
  await client.connect()
  const sessions = createSessions({ store: redisStore(client), timeout: '30s' })
  try {
    const before = await figure(admin, 'memory', 'used_memory')
    await inParallel(count, WIDTH, async (i) => {
      const { session } = await open(sessions, null)
      if (userId === null) await session.set(data)
      else await session.login(`${userId} ${i}`, { data })
    })
    return Math.round(((await figure(admin, 'memory', 'used_memory')) - before) / count)
  } finally {
    client.destroy()
    admin.disconnect()
    await server.stop()
  }
}

/** What each thing costs a server that does nothing else. */
async function costs(): Promise<void> {
  const server = await startRedis()
  const client = createClient({ url: server.url })
  const admin = new Redis(server.url)
  await client.connect()
  const sessions = createSessions({ store: redisStore(client) })
  const headers: string[] = []
  let count = 0

  const works: Record<string, (i: number) => Promise<unknown>> = {
    'first write': async () => {
      const { session, header } = await open(sessions, null)
      await session.set(dataOf(1))
      headers.push(header())
    },
    read: (i) => visit(i, () => undefined),
    'read, and move the deadline': (i) => visit(i, (session) => session.touch()),
    'read, and write one value': (i) => visit(i, (session) => session.set('theme', `theme ${count++}`)),
    'read, and count': (i) => visit(i, (session) => session.increment('visits')),
    'read, and update by a function': (i) => visit(i, (session) => session.update('cart', () => [count++])),
    'sign in': (i) =>
      visit(i, (session, keep) => session.login(`user ${i % (REPEATS / DEVICES)}`).then(keep)),
    [`list ${DEVICES} devices`]: (i) => sessions.list(`user ${i % (REPEATS / DEVICES)}`),
    'sign out': (i) => (i % 2 === 0 ? visit(i, (session) => session.logout()) : Promise.resolve()),
    [`sign out ${DEVICES / 2} devices`]: (i) =>
      i < REPEATS / DEVICES ? sessions.revokeUser(`user ${i}`) : Promise.resolve(),
  }
  const shares: Record<string, number> = { 'sign out': 2, [`sign out ${DEVICES / 2} devices`]: DEVICES }

  console.log(
    ['what a request does', 'commands', 'bytes in', 'bytes out', 'µs of Redis'].map(column).join(''),
  )
  try {
    for (const [name, work] of Object.entries(works)) {
      const before = await used(admin)
      await inParallel(REPEATS, 64, work)
      const after = await used(admin)
      const each = (shares[name] ?? 1) / REPEATS
      console.log(
        [name, ...after.map((value, i) => ((value - before[i]!) * each).toFixed(i === 3 ? 1 : 0))]
          .map(column)
          .join(''),
      )
    }
  } finally {
    client.destroy()
    admin.disconnect()
    await server.stop()
  }

  async function visit(i: number, work: (session: Session, keep: () => void) => unknown): Promise<void> {
    const { session, header } = await open(sessions, headers[i] ?? null)
    session.get('theme')
    await work(session, () => void (headers[i] = header()))
  }
}

function column(text: string, i: number): string {
  return i === 0 ? text.padEnd(36) : text.padStart(12)
}

/** Commands, bytes in, bytes out and microseconds of processor time since the server started. */
async function used(admin: Redis): Promise<number[]> {
  const seconds = (await figure(admin, 'cpu', 'used_cpu_user')) + (await figure(admin, 'cpu', 'used_cpu_sys'))
  return [
    await figure(admin, 'stats', 'total_commands_processed'),
    await figure(admin, 'stats', 'total_net_input_bytes'),
    await figure(admin, 'stats', 'total_net_output_bytes'),
    seconds * 1e6,
  ]
}

async function figure(admin: Redis, section: string, name: string): Promise<number> {
  return Number(new RegExp(`^${name}:(.*)$`, 'm').exec(await admin.info(section))?.[1])
}

/** A request with the cookie of a visitor, and what cookie it leaves. */
async function open(
  sessions: Sessions,
  header: string | null,
): Promise<{ session: Session; header: () => string }> {
  let sent = header ?? ''
  const session = await sessions.open({
    header,
    send(cookie) {
      sent = `${cookie.name}=${cookie.value}`
      return () => undefined
    },
  })
  return { session, header: () => sent }
}
