/**
 * Node's request and response under the App Router, which shows neither: whether the head is out, and
 * whether the router asked ahead. Known where a Node server of this process answers, if the sessions
 * were made before the request came.
 *
 * @module
 */

import type { Prefetch } from '../core/browser/channel.ts'
import { pageOf } from '../core/browser/prefetch.ts'
import { nodeBuiltin } from '../core/runtime.ts'
import type { NodeHeaders } from '../core/server/node-head.ts'
import { shared } from './shared.ts'

/** What Node tells of a request when it begins. */
export interface Exchange {
  request: { readonly method?: string; readonly url?: string; readonly rawHeaders: readonly string[] }
  response: HeadedResponse
}

/** The part of `http.ServerResponse` that makes the head. */
export interface HeadedResponse extends NodeHeaders {
  writeHead: (...head: unknown[]) => unknown
}

/** Notes requests from now on. Once is enough for all copies of this package. */
export function noteExchanges(): void {
  const hooks = nodeBuiltin('node:async_hooks')
  const channels = nodeBuiltin('node:diagnostics_channel')
  const slots = shared()
  if (hooks === undefined || channels === undefined || slots.exchanges !== undefined) return
  const exchanges = new hooks.AsyncLocalStorage<Exchange>()
  slots.exchanges = exchanges
  channels.subscribe('http.server.request.start', (message) => exchanges.enterWith(message as Exchange))
}

/** The one under way, if it was noted. */
export function currentExchange(): Exchange | undefined {
  return shared().exchanges?.getStore() as Exchange | undefined
}

/**
 * What the headers of the router tell, which `headers()` hides. It marks what it asks for ahead, but
 * for `<Link prefetch={true}>` without Partial Prefetching: that one looks like a visit, and a visit
 * like that.
 */
export function routerPrefetch(exchange: Exchange | undefined): Prefetch | null {
  if (exchange === undefined) return null
  const { request } = exchange
  const has = (name: string): boolean =>
    request.rawHeaders.some((text, i) => i % 2 === 0 && text.toLowerCase() === name)
  if (request.method !== 'GET' || !has('rsc')) return null
  const isCertain = has('next-router-prefetch')
  // The page to which an action leads is asked for by Next.js itself, with the headers of the action.
  if (!isCertain && (has('origin') || !has('next-router-state-tree'))) return null
  return { isCertain, page: pageOf(request.url ?? null) }
}
