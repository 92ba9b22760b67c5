/**
 * Node's own modules, where there are any: never imported, so that bundlers do not meet them.
 *
 * @module
 */

type Name =
  | 'node:async_hooks'
  | 'node:buffer'
  | 'node:cluster'
  | 'node:crypto'
  | 'node:diagnostics_channel'
  | 'node:fs'
  | 'node:module'
  | 'node:path'
  | 'node:sqlite'

/** Whether this is Node, or brings all of it. The Edge runtime of Next.js has the same functions, and they throw. */
export const isNode: boolean = globalThis.process?.versions?.node !== undefined

/**
 * Whether a request may wait for what another has begun: for one timer, one packet, one answer. Cloudflare
 * Workers cancel a request that does, and what it began ends with it.
 */
export const requestsShare: boolean =
  (globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent !== 'Cloudflare-Workers'

/** The module of that name; `undefined` where there is none. */
export function nodeBuiltin<N extends Name>(
  name: N,
): ReturnType<typeof process.getBuiltinModule<N>> | undefined {
  return isNode ? process.getBuiltinModule?.(name) : undefined
}
