/** Redis answers, and says no. */

import { createHash } from 'node:crypto'
import { mkdirSync, rmdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { freePort, type RedisServer } from '../support/redis-server.ts'
import { assertFault } from './redis/fault.ts'
import { codesOf, suffer } from './redis/suffer.ts'

const ALL = { read: '503', write: '503', signIn: '503', signOut: '503', after: 'as before' }
const WRITES = { ...ALL, read: 'works' }
const CLOSED = { breaker: 'stays closed' }
const UNAVAILABLE = '`UNAVAILABLE`'

const asApp = ({ url }: RedisServer): string => url.replace('//', '//app:pw@')
const APP = '--user app on >pw ~sojourn:* +@all'.split(' ')

describe('a Redis that refuses', () => {
  test(
    'a read-only replica (`READONLY`)',
    assertFault({ ...WRITES, ...CLOSED, error: UNAVAILABLE }, (fixture) =>
      suffer(fixture, {
        begin: async ({ redis }) => redis.replicaof('127.0.0.1', await freePort()),
        end: ({ redis }) => redis.replicaof('NO', 'ONE'),
      }),
    ),
  )

  test(
    'full, with `noeviction` (`OOM`)',
    assertFault({ ...WRITES, ...CLOSED, signOut: 'works', error: '`FULL`' }, (fixture) =>
      suffer(fixture, {
        begin: ({ redis }) => redis.config('SET', 'maxmemory', '1'),
        end: ({ redis }) => redis.config('SET', 'maxmemory', '0'),
      }),
    ),
  )

  test(
    'cannot save to disk (`MISCONF`)',
    assertFault({ ...WRITES, ...CLOSED, error: UNAVAILABLE }, (fixture) => {
      const file = join(fixture.server.dir, 'dump.rdb')
      return suffer(fixture, {
        async begin({ redis }) {
          // It cannot take the place of a folder.
          mkdirSync(file)
          await redis.config('SET', 'save', '3600 1')
          await savedWith(redis, 'err')
        },
        async end({ redis }) {
          rmdirSync(file)
          await savedWith(redis, 'ok')
        },
      })
    }),
  )

  test(
    'still reading its data (`LOADING`)',
    assertFault(
      { ...ALL, ...CLOSED, error: UNAVAILABLE, withIoredis: { breaker: 'opens, closes' } },
      (fixture) => {
        let back: Promise<void>
        return suffer(fixture, {
          async begin({ redis, server }) {
            await redis.call('DEBUG', 'POPULATE', '10000')
            await redis.save()
            await server.kill9()
            back = server.restart()
            back.catch(() => undefined)
            while (!(await saidBy(server.port, 'GET k')).startsWith('-LOADING')) await sleep(10)
          },
          async end({ server }) {
            await saidBy(server.port, 'CONFIG SET key-load-delay 0')
            await back
          },
        })
      },
      {
        // The cause is a command that DEBUG offers, and a short look around after each part of the file.
        args: '--enable-debug-command yes --key-load-delay 1000 --loading-process-events-interval-bytes 1024'.split(
          ' ',
        ),
        timeout: '5s',
      },
    ),
  )

  test(
    'wants a password (`NOAUTH`)',
    assertFault(
      { ...ALL, ...CLOSED, error: UNAVAILABLE },
      (fixture) =>
        suffer(fixture, {
          deadline: 5000,
          async begin({ redis }) {
            await redis.config('SET', 'requirepass', 'secret')
            await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
          },
          end: ({ redis }) => redis.config('SET', 'requirepass', ''),
        }),
      { timeout: '5s' },
    ),
  )

  test(
    'has another password (`WRONGPASS`)',
    assertFault(
      { ...ALL, ...CLOSED, error: UNAVAILABLE },
      (fixture) =>
        suffer(fixture, {
          deadline: 5000,
          async begin({ redis }) {
            await redis.acl('SETUSER', 'app', 'resetpass', '>other')
            await redis.call('CLIENT', 'KILL', 'USER', 'app')
          },
          end: ({ redis }) => redis.acl('SETUSER', 'app', 'resetpass', '>pw'),
        }),
      { args: APP, url: asApp, timeout: '5s' },
    ),
  )

  test(
    'forbids every command (`NOPERM`)',
    assertFault(
      { ...ALL, ...CLOSED, error: UNAVAILABLE },
      (fixture) =>
        suffer(fixture, {
          begin: ({ redis }) => redis.acl('SETUSER', 'app', '-@all'),
          end: ({ redis }) => redis.acl('SETUSER', 'app', '+@all'),
        }),
      { args: APP, url: asApp },
    ),
  )

  test(
    'forbids scripts (`NOPERM` for `EVAL`)',
    assertFault(
      {
        read: 'works',
        write: 'works, but `update()`: 500',
        signIn: 'works',
        signOut: 'works',
        error: '`UNSUPPORTED`',
        ...CLOSED,
        after: 'as before',
      },
      async (fixture) => {
        const row = await suffer(fixture, {
          begin: ({ redis }) => redis.acl('SETUSER', 'app', '-@scripting'),
          end: () => undefined,
        })
        const guest = await fixture.signedIn('updater')
        const from = fixture.events.length
        const { status } = await fixture.ask(guest, '/update?value=2')
        const error = codesOf(fixture, from)
        expect((await fixture.ask(guest, '/read')).text).toBe('{"a":"1"}')
        await fixture.redis.acl('SETUSER', 'app', '+@scripting')
        expect((await fixture.ask(guest, '/update?value=2')).status).toBe(200)
        return { ...row, write: `${row.write}, but \`update()\`: ${status}`, error }
      },
      { args: APP, url: asApp },
    ),
  )

  test(
    'holds something else under a key of ours (`WRONGTYPE`)',
    assertFault(
      {
        read: 'as nobody',
        write: 'works, in a new session',
        signIn: 'works',
        signOut: 'works',
        error: 'none',
        ...CLOSED,
        after: 'signed out',
      },
      async (fixture) => {
        const [guest, leaver] = [await fixture.signedIn('guest'), await fixture.signedIn('leaver')]
        const { cookie } = guest
        for (const each of [guest, leaver]) await fixture.redis.set(keyOf(each.cookie), 'foreign')
        const read = await fixture.ask(guest, '/read')
        const who = await fixture.ask(guest, '/who')
        const left = await fixture.ask(leaver, '/logout')
        const write = await fixture.ask(guest, '/set?key=b')
        expect([read.text, who.status, write.status, write.cookies]).toEqual(['{}', 401, 200, 1])
        expect(guest.cookie).not.toBe(cookie)
        const signIn = await fixture.ask(guest, '/login?user=guest')
        expect([left.status, signIn.status, (await fixture.ask(guest, '/who')).text]).toEqual([
          200,
          303,
          'guest',
        ])
        // It may be somebody else's.
        expect(await fixture.redis.get(keyOf(cookie))).toBe('foreign')
        const told = fixture.events.filter(({ type }) => type === 'unreadable')
        expect(told.length).toBeGreaterThan(0)
        return {
          read: 'as nobody',
          write: 'works, in a new session',
          signIn: 'works',
          signOut: 'works',
          error: codesOf(fixture, 0),
          ...CLOSED,
          after: 'signed out',
        }
      },
    ),
  )
})

/** Saves in the background until that ends as it should. */
async function savedWith(redis: Redis, status: 'ok' | 'err'): Promise<void> {
  for (;;) {
    await redis.bgsave().catch(() => undefined)
    await sleep(50)
    if ((await redis.info('persistence')).includes(`rdb_last_bgsave_status:${status}`)) return
  }
}

/** The answer to one command, on a connection that asks nothing before. */
function saidBy(port: number, command: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${command}\r\n`))
    socket.once('data', (data) => {
      socket.destroy()
      resolve(data.toString())
    })
    socket.once('error', () => resolve(''))
  })
}

/** Where Redis keeps the session of a cookie. */
function keyOf(cookie: string): string {
  const [, token = ''] = cookie.split('=')
  return `sojourn:{${createHash('sha256').update(token).digest('base64url')}}`
}
