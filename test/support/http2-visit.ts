/**
 * A server of HTTP/2 for one handler, and what a browser gets from it.
 *
 * @module
 */

import { once } from 'node:events'
import { connect, createServer, type IncomingHttpHeaders } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Answer, Handler, Site } from './http-visit.ts'

/** Serves on a free port until the test ends. The handler gets the request and response of HTTP/2. */
export async function serveHttp2Here(handler: Handler): Promise<Site> {
  const server = createServer((request, response) => void handler(request as never, response as never))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const site: Site = {
    visit: (cookie, path = '/') => visit(port, path, cookie),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
  onTestFinished(() => site.close())
  return site
}

async function visit(port: number, path: string, cookie = ''): Promise<Answer> {
  const client = connect(`http://127.0.0.1:${port}`)
  try {
    const stream = client.request({ ':path': path, ...(cookie !== '' && { cookie }) })
    const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status'?: number }]
    let body = ''
    for await (const chunk of stream) body += String(chunk)
    return {
      status: headers[':status'] ?? 0,
      headers,
      cookies: headers['set-cookie'] ?? [],
      body,
      isWhole: stream.rstCode === 0,
    }
  } finally {
    client.close()
  }
}
