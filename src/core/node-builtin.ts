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

/** The module of that name; `undefined` where there is none. */
export function nodeBuiltin<N extends Name>(
  name: N,
): ReturnType<typeof process.getBuiltinModule<N>> | undefined {
  return isNode ? process.getBuiltinModule?.(name) : undefined
}
