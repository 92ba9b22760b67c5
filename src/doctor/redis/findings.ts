/** @module What can go wrong with the servers of a Redis store. */

import type { RedisBackend } from '../../stores/redis/store.ts'
import { clockFinding } from '../clock.ts'
import { about, worstFirst, type Finding } from '../finding.ts'
import type { Limited } from '../limited.ts'
import { connectionsFinding } from './connections.ts'
import { factsOf, isRefusal } from './facts.ts'
import { memoryFindings } from './memory.ts'
import { nodesOf, type Ask, type RedisNodes } from './nodes.ts'
import { persistenceFindings } from './persistence.ts'
import { replicaFindings } from './replicas.ts'
import { rightsFindings } from './rights.ts'
import { topologyFindings, wrongClusterClient } from './topology.ts'

/** Asks each server. If there is none to ask, the only finding says why. */
export async function redisFindings(backend: RedisBackend, limited: Limited): Promise<Finding[]> {
  let found: Finding[][]
  try {
    const nodes = await nodesOf(backend, limited)
    found = await Promise.all(nodes.asks.map((ask) => nodeFindings(ask, nodes, backend)))
  } catch (error) {
    return unreachable(error)
  }
  const reachable = about('reachable').ok('Redis answers.')
  return [reachable, ...(found.length === 1 ? found.flat() : together(found))]
}

/** Removes a session without leaving its reason. */
export async function forgetIn(backend: RedisBackend, limited: Limited, key: string): Promise<void> {
  const name = `${backend.prefix}:{${key}}`
  await limited(() => backend.link.pipeline(name, [['del', name]]))
}

async function nodeFindings(ask: Ask, nodes: RedisNodes, backend: RedisBackend): Promise<Finding[]> {
  const facts = await factsOf(ask)
  return [
    ...topologyFindings(facts, nodes.isCluster),
    ...replicaFindings(facts, backend.link.replicas),
    ...memoryFindings(facts),
    ...persistenceFindings(facts),
    connectionsFinding(facts),
    clockFinding(facts.clockOffset),
    ...(await rightsFindings(ask, backend, (key) => nodes.transact(key))),
  ]
}

/** One finding of each code: the worst of all servers, and how many have it. */
function together(found: readonly Finding[][]): Finding[] {
  const codes = new Set(found.flat().map(({ code }) => code))
  return [...codes].map((code) => {
    const same = found.flatMap((findings) => findings.filter((finding) => finding.code === code))
    const [worst] = worstFirst(same) as [Finding]
    const count = same.filter(({ level }) => level === worst.level).length
    return { ...worst, text: `On ${count} of ${found.length} masters: ${worst.text}` }
  })
}

const REFUSED = /\b(?:NOAUTH|WRONGPASS|authentication failed|invalid password)\b/i
const NO_CLUSTER = /cluster support disabled/i

function unreachable(error: unknown): Finding[] {
  const words = wordsOf(error)
  const on = about('reachable')
  if (REFUSED.test(words))
    return [on.serious('Redis refuses the user or its password.', 'Correct what the client is created with.')]
  if (isRefusal(error)) {
    return [
      on.serious(
        'Redis refuses a command that the client needs to connect.',
        'Allow the user the commands INFO, HELLO and CLIENT.',
      ),
    ]
  }
  const silent = on.serious(
    'Redis cannot be reached, or does not answer in time.',
    'Check that it runs, its address, user and password, whether it is a cluster and the client made for one, and the network between them.',
  )
  return NO_CLUSTER.test(words) ? [{ ...wrongClusterClient(), level: 'serious' }, silent] : [silent]
}

/** Those of an error and of the errors behind it; only looked at, never passed on. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const behind = 'lastNodeError' in error ? error.lastNodeError : error.cause
  return `${error.message} ${wordsOf(behind)}`
}
