/**
 * Cookies over Node's request and response objects, described by their shape.
 *
 * @module
 */

import type { CookieChannel } from './channel.ts'
import { headersSent } from './held-channel.ts'
import { addCookie, varyByCookie, type NodeHeaders } from './node-head.ts'

/** The part of `http.IncomingMessage` that sessions need. */
export interface NodeRequest {
  headers: { cookie?: string | undefined }
}

/** The part of `http.ServerResponse` that sessions need. */
export type NodeResponse = NodeHeaders

/**
 * The channel of one request, where the response belongs to somebody else. Its response depends
 * on the cookie, and says so: `Vary: Cookie`.
 */
export function nodeChannel(request: NodeRequest, response: NodeResponse): CookieChannel {
  if (!response.headersSent) varyByCookie(response)
  return {
    header: request.headers.cookie,
    send(cookie) {
      if (response.headersSent) throw headersSent()
      const before = { cookies: response.getHeader('set-cookie'), cache: response.getHeader('cache-control') }
      addCookie(response, cookie)
      return () => {
        if (response.headersSent) return
        restore(response, 'set-cookie', before.cookies)
        restore(response, 'cache-control', before.cache)
      }
    },
  }
}

function restore(response: NodeResponse, name: string, value: number | string | string[] | undefined): void {
  if (value === undefined) response.removeHeader(name)
  else response.setHeader(name, typeof value === 'number' ? String(value) : value)
}
