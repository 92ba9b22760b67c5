import { describe, inject, test } from 'vitest'
import { redisStore } from '../../src/stores/redis.ts'
import { testStore } from '../../src/testing.ts'
import { clients, type ClientKind, type GlideKind } from './redis/clients.ts'

const url = inject('redisUrl')
/** Where nobody listens. */
const NOBODY = 'redis://127.0.0.1:1'

/** Each kind, and the kind of the client that another process uses on the same records. */
const PAIRS: readonly (readonly [ClientKind | GlideKind, ClientKind | GlideKind])[] = [
  ['node-redis 6', 'ioredis 6'],
  ['ioredis 6', 'node-redis 6'],
  ['node-redis 5', 'ioredis 5'],
  ['ioredis 5', 'node-redis 5'],
  ['node-redis 6, RESP2', 'ioredis 6, RESP2'],
  ['node-redis 5, RESP3', 'ioredis 6, RESP3 replies'],
  ['ioredis 4', 'ioredis 6'],
  ['node-redis 6, pool', 'node-redis 6, pool'],
  ['iovalkey', 'glide'],
  ['glide', 'iovalkey'],
  ['glide, RESP2 and bytes', 'node-redis 6'],
]

for (const [kind, otherKind] of PAIRS) {
  describe(`${kind} beside ${otherKind}`, () => {
    testStore({ describe, test: test.concurrent }, () => {
      const prefix = `conformance-${crypto.randomUUID()}`
      return {
        store: redisStore(() => clients[kind](url), { prefix }),
        second: () => redisStore(() => clients[otherKind](url), { prefix }),
        unreachable: () => redisStore(() => clients[kind](NOBODY), { prefix }),
      }
    })
  })
}
