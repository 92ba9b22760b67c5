/** @module Whether the next process will find a connection. */

import { about, type Finding } from '../finding.ts'
import { numberIn, type RedisFacts } from './facts.ts'

const CROWDED = 0.8
const FULL = 0.95

/** How many connections are left. */
export function connectionsFinding(facts: RedisFacts): Finding {
  const on = about('connections')
  const limit = numberIn(facts.config('maxclients')) ?? facts.count('maxclients')
  const clients = facts.count('connected_clients')
  if (limit === undefined || clients === undefined) {
    return on.unknown(
      'The server does not say how many connections are left.',
      'Look it up where you rent it: each process of the application takes one at least.',
    )
  }
  const text = `${clients} of ${limit} connections are in use.`
  if (clients < limit * CROWDED) return on.ok(text)
  const cure = 'Raise `maxclients`, or find out who opens so many: `CLIENT LIST`.'
  return clients < limit * FULL
    ? on.warning(text, cure)
    : on.serious(`${text} The next process may find none.`, cure)
}
