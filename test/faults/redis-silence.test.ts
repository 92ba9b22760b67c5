/** Redis says nothing: it hangs, it is gone, it comes back. */

import { setTimeout as sleep } from 'node:timers/promises'
import { describe, test } from 'vitest'
import { assertFault } from './redis/fault.ts'
import type { Fixture } from './redis/fixture.ts'
import { suffer } from './redis/suffer.ts'

const ALL = { read: '503', write: '503', signIn: '503', signOut: '503', after: 'as before' }
const NONE = { read: 'works', write: 'works', signIn: 'works', signOut: 'works', after: 'as before' }

describe('a silent Redis', () => {
  test(
    'frozen',
    assertFault({ ...ALL, error: '`TIMEOUT`, then `UNAVAILABLE`', breaker: 'opens, closes' }, (fixture) =>
      suffer(fixture, { begin: ({ server }) => server.pause(), end: ({ server }) => server.resume() }),
    ),
  )

  test(
    'down',
    assertFault(
      { ...ALL, error: '`UNAVAILABLE`', breaker: 'opens, closes' },
      (fixture) =>
        suffer(fixture, {
          deadline: 5000,
          begin: killed,
          end: ({ server }) => server.restart(),
        }),
      { appendonly: true, timeout: '5s' },
    ),
  )

  test(
    'restarts within a second',
    { retry: 4 },
    assertFault(
      { ...NONE, error: 'none', breaker: 'stays closed' },
      (fixture) =>
        suffer(fixture, {
          deadline: 5000,
          isShort: true,
          begin: killed,
          end: ({ server }) => server.restart(),
        }),
      { appendonly: true, timeout: '5s' },
    ),
  )
})

/** Kills the server, and lets its clients hear of it. */
async function killed({ server }: Fixture): Promise<void> {
  await server.kill9()
  await sleep(50)
}
