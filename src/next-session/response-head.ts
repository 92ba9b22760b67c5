/**
 * Writing the head of a response that was held.
 *
 * @module
 */

import type { ServerResponse } from 'node:http'
import { isSessionError } from '../core/errors.ts'

type Method = (this: unknown, ...args: unknown[]) => unknown

/** Headers of the body that is not sent, and of what became of the request. */
const OF_THE_BODY =
  /^(content-(?!security-policy)|(transfer-encoding|trailer|etag|last-modified|location|expires|cache-control|accept-ranges)$)/i

/**
 * Writes the head as the application asked for it. Cookies among its arguments would replace those
 * that `announce` adds, so they are set first.
 */
export function applyHead(
  response: ServerResponse,
  args: readonly unknown[],
  announce: () => void,
  writeHead: Method,
): void {
  const { cookies, rest } = withoutCookies(args)
  if (cookies.length > 0) response.setHeader('set-cookie', cookies)
  announce()
  writeHead.apply(response, rest)
}

/** Answers with the status of an error, in place of what the application wanted to say. */
export function sendFailure(response: ServerResponse, error: unknown, writeHead: Method, end: Method): void {
  const status = isSessionError(error) ? error.status : 500
  for (const name of response.getHeaderNames()) if (OF_THE_BODY.test(name)) response.removeHeader(name)
  response.statusMessage = ''
  response.setHeader('cache-control', 'no-store')
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  writeHead.call(response, status)
  end.call(response, status === 401 ? 'The session has ended.' : 'The session could not be stored.')
}

function withoutCookies(args: readonly unknown[]): { cookies: string[]; rest: unknown[] } {
  const headers = args.at(-1)
  const pairs = pairsOf(headers)
  const cookies = pairs.filter(isCookie).flatMap(([, value]) => value as string | string[])
  if (cookies.length === 0) return { cookies, rest: [...args] }
  const others = pairs.filter((pair) => !isCookie(pair))
  const kept = Array.isArray(headers) ? others.flat() : Object.fromEntries(others)
  return { cookies, rest: [...args.slice(0, -1), kept] }
}

/** Node takes headers as an object, as a flat list and as a list of pairs. */
function pairsOf(headers: unknown): [string, unknown][] {
  if (typeof headers !== 'object' || headers === null) return []
  if (!Array.isArray(headers)) return Object.entries(headers)
  if (Array.isArray(headers[0])) return headers as [string, unknown][]
  return headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1]] as [string, unknown]] : []))
}

function isCookie([name]: [string, unknown]): boolean {
  return name.toLowerCase() === 'set-cookie'
}
