/** @module What the tests of limits in Redis have in common. */

import { Redis } from 'ioredis'
import { afterAll, beforeAll } from 'vitest'
import type { Limits } from '../../../src/core/store.ts'
import type { Place } from './place.ts'

export const LIMITS: Limits = { bytes: 100, fields: 10 }

/** A client that the server allows no scripts. */
export function useScriptless(place: Place): { readonly client: Redis } {
  const scriptless = {} as { client: Redis }
  beforeAll(async () => {
    await place.redis.acl('SETUSER', 'plain', 'on', '>pw', '~*', '+@all', '-@scripting')
    scriptless.client = new Redis(place.server.url.replace('//', '//plain:pw@'))
  })
  afterAll(() => scriptless.client.disconnect())
  return scriptless
}

/** The fields of a record, without those of the store. */
export async function held(place: Place, key = 'sojourn:{k}'): Promise<[name: string, text: string][]> {
  return Object.entries(await place.redis.hgetall(key)).filter(([name]) => !/^[@!]/.test(name))
}

export function bytesOf(fields: [string, string][]): number {
  return Buffer.byteLength(fields.flat().join(''))
}
