/**
 * What an application gives to `writeHead`.
 *
 * @module
 */

import type { NodeHeaders } from './node-head.ts'

/** The part of `http.ServerResponse` that makes a head. */
export interface HeadResponse extends NodeHeaders {
  statusCode: number
  statusMessage: string
  getHeaderNames(): string[]
  appendHeader?(name: string, value: string | readonly string[]): unknown
  /** Of HTTP/2. */
  readonly stream?: unknown
}

/** Those that `writeHead` would otherwise replace. */
const OURS = new Set(['set-cookie', 'vary', 'cache-control'])

/**
 * Sets those headers among the arguments of `writeHead` that sessions add to, and returns the
 * arguments without them.
 */
export function takeHeaders(response: NodeHeaders, args: readonly unknown[]): unknown[] {
  const headers = args.at(-1)
  if (!isHeaders(headers)) return [...args]
  const pairs = pairsOf(headers)
  for (const name of OURS) {
    const values = pairs.filter(([key]) => key.toLowerCase() === name).flatMap(([, value]) => value)
    if (values.length > 0)
      response.setHeader(name, name === 'set-cookie' ? values.map(String) : values.join(', '))
  }
  const others = pairs.filter(([key]) => !OURS.has(key.toLowerCase()))
  return [...args.slice(0, -1), Array.isArray(headers) ? others.flat(1) : Object.fromEntries(others)]
}

/**
 * Does what `writeHead` does before anything is sent, so that the response can be asked for its
 * status and headers, and a mistake reaches its caller; returns what is left of the arguments.
 * @throws what Node throws
 */
export function setHead(response: HeadResponse, args: readonly unknown[]): unknown[] {
  const [status] = args
  if (status !== undefined) setStatus(response, status)
  const headers = args.at(-1)
  if (!isHeaders(headers)) return [...args]
  const pairs = pairsOf(headers)
  for (const [name] of pairs) response.removeHeader(name)
  for (const [name, value] of pairs) {
    const values = value as string | readonly string[]
    if (response.getHeader(name) === undefined) response.setHeader(name, values)
    else response.appendHeader?.(name, values)
  }
  return args.slice(0, -1)
}

/** Remembers the status; returns how to set it again. */
export function keepStatus(response: HeadResponse): () => void {
  const { statusCode } = response
  // HTTP/2 has no message, and warns when it is asked.
  const message = Object.hasOwn(response, 'statusMessage') ? response.statusMessage : ''
  return () => {
    response.statusCode = statusCode
    if (message !== '') response.statusMessage = message
  }
}

/** Node's own answer to a second head. */
export function headSent({ stream }: HeadResponse): Error {
  const code = stream === undefined ? 'ERR_HTTP_HEADERS_SENT' : 'ERR_HTTP2_HEADERS_SENT'
  return Object.assign(new Error('Cannot write headers after they are sent to the client'), { code })
}

function isHeaders(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Node takes headers as an object, as a list of names and values in turn, and as a list of pairs. */
function pairsOf(headers: object): [string, unknown][] {
  if (!Array.isArray(headers)) return Object.entries(headers)
  const flat: unknown[] = Array.isArray(headers[0]) ? headers.flat(1) : headers
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[String(name), flat[i + 1]] as [string, unknown]] : []))
}

function setStatus(response: HeadResponse, status: unknown): void {
  const code = Number(status) | 0
  if (code < 100 || code > 999) {
    const error = new RangeError(`Invalid status code: ${String(status)}`)
    throw Object.assign(error, { code: 'ERR_HTTP_INVALID_STATUS_CODE' })
  }
  response.statusCode = code
}
