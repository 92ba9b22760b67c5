import { Redis } from '@upstash/redis'

import { afterAll, beforeAll, describe, inject, test } from 'vitest'
import { upstashStore, type UpstashSource } from '../../src/stores/upstash.ts'
import { startUpstash, testStore, type UpstashServer } from '../../src/testing.ts'
import { vercelKv } from './upstash/vercel-kv.ts'

const redisUrl = inject('redisUrl')
/** Where nobody listens. */
const NOBODY = 'http://127.0.0.1:1'

let upstash: UpstashServer
beforeAll(async () => {
  upstash = await startUpstash({ redis: redisUrl })
})
afterAll(() => upstash.close())

const FORMS = {
  'address and token': (url: string): UpstashSource => ({ url, token: upstash.token }),
  '@upstash/redis': (url: string): UpstashSource => new Redis({ url, token: upstash.token }),
  '@vercel/kv': (url: string): UpstashSource => vercelKv.createClient({ url, token: upstash.token }),
}

/** Each form, and the form that another process uses on the same records. */
const PAIRS = [
  ['address and token', '@upstash/redis'],
  ['@upstash/redis', '@vercel/kv'],
  ['@vercel/kv', 'address and token'],
] as const

for (const [form, otherForm] of PAIRS) {
  describe(`${form} beside ${otherForm}`, () => {
    testStore({ describe, test: test.concurrent }, () => {
      const prefix = `conformance-${crypto.randomUUID()}`
      return {
        store: upstashStore(FORMS[form](upstash.url), { prefix }),
        second: () => upstashStore(FORMS[otherForm](upstash.url), { prefix }),
        unreachable: () => upstashStore(FORMS[form](NOBODY), { prefix }),
      }
    })
  })
}
