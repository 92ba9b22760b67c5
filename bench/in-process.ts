/**
 * Requests to a server without a network: Node's own request and response, on a socket that
 * leads nowhere.
 *
 * @module
 */

import { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

/** What a server is. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

/** Sends a GET request; `leave` closes the connection as soon as the server has it. */
export async function ask(
  listener: Listener,
  url: string,
  cookie: string,
  leave = false,
): Promise<{ status: number; cookie: string }> {
  const socket = new Duplex({
    read() {},
    write: (_chunk, _encoding, done) => done(),
  }) as unknown as Socket
  const request = new IncomingMessage(socket)
  Object.assign(request, { method: 'GET', url, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 })
  request.headers = { host: 'localhost', ...(cookie !== '' && { cookie }) }
  request.push(null)
  const response = new ServerResponse(request)
  response.assignSocket(socket)
  const ended = new Promise<void>((resolve) => {
    response.on('finish', resolve)
    response.on('close', resolve)
  })
  listener(request, response)
  if (leave) socket.destroy()
  await ended
  const line = [response.getHeader('set-cookie') ?? []].flat().find((text) => String(text).startsWith('sid='))
  return { status: response.statusCode, cookie: String(line ?? '').split(';')[0] ?? '' }
}
