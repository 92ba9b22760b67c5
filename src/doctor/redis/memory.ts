/** @module Whether Redis throws sessions away. */

import { about, type Finding } from '../finding.ts'
import { numberIn, type RedisFacts } from './facts.ts'

const POLICY = /^(?:noeviction|(?:allkeys|volatile)-(?:lru|lfu|lrm|random|ttl))$/
const FULL = 0.95
const NEARLY_FULL = 0.8

/** The eviction policy, what it has done already, and how much room there is. */
export function memoryFindings(facts: RedisFacts): Finding[] {
  const policy = facts.config('maxmemory-policy') ?? facts.info('maxmemory_policy')
  const limit = numberIn(facts.config('maxmemory')) ?? facts.count('maxmemory')
  return [policyFinding(policy, limit), evictedFinding(facts, policy), roomFinding(facts, policy, limit)]
}

function policyFinding(policy: string | undefined, limit: number | undefined): Finding {
  const on = about('eviction-policy')
  const cure = 'Set `maxmemory-policy noeviction`.'
  if (policy === undefined) {
    return on.unknown(
      'Redis does not say what it does when its memory is full.',
      'Look up the eviction policy where you rent it, and choose `noeviction` if you can.',
    )
  }
  if (policy === 'noeviction') return on.ok('Redis evicts nothing.')
  const named = POLICY.test(policy) ? `The eviction policy is ${policy}` : 'There is an eviction policy'
  if (limit === 0) return on.warning(`${named}: as soon as a memory limit is set, it signs people out.`, cure)
  return on.serious(`${named}: when memory runs short, Redis signs people out.`, cure)
}

function evictedFinding(facts: RedisFacts, policy: string | undefined): Finding {
  const on = about('evicted-keys')
  const evicted = facts.count('evicted_keys')
  if (evicted === undefined)
    return on.unknown('Redis does not say whether it has evicted keys.', 'Allow the user the command INFO.')
  if (evicted === 0) return on.ok('Redis has evicted nothing since it started.')
  const text = `Redis has evicted ${evicted} keys since it started.`
  if (policy === 'noeviction')
    return on.note(`${text} It no longer does.`, 'Start counting anew: `CONFIG RESETSTAT`.')
  return on.serious(
    `${text} Sessions may have been among them.`,
    'Set `maxmemory-policy noeviction`, and give it more memory.',
  )
}

function roomFinding(facts: RedisFacts, policy: string | undefined, limit: number | undefined): Finding {
  const on = about('memory')
  const used = facts.count('used_memory')
  if (limit === undefined || used === undefined)
    return on.unknown('Redis does not say how full its memory is.', 'Allow the user the command INFO.')
  if (limit === 0) return on.ok('Redis has no memory limit of its own.')
  const share = used / limit
  const text = `Redis uses ${Math.round(share * 100)} % of its memory limit.`
  if (share < NEARLY_FULL) return on.ok(text)
  const then = policy === 'noeviction' ? 'When it is full, it refuses writes.' : 'When it is full, it evicts.'
  const cure = 'Raise `maxmemory`, or shorten the lifetimes of sessions.'
  return share < FULL ? on.warning(`${text} ${then}`, cure) : on.serious(`${text} ${then}`, cure)
}
