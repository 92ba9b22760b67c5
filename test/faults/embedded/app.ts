/**
 * An application on a file, for one fault. It says its port on standard output, and does what it is
 * told on standard input: `fill` the disk, `clear` it again, `reopen` the file, or `close`.
 *
 *     node app.ts <file>
 *
 * @module
 */

import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createSessions, isSessionError } from '../../../src/node.ts'
import { sqliteStore } from '../../../src/stores/sqlite.ts'

/** The program, for `spawn`. */
export const APP: string = fileURLToPath(import.meta.url)

/** What a session holds, so that there are several to a page and more than one page. */
const BALLAST = 'x'.repeat(600)

function main(file: string): void {
  const store = sqliteStore({ file })
  const { getSession } = createSessions({ store })
  const ballast = `${file}-ballast`

  const server = createServer((request, response) => {
    visit(request, response).then(
      (text) => response.end(text),
      (error: unknown) => {
        const text = isSessionError(error) ? `${error.code} ${error.message}` : String(error)
        response.writeHead(isSessionError(error) ? error.status : 500).end(text)
      },
    )
  })
  server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))

  async function visit(request: IncomingMessage, response: ServerResponse): Promise<string> {
    const session = await getSession(request, response)
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://host')
    const user = searchParams.get('user') ?? ''
    if (pathname === '/sign-in') await session.login(user, { data: { ballast: BALLAST, name: user } })
    else if (pathname === '/write' && session.userId !== null) await session.increment('writes')
    else if (pathname === '/sign-out') await session.logout()
    return session.userId ?? ''
  }

  createInterface({ input: process.stdin }).on('line', (order) => {
    if (order === 'fill') fill(ballast)
    if (order === 'clear') rmSync(ballast)
    if (order === 'close') return void store.close().then(() => process.exit())
    if (order === 'reopen') return void store.close().then(() => console.log('done'))
    console.log('done')
  })
}

function fill(file: string): void {
  const opened = openSync(file, 'w')
  for (let size = 65_536; size >= 1; size >>= 1) {
    try {
      for (;;) writeSync(opened, Buffer.alloc(size))
    } catch {
      // No room for so much; perhaps there is for less.
    }
  }
  closeSync(opened)
}

if (process.argv[1] === APP) main(process.argv[2] ?? '')
