/** @module Which server this is among others: its version, its role, its cluster. */

import { about, type Finding } from '../finding.ts'
import type { RedisFacts } from './facts.ts'

const OLDEST = 7

/** @param isCluster whether the client finds its way in a cluster */
export function topologyFindings(facts: RedisFacts, isCluster: boolean): Finding[] {
  return [versionFinding(facts), roleFinding(facts), clusterFinding(facts, isCluster)]
}

function versionFinding(facts: RedisFacts): Finding {
  const on = about('server-version')
  const version = /^\d+(?:\.\d+)*/.exec(facts.info('redis_version') ?? '')?.[0]
  if (version === undefined)
    return on.unknown('The server does not say its version.', 'Redis 7 or later is needed, or Valkey.')
  const text = `The server speaks the language of Redis ${version}.`
  if (Number.parseInt(version, 10) >= OLDEST) return on.ok(text)
  return on.serious(text, 'Use Redis 7 or later, or Valkey.')
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
