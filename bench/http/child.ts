/**
 * A server of its own process: `node child.ts <name> <redis url> <folder>`. Tells its port, and
 * when asked the CPU time that it has used, in microseconds, or a profile of what it does.
 *
 * @module
 */

import { createServer } from 'node:http'
import { Session as Inspector } from 'node:inspector/promises'
import type { AddressInfo } from 'node:net'
import { servers } from './servers.ts'

const [name = '', redisUrl = '', folder = ''] = process.argv.slice(2)
const listener = await servers[name]?.({ redisUrl, folder })
if (listener === undefined) throw new Error(`there is no server ${name}`)

const server = createServer(listener)
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('message', (asked: 'cpu' | 'profile' | 'profiled') => {
  if (asked === 'cpu') {
    const { user, system } = process.cpuUsage()
    process.send?.(user + system)
  } else void profile(asked)
})

const inspector = new Inspector()

/** Begins a profile, or ends it and tells it. */
async function profile(asked: 'profile' | 'profiled'): Promise<void> {
  if (asked === 'profiled') {
    const { profile: taken } = await inspector.post('Profiler.stop')
    process.send?.(taken)
    return
  }
  inspector.connect()
  await inspector.post('Profiler.enable')
  await inspector.post('Profiler.setSamplingInterval', { interval: 100 })
  await inspector.post('Profiler.start')
  process.send?.('begun')
}
process.on('disconnect', () => process.exit())
