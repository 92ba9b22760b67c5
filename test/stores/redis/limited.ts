/** @module What the tests of limits in Redis have in common. */

import { Redis } from 'ioredis'
import { afterAll, beforeAll } from 'vitest'
import type { Limits } from '../../../src/core/store.ts'
import type { Fixture } from './fixture.ts'

export const LIMITS: Limits = { bytes: 100, fields: 10 }

/** A client that the server allows no scripts. */
export function useScriptless(fixture: Fixture): { readonly client: Redis } {
  const scriptless = {} as { client: Redis }
  beforeAll(async () => {
    await fixture.redis.acl('SETUSER', 'plain', 'on', '>pw', '~*', '+@all', '-@scripting')
    scriptless.client = new Redis(fixture.server.url.replace('//', '//plain:pw@'))
  })
  afterAll(() => scriptless.client.disconnect())
  return scriptless
}

/** The fields of a record, without those of the store. */
export async function held(fixture: Fixture, key = 'sojourn:{k}'): Promise<[name: string, text: string][]> {
  return Object.entries(await fixture.redis.hgetall(key)).filter(([name]) => !/^[@!]/.test(name))
}

export function bytesOf(fields: [string, string][]): number {
  return Buffer.byteLength(fields.flat().join(''))
}
