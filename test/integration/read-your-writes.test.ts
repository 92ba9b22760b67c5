import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { identify } from '../../src/core/record/token.ts'
import { redisStore, type RedisClient } from '../../src/stores/redis.ts'
import { Browser } from '../support/browser.ts'
import { LAG, startLaggingCluster, startLaggingSentinels, type LaggingGroup } from './lagging/groups.ts'

/** Pairs of a write here and a page there, over all clients. */
const PAIRS = 10_000
const AT_ONCE = 50

const groups = [
  {
    name: 'a cluster',
    start: startLaggingCluster,
    kinds: ['node-redis 6', 'node-redis 5', 'ioredis 6', 'ioredis 5', 'iovalkey', 'glide'],
  },
  {
    name: 'sentinels',
    start: startLaggingSentinels,
    kinds: ['node-redis 6, sentinel', 'node-redis 5, sentinel', 'glide, one server'],
  },
]
const EACH = Math.ceil(PAIRS / groups.flatMap(({ kinds }) => kinds).length)

describe.each(groups)('a replica of $name that lags behind', { timeout: 180_000 }, ({ start, kinds }) => {
  let group: LaggingGroup

  beforeAll(async () => void (group = await start()))
  afterAll(() => group.stop())

  test.each(kinds)('is not asked through %s: a page elsewhere sees what was written here', async (kind) => {
    const make = group.clients[kind]!
    const [direct, one, other] = await Promise.all([make(), make(), make()])
    if ('isOpen' in direct) await direct.connect()
    const [here, there] = [instance(one), instance(other)]
    const seen = { stale: 0, staleReplicas: 0 }

    await inParallel(EACH, async (i) => {
      const visitor = new Browser(here)
      await visitor.visit((session) => session.login(`user ${i}`, { data: { cart: i } }))
      const { token } = visitor
      if ((await pageOf(token)) !== `user ${i} with ${i}`) seen.stale++
      if (i < AT_ONCE && !(await isAt(direct, token))) seen.staleReplicas++
      await visitor.visit((session) => session.logout())
      if ((await pageOf(token)) !== 'null with undefined') seen.stale++
    })
    await Promise.all([here.close(), there.close(), close(direct)])

    expect(seen.stale).toBe(0)
    expect(seen.staleReplicas, `reads of a replica that is ${LAG} ms behind`).toBeGreaterThan(0)

    async function pageOf(token: string): Promise<string> {
      const browser = new Browser(there)
      browser.token = token
      const { session } = await browser.open()
      return `${session.userId} with ${String(session.get('cart'))}`
    }
  })
})

function instance(client: RedisClient): Sessions {
  return new Sessions(
    { timeout: '10s' },
    redisStore(() => client),
  )
}

/** Whether the client itself finds the record. */
async function isAt(client: RedisClient, token: string): Promise<boolean> {
  const methods = client as unknown as Record<string, (key: string) => Promise<object>>
  const name = 'hGetAll' in client ? 'hGetAll' : 'hgetall'
  const hash = await methods[name]!(`sojourn:{${(await identify(token)).key}}`)
  return Object.keys(hash).length > 0
}

async function close(client: RedisClient): Promise<void> {
  const methods = client as unknown as Record<string, (() => unknown) | undefined>
  await (methods['disconnect'] ?? methods['close'])!.call(client)
}

async function inParallel(count: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0
  const line = async (): Promise<void> => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, line))
}
