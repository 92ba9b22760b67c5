/** @module Texts that were sent as base64 (RFC 4648 section 4). */

import { nodeBuiltin } from '../../core/runtime.ts'

// A text may begin with the character that marks byte order; by default it would be lost.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** The text; `null` if this is no base64. */
export function textOf(base64: string): string | null {
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return null
  if (NodeBuffer !== undefined) return NodeBuffer.from(base64, 'base64').toString('utf8')
  return utf8.decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)))
}

// Ten times as fast, and not an import: this file also runs where there is no Node.
const NodeBuffer = nodeBuiltin('node:buffer')?.Buffer
