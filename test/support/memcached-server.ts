/**
 * A real memcached of one's own, on a free port.
 *
 * @module
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { findMemcached } from '../../scripts/tools.mjs'
import { atExit } from './at-exit.ts'
import { freePort, takesConnections } from './redis-server.ts'

/** A running server. */
export interface MemcachedServer {
  /** `127.0.0.1:<port>` */
  readonly address: string
  stop(): Promise<void>
}

/** Starts a server on 127.0.0.1 and resolves when it takes connections. */
export async function startMemcached(): Promise<MemcachedServer> {
  const binary = findMemcached()
  if (binary === undefined) throw new Error('no memcached: node scripts/setup.mjs memcached')
  const port = await freePort()
  // As root it asks for the user to become; others it leaves as they are.
  const child = spawn(binary, ['-l', '127.0.0.1', '-p', `${port}`, '-U', '0', '-u', 'nobody'], {
    stdio: 'ignore',
  })
  const kill = (): boolean => child.kill('SIGKILL')
  const forget = atExit(kill)
  while (!(await takesConnections(port))) {
    if (child.exitCode !== null) throw new Error(`memcached ended with ${child.exitCode}`)
    await sleep(10)
  }
  return {
    address: `127.0.0.1:${port}`,
    async stop() {
      forget()
      const ended = once(child, 'exit')
      kill()
      await ended
    },
  }
}
