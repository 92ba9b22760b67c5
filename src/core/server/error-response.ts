/**
 * The error that is sent in place of what the application meant to send.
 *
 * @module
 */

import { NO_STORE } from '../no-store.ts'
import { isSessionError } from '../errors.ts'
import type { GatedResponse } from './gate-port.ts'
import type { HeadResponse } from './head-arguments.ts'

/** Ends a response that has begun, so that its reader sees that it is not whole. */
export function cutShort(response: GatedResponse): void {
  // Without an error, a stream of HTTP/2 ends like one that is whole.
  if (response.stream === undefined) response.destroy()
  else response.destroy(new Error('A session could not be stored after the response had begun.'))
}

/** See the module. */
export class ErrorAnswer {
  readonly #status: number
  readonly #text: string

  constructor(error: unknown) {
    this.#status = isSessionError(error) ? error.status : 500
    this.#text = isSessionError(error) ? error.code : 'Internal Server Error'
  }

  /** Sets the status and the headers of a response that has not begun; answers its body. */
  dress(response: HeadResponse): string {
    for (const name of response.getHeaderNames().filter(isOfContent)) response.removeHeader(name)
    response.statusCode = this.#status
    if (Object.hasOwn(response, 'statusMessage')) response.statusMessage = ''
    response.setHeader('content-type', 'text/plain; charset=utf-8')
    response.setHeader('content-length', String(this.#text.length))
    response.setHeader('cache-control', NO_STORE)
    return this.#text
  }
}

const OF_CONTENT =
  /^(content-(?!security-policy)|(set-cookie|location|refresh|etag|last-modified|expires|age|accept-ranges|transfer-encoding|trailer|clear-site-data|cache-control)$)/

/** Whether a header has no place in an error that is sent in place of what the application meant to send. */
export function isOfContent(name: string): boolean {
  return OF_CONTENT.test(name.toLowerCase())
}
