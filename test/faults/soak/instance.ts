/** @module An instance of the application, in a process of its own. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { APP } from './app.ts'

export interface Instance {
  url: string
  /** Whether the process has ended by itself. */
  readonly hasDied: boolean
  /** Bytes in use after everything unused has been collected. */
  heap(): Promise<number>
  end(): Promise<void>
}

/** Starts one with a client of a kind. */
export async function startInstance(client: 'redis' | 'ioredis', redisUrl: string): Promise<Instance> {
  const child = spawn(process.execPath, ['--expose-gc', APP, client, redisUrl], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const { value: port } = await lines.next()

  return {
    url: `http://127.0.0.1:${port}`,
    get hasDied() {
      return child.exitCode !== null
    },
    async heap() {
      child.stdin.write('heap\n')
      return Number((await lines.next()).value)
    },
    async end() {
      child.kill()
      await exited
    },
  }
}
