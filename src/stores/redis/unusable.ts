/**
 * Clients that look like one that works, and do not. A store that took them would say for ever
 * that the server could not be reached.
 *
 * @module
 */

import { invalidOption } from '../../core/errors.ts'
import type { Methods } from './client.ts'

const WHAT_WORKS =
  'Pass a client, cluster, pool or sentinel of `redis` (node-redis 5 or later), `ioredis` (4, 5 or later), ' +
  '`iovalkey` or `@valkey/valkey-glide` (2 or later), or a function that returns one. ' +
  'In tests use `memoryStore()` of `sojourn/stores/memory`, or a real server.'

/** The error for a client that cannot work. */
export function unusable(client: unknown): Error {
  return invalidOption(`redisStore: ${faultOf(client) ?? 'this is no client that it knows.'} ${WHAT_WORKS}`)
}

/** What is wrong with a client, or `null` if nothing is known to be. */
export function faultOf(client: unknown): string | null {
  if (typeof client === 'function')
    return `this is ${isClass(client) ? 'a class, not an object that was made of it' : 'a function'}.`
  if (hasMethods(client, ['then']))
    return (
      'this is a promise of a client. Pass the function that makes it, such as ' +
      '`() => createClient({ url }).connect()`.'
    )
  if (hasMethods(client, ['defineCommand', 'pipeline', 'multi'])) {
    if (!hasMethods(client, ['sendCommand']))
      return 'this is ioredis-mock, which answers otherwise than Redis.'
    // It has been told to close, or has given up, and connects no more.
    return client['status'] === ('end' as unknown) ? CLOSED : null
  }
  if (hasMethods(client, ['send_command', 'batch'])) return 'this is a client of `redis` 3, or a mock of one.'
  if (hasMethods(client, ['sendCommand', 'connect', 'multi']))
    return hasMethods(client, ['withTypeMapping']) ? null : 'this is a client of `redis` 4.'
  if (hasMethods(client, ['customCommand', 'exec', 'close'])) {
    // Version 2 takes whether to raise errors in between, which cannot be left out.
    if (client['exec']!.length === 2) return 'this is a client of `@valkey/valkey-glide` 1.'
    return client['isClosed'] === (true as unknown) ? CLOSED : null
  }
  return null
}

const CLOSED = 'this client has been closed.'

/** Whether a function is a class, also one of the old style: called, it makes nothing, or something else. */
export function isClass(value: unknown): boolean {
  if (typeof value !== 'function') return false
  if (/^class\b/.test(Function.prototype.toString.call(value))) return true
  const { prototype } = value as { prototype?: unknown }
  return (
    typeof prototype === 'object' && prototype !== null && Object.getOwnPropertyNames(prototype).length > 1
  )
}

/** Whether something is an object with these methods. */
export function hasMethods(value: unknown, names: readonly string[]): value is Methods {
  if (typeof value !== 'object' || value === null) return false
  return names.every((name) => typeof (value as Methods)[name] === 'function')
}
