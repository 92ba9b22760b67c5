/** @module Which server this is among others: its version, its role, its replicas, its cluster. */

import { about, type Finding } from './finding.ts'
import type { RedisFacts } from './redis-facts.ts'

const OLDEST = 4
/** Seconds. Replicas report every second. */
const LATE = 10

/** @param isCluster whether the client finds its way in a cluster */
export function topologyFindings(facts: RedisFacts, isCluster: boolean): Finding[] {
  return [
    versionFinding(facts),
    roleFinding(facts),
    clusterFinding(facts, isCluster),
    ...replicaFindings(facts),
  ]
}

function versionFinding(facts: RedisFacts): Finding {
  const on = about('server-version')
  const version = /^\d+(?:\.\d+)*/.exec(facts.info('redis_version') ?? '')?.[0]
  if (version === undefined)
    return on.unknown('The server does not say its version.', 'Redis 4 or later is needed, or Valkey.')
  const text = `The server speaks the language of Redis ${version}.`
  if (Number.parseInt(version, 10) >= OLDEST) return on.ok(text)
  return on.serious(text, 'Use Redis 4 or later, or Valkey.')
}

function roleFinding(facts: RedisFacts): Finding {
  const on = about('replica-role')
  const role = facts.info('role')
  if (role === 'master') return on.ok('The server is the one that takes writes.')
  if (role === undefined)
    return on.unknown('The server does not say whether it is a replica.', 'Allow the user the command INFO.')
  return on.serious(
    'The server is a replica: it refuses writes, or keeps them to itself, and shows sessions that have ended.',
    'Connect to the master, or through sentinels or a cluster client, which find it.',
  )
}

function clusterFinding(facts: RedisFacts, isCluster: boolean): Finding {
  const on = about('cluster-client')
  const enabled = facts.info('cluster_enabled')
  if (enabled === undefined) {
    return on.unknown(
      'The server does not say whether it is part of a cluster.',
      'Allow the user the command INFO.',
    )
  }
  if (enabled === '1' && !isCluster) {
    return on.serious(
      'The server is a node of a cluster, and the client is not made for one: sessions on other nodes fail.',
      'Create the client with `createCluster`, `new Cluster` or `GlideClusterClient`.',
    )
  }
  if (enabled !== '1' && isCluster) return wrongClusterClient()
  return on.ok('Client and server agree about the cluster.')
}

/** Also told by clients that do not get so far as to connect. */
export function wrongClusterClient(): Finding {
  return about('cluster-client').warning(
    'The client is made for a cluster, and the server is none.',
    'Create the client with `createClient`, `new Redis` or `GlideClient`.',
  )
}

function replicaFindings(facts: RedisFacts): Finding[] {
  const on = about('replicas')
  // A replica answers for its own replicas, not for those of its master.
  if (facts.info('role') === 'slave') return []
  const replicas = facts.count('connected_slaves')
  if (replicas === undefined)
    return [
      on.unknown('The server does not say whether it has replicas.', 'Allow the user the command INFO.'),
    ]
  if (replicas === 0) {
    return [
      on.note(
        'The server has no replicas: while it is down, nobody has a session.',
        'Add a replica, with sentinels or a cluster, if that is too much.',
      ),
    ]
  }
  const following = Array.from({ length: replicas }, (_, i) => facts.info(`slave${i}`) ?? '').filter(
    isFollowing,
  )
  if (following.length === 0) {
    return [
      on.warning(
        `None of the replicas (${replicas}) has acknowledged anything in the last ${LATE} seconds: a failover would lose it.`,
        'Look at the log of the replicas, and at the network between them and the master.',
      ),
    ]
  }
  return [waitingFinding(facts, `${following.length} of ${replicas}`)]
}

function waitingFinding(facts: RedisFacts, following: string): Finding {
  const on = about('replicas')
  const text = `Replicas that follow: ${following}.`
  const least = facts.config('min-replicas-to-write')
  const cure = 'Set `min-replicas-to-write 1` and `min-replicas-max-lag 10`, which bounds the loss.'
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
