/**
 * What the runtime gives: Node's own modules, where there are any, and bytes as text. They are never
 * imported, so that bundlers do not meet them.
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

/** Whether this is a Cloudflare Worker. */
export const isWorker: boolean =
  (globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent === 'Cloudflare-Workers'

/**
 * Whether a request may wait for what another has begun: for one timer, one packet, one answer. Workers
 * cancel a request that does, and what it began ends with it.
 */
export const requestsShare: boolean = !isWorker

/** `NODE_ENV`; `''` where it is not set, or there are no such variables. */
export function environment(): string {
  try {
    // In these words, for which bundlers write the value.
    return process.env['NODE_ENV'] ?? ''
  } catch {
    return ''
  }
}

/** The module of that name; `undefined` where there is none. */
export function nodeBuiltin<N extends Name>(
  name: N,
): ReturnType<typeof process.getBuiltinModule<N>> | undefined {
  return isNode ? process.getBuiltinModule?.(name) : undefined
}

/** The module `node:crypto`. */
export type NodeCrypto = ReturnType<typeof process.getBuiltinModule<'node:crypto'>>

/**
 * It answers at once, and costs a fraction of WebCrypto. Node loads it when first asked for it, which takes
 * milliseconds: so not before it is needed.
 */
export function nodeCrypto(): NodeCrypto | undefined {
  return nodeBuiltin('node:crypto')
}

/** Bytes of one's own, as WebCrypto wants them. */
export type Bytes = Uint8Array<ArrayBuffer>

/** Writes bytes as text (RFC 4648 section 5, without padding). */
export function toBase64url(bytes: Uint8Array): string {
  if (NodeBuffer !== undefined)
    return NodeBuffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Reads what `toBase64url` wrote; `null` for every other text, so that no two texts mean the same bytes. */
export function fromBase64url(text: string): Bytes | null {
  const bytes = NodeBuffer === undefined ? decodeWithAtob(text) : NodeBuffer.from(text, 'base64url')
  return bytes !== null && toBase64url(bytes) === text ? bytes : null
}

function decodeWithAtob(text: string): Bytes | null {
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
  } catch {
    return null
  }
}

// Ten times as fast.
const NodeBuffer = nodeBuiltin('node:buffer')?.Buffer
