/**
 * Whether the user may run each command that the store runs. Found out by running them, on
 * keys of its own: `ACL DRYRUN` is younger than most servers, and a right that few users have.
 *
 * @module
 */

import type { RedisBackend } from '../../stores/redis/store.ts'
import { about, type Finding } from '../finding.ts'
import { isRefusal } from './facts.ts'
import type { Ask } from './nodes.ts'

/** Milliseconds that the keys live, should the user not even have the right to delete them. */
const SHORT = '5000'

const READING = "redis.call('HGET', KEYS[1], 'n') return 1"

/** Every command that the Redis store sends, by name, with harmless arguments; transactions and scripts aside. */
export function storeCommands(backend: RedisBackend, name: string): Record<string, readonly string[]> {
  const { prefix, link } = backend
  const hash = `${prefix}:{${name}}`
  const list = `${prefix}:list:{${name}}`
  return {
    HSET: [hash, 'n', '1'],
    PEXPIRE: [hash, SHORT],
    ZADD: [list, '1', 'm'],
    PEXPIREAT: [list, '1'],
    ZMSCORE: [list, 'm'],
    ZCOUNT: [list, '0', '1'],
    TIME: [],
    PTTL: [hash],
    HGETALL: [hash],
    HMGET: [hash, 'n'],
    HINCRBY: [hash, 'n', '1'],
    HEXISTS: [hash, 'n'],
    HDEL: [hash, 'x'],
    RENAMENX: [hash, `${hash}:new`],
    ZREMRANGEBYSCORE: [list, '-inf', '0'],
    ZRANGE: [list, '0', '-1', 'WITHSCORES'],
    ZREM: [list, 'x'],
    DEL: [hash],
    // For none, so that the connection does not wait.
    ...(link.replicas > 0 && { WAIT: ['0', '1'] }),
  }
}

/**
 * @param ask one server
 * @param transact sends a transaction in the way of the store
 */
export async function rightsFindings(
  ask: Ask,
  backend: RedisBackend,
  transact: (key: string) => Promise<unknown>,
): Promise<Finding[]> {
  const { prefix } = backend
  const name = `doctor-${crypto.randomUUID()}`
  const commands = Object.entries(storeCommands(backend, name))
  // Those in a script need the right, too, and this one is in no other place.
  const script = (key: string): Promise<unknown> => ask('EVAL', READING, '1', key)
  const key = `${prefix}:{${name}}`
  const [scripts, transactions, ...others] = await Promise.all([
    refusalOf(() => script(key)),
    refusalOf(() => transact(key)),
    ...commands.map(([command, args]) => refusalOf(() => ask(command, ...args))),
  ])
  const leftovers = [key, `${key}:new`, `${prefix}:list:{${name}}`, `${prefix}:list:{${name}}:new`]
  await Promise.allSettled(leftovers.map((leftover) => ask('DEL', leftover)))

  const refused = commands.filter((_, i) => others[i] !== null).map(([command]) => command)
  // What was refused may have been the command between MULTI and EXEC.
  const all = transactions === null || refused.includes('PTTL') ? refused : ['MULTI', ...refused]
  return [permissionsFinding(all), scriptsFinding(scripts!)]
}

/** What the server says if it refuses, `null` if it does not. Other errors mean that it would have done it. */
async function refusalOf(work: () => Promise<unknown>): Promise<Error | null> {
  try {
    await work()
    return null
  } catch (error) {
    return isRefusal(error) ? (error as Error) : null
  }
}

function permissionsFinding(refused: readonly string[]): Finding {
  const on = about('permissions')
  if (refused.length === 0) return on.ok('The user may run every command of the store.')
  return on.serious(
    `The user may not run ${refused.join(', ')} on the keys of the store.`,
    'Allow it those commands, and the keys that begin with the `prefix` of the store.',
  )
}

function scriptsFinding(refusal: Error | null): Finding {
  const on = about('scripts')
  if (refusal === null) return on.ok('The user may run scripts.')
  return on.warning(
    'The server refuses scripts: `update()`, `append()` and what else compares before it writes will throw, and other writes take two trips.',
    'Allow the user the commands EVAL and HGET, or do without those methods.',
  )
}
