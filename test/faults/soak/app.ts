/**
 * One instance of an application on Redis. It says its port on standard output, and answers each
 * line of standard input with the bytes of its heap. A rejection that nobody handles ends it.
 *
 *     node --expose-gc app.ts <client> <redis url>
 *
 * @module
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { createSessions, isSessionError } from '../../../src/node.ts'
import { redisStore } from '../../../src/stores/redis.ts'

/** The program, for `spawn`. */
export const APP: string = fileURLToPath(import.meta.url)

const [client, url = ''] = process.argv.slice(2)

if (client !== undefined) serve()

function serve(): void {
  const store = redisStore(() =>
    client === 'ioredis'
      ? new Redis(url, { lazyConnect: true }).on('error', () => {})
      : createClient({ url }),
  )
  const { getSession } = createSessions({ store, timeout: '1s', diagnose: false })
  const server = createServer((request, response) => {
    visit(request, response).then(
      (body) => response.end(JSON.stringify(body)),
      (error: unknown) => {
        const isOurs = isSessionError(error)
        response.writeHead(isOurs ? error.status : 500).end(isOurs ? error.code : String(error))
      },
    )
  })
  server.keepAliveTimeout = 120_000
  server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
  createInterface({ input: process.stdin }).on('line', () => {
    globalThis.gc?.()
    console.log(process.memoryUsage().heapUsed)
  })

  async function visit(request: IncomingMessage, response: ServerResponse): Promise<object> {
    const session = await getSession(request, response)
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://host')
    const name = searchParams.get('name') ?? ''
    if (pathname === '/sign-in') await session.login(name)
    else if (pathname === '/write') await session.set(name, 1)
    else if (pathname === '/sign-out') await session.logout()
    return { user: session.userId, names: Object.keys(session.getAll()) }
  }
}
