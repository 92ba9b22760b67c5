/** What a Redis that is killed under load has lost, by how it writes its append-only file. */

import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { assertFault, type Row, tell } from './redis/fault.ts'
import type { Guest, Fixture } from './redis/fixture.ts'
import { codesOf, recovered } from './redis/suffer.ts'

const LOADERS = 8
const LOAD_FOR = 2500
/** Redis hands its file to the disk each second, and waits another one for a slow disk. */
const AT_RISK = 2000

const ROW = {
  read: 'works or 503',
  write: 'works or 503',
  signIn: 'works or 503',
  signOut: 'works or 503',
  error: '`UNAVAILABLE` or `TIMEOUT`',
  breaker: '–',
}

/** Something that a visitor was told, and when. */
interface Acknowledged {
  at: number
  guest: Guest
  what: { key: string } | 'signed out'
}

describe('a Redis that is killed under load', () => {
  const nothing = { ...ROW, after: 'as before; nothing acknowledged is lost' }
  const seconds = { ...ROW, after: 'without the last two seconds, at worst' }
  test('killed, `appendfsync always`', assertLoss('always', nothing))
  test('killed, `appendfsync everysec`', assertLoss('everysec', seconds))
  test('killed, `appendfsync no`', assertLoss('no', seconds))
})

function assertLoss(appendfsync: 'always' | 'everysec' | 'no', row: Row): ReturnType<typeof assertFault> {
  return assertFault(
    row,
    async (fixture) => {
      const until = performance.now() + LOAD_FOR
      const told: Acknowledged[] = []
      const over = { is: false }
      const loaders = Array.from({ length: LOADERS }, (_, i) => load(fixture, `guest ${i}`, told, over))
      while (performance.now() < until) await sleep(10)
      const killedAt = performance.now()
      await fixture.server.kill9()
      over.is = true
      const statuses = new Set((await Promise.all(loaders)).flat())
      await fixture.server.restart()
      await recovered(fixture, fixture.newcomer())

      const lost: Acknowledged[] = []
      for (const each of told) if (await isLost(fixture, each)) lost.push(each)
      tell(fixture, `${lost.length} of ${told.length} acknowledged changes lost`)
      const safe = lost.filter(({ at }) => appendfsync === 'always' || at < killedAt - AT_RISK)
      expect(safe).toEqual([])
      expect(told.length).toBeGreaterThan(LOADERS)
      expect([...statuses].filter((status) => status >= 400 && status !== 503)).toEqual([])
      expect(['none', '`TIMEOUT`', '`UNAVAILABLE`', '`TIMEOUT` or `UNAVAILABLE`']).toContain(
        codesOf(fixture, 0),
      )
      return row
    },
    { args: ['--appendonly', 'yes', '--appendfsync', appendfsync] },
  )
}

/** Somebody signs in, writes, signs out, and begins again. Answers the statuses. */
async function load(
  { ask, newcomer }: Fixture,
  user: string,
  told: Acknowledged[],
  over: { is: boolean },
): Promise<number[]> {
  const statuses: number[] = []
  while (!over.is) {
    const guest = newcomer()
    const login = await ask(guest, `/login?user=${user}`)
    statuses.push(login.status)
    if (login.status >= 400) continue
    for (let i = 0; i < 5 && !over.is; i++) {
      const { status } = await ask(guest, `/set?key=k${i}`)
      statuses.push(status)
      if (status === 200) told.push({ at: performance.now(), guest, what: { key: `k${i}` } })
    }
    if (told.length % 2 > 0) continue
    const kept = { ...guest }
    const { status } = await ask(guest, '/logout')
    statuses.push(status)
    // What was said before of this session is over.
    for (let i = told.length - 1; i >= 0; i--) if (told[i]!.guest === guest) told.splice(i, 1)
    if (status === 200) told.push({ at: performance.now(), guest: kept, what: 'signed out' })
  }
  return statuses
}

async function isLost({ ask }: Fixture, { guest, what }: Acknowledged): Promise<boolean> {
  if (what === 'signed out') return (await ask({ ...guest }, '/who')).status !== 401
  return !(what.key in (JSON.parse((await ask({ ...guest }, '/read')).text) as object))
}
