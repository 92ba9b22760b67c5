/**
 * Node's own crypto, where there is one: it answers at once, and costs a fraction of WebCrypto.
 *
 * @module
 */

import { nodeBuiltin } from './node-builtin.ts'

/** The module `node:crypto`. */
export type NodeCrypto = ReturnType<typeof process.getBuiltinModule<'node:crypto'>>

/** Not an import: core also runs where there is no Node. */
export const nodeCrypto: NodeCrypto | undefined = nodeBuiltin('node:crypto')
