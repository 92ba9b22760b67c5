/** @module What happens to Redis while everybody is busy with it. */

import { setTimeout as sleep } from 'node:timers/promises'
import { admin } from '../../stores/redis/clients.ts'
import type { RedisServer } from '../../support/redis-server.ts'

/** Each ends with a server that works again. */
export const troubles: Record<string, (server: RedisServer) => Promise<void>> = {
  async frozen(server) {
    server.pause()
    await sleep(4000)
    server.resume()
  },
  async killed(server) {
    await server.kill9()
    await sleep(1500)
    await server.restart()
  },
  async restarted(server) {
    await server.restart()
  },
  async 'every connection cut'(server) {
    const client = await admin(server.url)
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    client.disconnect()
  },
  async 'no memory left'(server) {
    const client = await admin(server.url)
    await client.config('SET', 'maxmemory', '1')
    await sleep(3000)
    await client.config('SET', 'maxmemory', '0')
    client.disconnect()
  },
}
