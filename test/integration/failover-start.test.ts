import { expect, onTestFinished, test } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { clusterClients } from '../stores/redis/cluster.ts'
import { Browser } from '../support/browser.ts'
import { startFailoverCluster } from './failover/cluster.ts'
import { patiently } from './failover/losses.ts'

test.for(['node-redis 6', 'node-redis 5', 'ioredis 6'] as const)(
  'an application that starts while a master is dead has its sessions although that never comes back: a cluster of %s',
  { timeout: 60_000 },
  async (kind) => {
    const group = await startFailoverCluster()
    onTestFinished(() => group.stop())
    const pair = await group.pairOf('a')
    await pair.master.kill9()
    const sessions = createSessions({ store: redisStore(group.clients[kind], { prefix: 'start' }) })
    const begin = async (user: string): Promise<Browser> => {
      const browser = new Browser(sessions)
      await browser.visit((session) => session.login(user))
      return browser
    }
    // The client connects now, and asks nodes that do not know of the death yet.
    await begin('early').catch(() => undefined)
    await group.untilPromoted(pair.replica)

    // Some of them lie where the dead master was.
    for (const user of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      const browser = await patiently(() => begin(user))
      expect(await browser.visit((session) => session.userId)).toBe(user)
    }
    await sessions.close()
  },
)

test.for(['node-redis 6', 'node-redis 5'] as const)(
  'an application that starts while a node is frozen has its sessions as soon as it asks another one: a cluster of %s',
  { timeout: 120_000 },
  async (kind) => {
    const group = await startFailoverCluster()
    onTestFinished(() => group.stop())
    const { master, replica } = await group.pairOf('a')
    replica.pause()
    // Each asks one of them, which one nobody knows.
    const make = clusterClients([replica, master, master])[kind]
    const all = Array.from({ length: 8 }, () =>
      createSessions({ store: redisStore(make, { prefix: 'frozen' }) }),
    )

    await Promise.all(
      all.map(async (sessions) => {
        const browser = new Browser(sessions)
        await patiently(() => browser.visit((session) => session.set('number', 1)))
        expect(await browser.visit((session) => session.get('number'))).toBe(1)
        await sessions.close()
      }),
    )
  },
)
