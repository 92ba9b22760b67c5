/** @module What can go wrong between an application and a database over HTTP. */

import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * A failure of one request.
 *
 * | fault | what happens |
 * |---|---|
 * | `drop-before` | the connection breaks, and nothing was executed |
 * | `drop-after` | the commands are executed, then the connection breaks |
 * | `cut` | executed; the connection breaks in the middle of the answer |
 * | `half` | executed; the answer is half of the JSON, and looks whole to HTTP |
 * | `short` | executed; the answer lacks its last reply |
 * | `unauthorized` | 401, not executed |
 * | `rate-limited` | 429, not executed |
 * | `bad-gateway` | 502 with a page of HTML, not executed |
 * | `redirect` | 307 to another address, not executed |
 * | `{ delay }` | executed at once, answered after so many milliseconds |
 */
export type UpstashFault =
  | 'drop-before'
  | 'drop-after'
  | 'cut'
  | 'half'
  | 'short'
  | 'unauthorized'
  | 'rate-limited'
  | 'bad-gateway'
  | 'redirect'
  | { delay: number }

/** An answer that is ready to be sent. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

const REFUSALS: Record<string, Answer> = {
  unauthorized: json(401, '{"error":"WRONGPASS invalid or missing auth token"}'),
  'rate-limited': json(429, '{"error":"ERR max requests limit exceeded"}'),
  'bad-gateway': {
    status: 502,
    headers: { 'content-type': 'text/html' },
    body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
  },
  redirect: { status: 307, headers: { location: 'http://127.0.0.1:1/' }, body: '' },
}

/** An answer in JSON. */
export function json(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body }
}

/** Whether the request fails without being executed, and has been answered so. */
export function refuse(
  fault: UpstashFault | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (fault === 'drop-before') {
    request.socket.destroy()
    return true
  }
  const refusal = typeof fault === 'string' ? REFUSALS[fault] : undefined
  if (refusal) reply(response, refusal)
  return refusal !== undefined
}

/** Sends the answer of a request that was executed, or what the fault leaves of it. */
export async function deliver(
  fault: UpstashFault | undefined,
  answer: Answer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { body } = answer
  const half = body.slice(0, Math.ceil(body.length / 2))
  if (fault === 'drop-after') request.socket.destroy()
  else if (fault === 'cut') {
    response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length })
    response.write(half, () => request.socket.destroy())
  } else if (fault === 'half') reply(response, { ...answer, body: half })
  else if (fault === 'short') reply(response, { ...answer, body: withoutLast(body) })
  else {
    if (typeof fault === 'object') await delayed(fault.delay, response)
    reply(response, answer)
  }
}

/** Sends an answer. */
export function reply(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers).end(body)
}

/** Ends early if the client has gone. */
function delayed(ms: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    response.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function withoutLast(body: string): string {
  const parsed = JSON.parse(body) as unknown
  return JSON.stringify(Array.isArray(parsed) ? parsed.slice(0, -1) : {})
}
