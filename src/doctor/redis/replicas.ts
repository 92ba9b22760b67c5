/** @module Whether what was acknowledged outlives the server. */

import { about, type Finding } from '../finding.ts'
import type { RedisFacts } from './facts.ts'

/** Seconds. Replicas report every second. */
const LATE = 10
const UNHEARD = `in the last ${LATE} seconds`
const LOOK = 'Look at the log of the replicas, and at the network between them and the master.'

/** @param needed how many replicas the store has confirm each write */
export function replicaFindings(facts: RedisFacts, needed: number): Finding[] {
  const on = about('replicas')
  // A replica answers for its own replicas, not for those of its master.
  if (facts.info('role') === 'slave') return []
  const connected = facts.count('connected_slaves')
  if (connected === undefined)
    return [
      on.unknown('The server does not say whether it has replicas.', 'Allow the user the command INFO.'),
    ]
  const lines = Array.from({ length: connected }, (_, i) => facts.info(`slave${i}`) ?? '')
  const following = lines.filter(isFollowing).length
  if (needed > 0) return [confirmingFinding(following, needed)]
  if (connected === 0) {
    return [
      on.note(
        'The server has no replicas: while it is down, no visitor has a session.',
        'Add a replica, with sentinels or a cluster, if that is too much.',
      ),
    ]
  }
  if (following === 0)
    return [on.warning(`None of the replicas (${connected}) has acknowledged anything ${UNHEARD}.`, LOOK)]
  return [waitingFinding(facts, `${following} of ${connected}`)]
}

function confirmingFinding(following: number, needed: number): Finding {
  const on = about('replicas')
  if (following >= needed)
    return on.ok(`Writes wait for ${needed} replicas, and ${following} acknowledge them.`)
  return on.serious(
    `Writes wait for ${needed} replicas, and ${following} have acknowledged anything ${UNHEARD}: writes fail.`,
    `Add replicas, or ask for fewer with \`durability\`. ${LOOK}`,
  )
}

function waitingFinding(facts: RedisFacts, following: string): Finding {
  const on = about('replicas')
  const text = `Replicas that follow: ${following}.`
  const least = facts.config('min-replicas-to-write')
  const cure =
    "Let writes wait for a replica: `redisStore(client, { durability: 'replica' })`. `min-replicas-to-write 1` bounds the loss."
  if (least === undefined)
    return on.unknown(`${text} The server does not say whether it accepts writes without them.`, cure)
  if (least !== '0') return on.ok(`${text} Without them the server refuses writes.`)
  return on.note(
    `${text} A write is acknowledged before they have it: a failover may undo the last ones, sign-outs too.`,
    cure,
  )
}

/** Of a line such as `ip=…,port=…,state=online,offset=14,lag=1`. */
function isFollowing(line: string): boolean {
  const lag = /\blag=(\d+)/.exec(line)?.[1]
  return /\bstate=online\b/.test(line) && lag !== undefined && Number(lag) <= LATE
}
