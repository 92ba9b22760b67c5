/**
 * Cookies over Node's request and response objects, described by their shape.
 *
 * @module
 */

import type { CookieChannel } from './channel.ts'
import { serializeCookie } from './cookie.ts'
import { SessionError } from './errors.ts'

/** The part of `http.IncomingMessage` that sessions need. */
export interface NodeRequest {
  headers: { cookie?: string | undefined }
}

/** The part of `http.ServerResponse` that sessions need. */
export interface NodeResponse {
  readonly headersSent: boolean
  getHeader(name: string): number | string | string[] | undefined
  setHeader(name: string, value: string | readonly string[]): unknown
  removeHeader(name: string): void
}

/**
 * The channel of one request. Its response depends on the cookie, and says so: `Vary: Cookie`. A
 * response that carries the cookie is marked `Cache-Control: private, no-store` as well, so that
 * no cache hands it to somebody else (ASVS V14.3.2).
 */
export function nodeChannel(request: NodeRequest, response: NodeResponse): CookieChannel {
  varyByCookie(response)
  return {
    header: request.headers.cookie,
    send(cookie) {
      if (response.headersSent) throw headersSent()
      const before = { cookies: response.getHeader('set-cookie'), cache: response.getHeader('cache-control') }
      const others = [before.cookies ?? []]
        .flat()
        .map(String)
        .filter((line) => !line.startsWith(`${cookie.name}=`))
      response.setHeader('set-cookie', [...others, serializeCookie(cookie)])
      response.setHeader('cache-control', 'private, no-store')
      return () => {
        if (response.headersSent) return
        restore(response, 'set-cookie', before.cookies)
        restore(response, 'cache-control', before.cache)
      }
    },
  }
}

function varyByCookie(response: NodeResponse): void {
  if (response.headersSent) return
  const before = [response.getHeader('vary') ?? []].flat().join(', ')
  const names = before.split(',').map((name) => name.trim().toLowerCase())
  if (names.includes('cookie') || names.includes('*')) return
  response.setHeader('vary', before === '' ? 'Cookie' : `${before}, Cookie`)
}

function restore(response: NodeResponse, name: string, value: number | string | string[] | undefined): void {
  if (value === undefined) response.removeHeader(name)
  else response.setHeader(name, typeof value === 'number' ? String(value) : value)
}

function headersSent(): SessionError {
  return new SessionError(
    'ERR_HEADERS_SENT',
    'The session was written after the response had begun, so its cookie cannot be sent. Write to the session, and await it, before the first res.write(), res.json() or redirect.',
  )
}
