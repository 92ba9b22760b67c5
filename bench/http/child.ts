/**
 * A server of its own process: `node child.ts <name> <redis url> <folder>`. Tells its port, and
 * when asked the CPU time that it has used, in microseconds.
 *
 * @module
 */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { servers } from './servers.ts'

const [name = '', redisUrl = '', folder = ''] = process.argv.slice(2)
const listener = await servers[name]?.({ redisUrl, folder })
if (listener === undefined) throw new Error(`there is no server ${name}`)

const server = createServer(listener)
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
process.on('disconnect', () => process.exit())
