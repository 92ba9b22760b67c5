/**
 * Heads that come past the methods of a response: by a `writeHead` that was looked up before the
 * session was opened, as in `response.writeHead(await work())`, and by the bare stream of HTTP/2. They
 * are heard where Node makes them. A `respond` of the stream that was looked up before cannot be: what
 * is to follow is then refused.
 *
 * @module
 */

import { invalidOption } from '../errors.ts'
import { attach, interceptorOf, type Interceptor } from './gated-methods.ts'

/** The part of `http.ServerResponse` that makes heads. */
interface Http1Response {
  statusCode: number
  _hasBody: boolean
  readonly req: { readonly method?: string | undefined }
  getHeaderNames(): string[]
  _storeHeader: (line: string, headers: unknown) => void
}

/** The stream below a response of HTTP/2. */
interface Http2Stream {
  readonly headersSent: boolean
  respond: (headers: object, options: object) => void
  write: (...args: unknown[]) => boolean
  end: (...args: unknown[]) => unknown
}

/** Lets each head be heard. Where there is neither, only the methods are. */
export function interceptHead(response: object, interceptor: Interceptor): void {
  if ('_storeHeader' in response) {
    Object.assign(response, { _storeHeader: storeHeader })
  } else if ('stream' in response && typeof response.stream === 'object' && response.stream !== null) {
    attach(response.stream, interceptor)
    Object.assign(response.stream, { respond, write, end, respondWithFile: refuse, respondWithFD: refuse })
  }
}

function storeHeader(this: Http1Response, line: string, headers: unknown): void {
  const interceptor = interceptorOf(this)
  if (interceptor === undefined || interceptor.isHeadHeard) {
    const { _storeHeader: original } = Object.getPrototypeOf(this) as Http1Response
    return Reflect.apply(original, this, [line, headers])
  }
  // The status may have taken the body away, and may yet become that of an error.
  this._hasBody = this.req.method !== 'HEAD'
  // Where the response has headers, Node has put them together already.
  const given = this.getHeaderNames().length === 0 ? [headers] : []
  interceptor.call({ method: 'writeHead', args: [this.statusCode, ...given] })
}

function respond(this: Http2Stream, headers: object = {}, options: { endStream?: boolean } = {}): void {
  const interceptor = interceptorOf(this)
  if (interceptor === undefined || interceptor.isHeadHeard) {
    const { respond: original } = Object.getPrototypeOf(this) as Http2Stream
    return Reflect.apply(original, this, [headers, options])
  }
  const { ':status': status = 200, ...others } = headers as Record<string, unknown>
  interceptor.call({ method: 'writeHead', args: [status, others] })
  if (options.endStream === true) this.end()
}

function write(this: Http2Stream, ...args: unknown[]): unknown {
  return Reflect.apply(afterHead(this).write, this, args)
}

function end(this: Http2Stream, ...args: unknown[]): unknown {
  return Reflect.apply(afterHead(this).end, this, args)
}

/** Node's own methods of a stream, once its head is heard. */
function afterHead(stream: Http2Stream): Http2Stream {
  const interceptor = interceptorOf(stream)
  if (interceptor?.isHeadHeard === false && stream.headersSent) interceptor.miss()
  return Object.getPrototypeOf(stream) as Http2Stream
}

function refuse(): never {
  throw invalidOption(
    'stream.respondWithFile and respondWithFD send a head that the session cannot wait for, nor add its cookie to. Write createReadStream(path).pipe(response).',
  )
}
