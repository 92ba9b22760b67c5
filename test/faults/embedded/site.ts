/**
 * An application on a file, and those who visit it.
 *
 * @module
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { visitor, type Visitor } from '../../support/visitor.ts'
import { APP } from './app.ts'

/** A running application. */
export interface Site {
  url: string
  /** A new visitor who has signed in. */
  signedIn(user: string): Promise<Visitor>
  /** Tells it to fill the disk or to clear it again, or to close the file, which it opens again when it is asked. */
  order(order: 'fill' | 'clear' | 'reopen'): Promise<void>
  /** Ends it in good order. */
  close(): Promise<void>
  /** Ends it by SIGKILL. */
  kill(): Promise<void>
}

/** Starts the application on a file, by a command that takes the program as its last arguments. */
export async function startSite(file: string, by: readonly string[] = []): Promise<Site> {
  const words: readonly string[] = [...by, process.execPath, APP, file]
  const [command = '', ...args] = words
  // What visitors are told must not name the file.
  const env: NodeJS.ProcessEnv = { ...process.env, NODE_ENV: 'production' }
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const port = await lines.next()
  if (port.done) throw new Error(`${command} did not start: see above`)
  const url = `http://127.0.0.1:${port.value}`

  return {
    url,
    async signedIn(user) {
      const guest = visitor(url)
      const answer = await guest.get(`/sign-in?user=${user}`)
      if (!answer.ok) throw new Error(`nobody could sign in before the fault: ${await answer.text()}`)
      return guest
    },
    async order(order) {
      child.stdin.write(`${order}\n`)
      await lines.next()
    },
    async close() {
      child.stdin.write('close\n')
      await exited
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
