/** @module A master, a replica, and three sentinels. */

import { startSentinels } from '../../stores/redis/sentinel.ts'
import { ask, DURABLE, type FailoverGroup, until } from './group.ts'

/** Starts all of them. */
export async function startFailoverSentinels(): Promise<FailoverGroup> {
  const group = await startSentinels([...DURABLE])
  const both = [group.master, group.replica]
  return {
    clients: group.clients,
    async pairOf() {
      const roles = await Promise.all(
        both.map((server) => ask(server, async (redis) => redis.info('replication')).catch(() => '')),
      )
      const replica = both[roles.findIndex((role) => role.includes('role:slave'))]
      if (replica === undefined) throw new Error('there is no replica')
      return { master: both.find((server) => server !== replica)!, replica }
    },
    async untilPromoted(replica) {
      await until(() =>
        ask(replica, async (redis) => (await redis.info('replication')).includes('role:master')),
      )
      for (const sentinel of group.sentinels)
        await until(() =>
          ask(sentinel, async (redis) => {
            const address = await redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'main')
            return (address as string[])[1] === String(replica.port)
          }),
        )
    },
    async stop() {
      await Promise.all(both.map((server) => server.kill9()))
      await group.stop()
    },
  }
}
