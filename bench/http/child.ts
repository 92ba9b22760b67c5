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

/** What may be asked. A profile is of time or of bytes, and lasts until it is asked for. */
export type Question = 'cpu' | 'begin time' | 'begin bytes' | 'time' | 'bytes'

const [name = '', redisUrl = '', folder = ''] = process.argv.slice(2)
const listener = await servers[name]?.({ redisUrl, folder })
if (listener === undefined) throw new Error(`there is no server ${name}`)

const server = createServer(listener)
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('message', (question: Question) => void answer(question).then((told) => process.send?.(told)))
process.on('disconnect', () => process.exit())

const inspector = new Inspector()

async function answer(question: Question): Promise<unknown> {
  switch (question) {
    case 'cpu': {
      const { user, system } = process.cpuUsage()
      return user + system
    }
    case 'begin time':
      inspector.connect()
      await inspector.post('Profiler.enable')
      await inspector.post('Profiler.setSamplingInterval', { interval: 100 })
      return inspector.post('Profiler.start')
    case 'time':
      return (await inspector.post('Profiler.stop')).profile
    case 'begin bytes': {
      // Also what was thrown away again.
      const all = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true }
      inspector.connect()
      return inspector.post('HeapProfiler.startSampling', { samplingInterval: 4096, ...all })
    }
    case 'bytes':
      return (await inspector.post('HeapProfiler.stopSampling')).profile
  }
}
