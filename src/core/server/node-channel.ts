/**
 * Cookies over Node's request and response objects, described by their shape.
 *
 * @module
 */

import type { CookieChannel } from '../browser/channel.ts'
import { headersSent } from './held-channel.ts'
import { addCookies, linesOf, restore, varyByCookie, type NodeHeaders } from './node-head.ts'
import { scopeOf, scopeOfLine } from '../browser/set-cookie.ts'

/** The part of `http.IncomingMessage` that sessions need. */
export interface NodeRequest {
  method?: string | undefined
  headers: { readonly [name: string]: string | readonly string[] | undefined; cookie?: string | undefined }
}

/** The part of `http.ServerResponse` that sessions need. */
export type NodeResponse = NodeHeaders

/**
 * The channel of one request, where the response belongs to other code. Its response depends
 * on the cookie, and says so: `Vary: Cookie`.
 */
export function nodeChannel(request: NodeRequest, response: NodeResponse): CookieChannel {
  if (!response.headersSent) varyByCookie(response)
  /** The application's lines that ours stand in place of. */
  const replaced = new Map<string, string[]>()
  let cacheControl: ReturnType<NodeResponse['getHeader']>

  function takeBack(scope: string): void {
    const lines = replaced.get(scope)
    if (response.headersSent || lines === undefined) return
    replaced.delete(scope)
    const others = linesOf(response).filter((line) => scopeOfLine(line) !== scope)
    restore(response, 'set-cookie', [...lines, ...others])
    if (replaced.size === 0) restore(response, 'cache-control', cacheControl)
  }

  return {
    header: request.headers.cookie,
    request,
    send(cookie) {
      if (response.headersSent) throw headersSent()
      const scope = scopeOf(cookie)
      if (replaced.size === 0) cacheControl = response.getHeader('cache-control')
      if (!replaced.has(scope))
        replaced.set(
          scope,
          linesOf(response).filter((line) => scopeOfLine(line) === scope),
        )
      addCookies(response, [cookie])
      return () => takeBack(scope)
    },
  }
}
