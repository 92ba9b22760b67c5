/**
 * Bytes as text and back (RFC 4648 section 5, without padding).
 *
 * @module
 */

import { nodeBuiltin } from './node-builtin.ts'

/** Bytes of one's own, as WebCrypto wants them. */
export type Bytes = Uint8Array<ArrayBuffer>

/** Writes bytes as text. */
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

// Ten times as fast, and not an import: this file also runs where there is no Node.
const NodeBuffer = nodeBuiltin('node:buffer')?.Buffer
