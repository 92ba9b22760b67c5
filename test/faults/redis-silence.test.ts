/** Redis says nothing: it hangs, it is gone, it comes back. */

import { describe, test } from 'vitest'
import { assertFault } from './redis/fault.ts'
import { suffer } from './redis/suffer.ts'

const ALL = { read: '503', write: '503', signIn: '503', signOut: '503', after: 'as before' }
const NONE = { read: 'works', write: 'works', signIn: 'works', signOut: 'works', after: 'as before' }

describe('a silent Redis', () => {
  test(
    'frozen',
    assertFault({ ...ALL, error: '`TIMEOUT`, then `UNAVAILABLE`', breaker: 'opens, closes' }, (place) =>
      suffer(place, { begin: ({ server }) => server.pause(), end: ({ server }) => server.resume() }),
    ),
  )

  test(
    'down',
    assertFault(
      { ...ALL, error: '`UNAVAILABLE`', breaker: 'opens, closes' },
      (place) =>
        suffer(place, {
          deadline: 5000,
          begin: ({ server }) => server.kill9(),
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
      (place) =>
        suffer(place, {
          deadline: 5000,
          isShort: true,
          begin: ({ server }) => server.kill9(),
          end: ({ server }) => server.restart(),
        }),
      { appendonly: true, timeout: '5s' },
    ),
  )
})
