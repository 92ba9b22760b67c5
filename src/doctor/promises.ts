/** @module What a store says of itself that it cannot do. */

import type { Store } from '../core/store.ts'
import { about, type Finding } from './finding.ts'

/** Whether it is atomic, outlives the process and keeps lists. */
export function promiseFindings(store: Store): Finding[] {
  return [atomicityFinding(store), durabilityFinding(store), listsFinding(store)]
}

function atomicityFinding({ capabilities }: Store): Finding {
  const on = about('atomicity')
  if (capabilities.atomic) return on.ok('Parallel writes to one session never lose each other.')
  return on.warning(
    'The store keeps each session as one value: two processes that write to one session at the same moment may overwrite each other, and one may bring back what the other ends.',
    'Run one process, or use SQLite or Redis.',
  )
}

function durabilityFinding({ name, capabilities }: Store): Finding {
  const on = about('durability')
  if (capabilities.durable) return on.ok('Sessions outlive the process.')
  if (name === 'memory') {
    return on.warning(
      'Sessions live in the memory of the process: they end with it, at every deployment.',
      'Use SQLite, the default, or Redis.',
    )
  }
  return on.warning(
    'The store does not say that sessions outlive the process.',
    'Pass `durable: true` if what is behind the store outlives it, or use SQLite or Redis.',
  )
}

function listsFinding(store: Store): Finding {
  const on = about('lists')
  if (store.index !== undefined) return on.ok('The sessions of a user can be listed and revoked.')
  return on.note(
    'The store keeps no lists: `list()`, `revokeUser()` and `maxSessionsPerUser` do not work.',
    'Use SQLite, Redis or Upstash if you need them.',
  )
}
