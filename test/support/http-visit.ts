/**
 * A real server for one handler, and what a browser gets from it.
 *
 * @module
 */

import { once } from 'node:events'
import { createServer, request, Server, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What came back. */
export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** The `Set-Cookie` lines. */
  cookies: string[]
  body: string
  /** Whether the response ended as it should, and not by a broken connection. */
  isWhole: boolean
}

/** Answers a request; a rejection ends the process, as it does in a plain server. */
export type Handler = (req: IncomingMessage, res: ServerResponse) => unknown

/** A running server. */
export interface Site {
  visit(cookie?: string, path?: string): Promise<Answer>
  close(): Promise<void>
}

/** Serves a handler, or a server that is not listening yet, on a free port. */
export async function serve(handler: Handler | Server): Promise<Site> {
  const server = handler instanceof Server ? handler : createServer((req, res) => void handler(req, res))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    visit: (cookie, path = '/') => visit(port, path, cookie),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The first cookie of an answer as the browser sends it back. */
export function cookieOf(answer: Answer): string {
  return answer.cookies[0]?.split(';')[0] ?? ''
}

function visit(port: number, path: string, cookie?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = cookie === undefined || cookie === '' ? {} : { cookie }
    const sent = request({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      let body = ''
      const done = (isWhole: boolean): void =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          cookies: response.headers['set-cookie'] ?? [],
          body,
          isWhole,
        })
      response.setEncoding('utf8')
      response.on('data', (text: string) => (body += text))
      response.on('end', () => done(true))
      response.on('error', () => done(false))
    })
    sent.on('error', reject)
    sent.end()
  })
}
