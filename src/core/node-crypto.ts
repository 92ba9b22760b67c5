/**
 * Node's own crypto, where there is one: it answers at once, and costs a fraction of WebCrypto.
 *
 * @module
 */

/** The module `node:crypto`. */
export type NodeCrypto = ReturnType<typeof process.getBuiltinModule<'node:crypto'>>

/** Not an import: core also runs where there is no Node. */
export const nodeCrypto: NodeCrypto | undefined = globalThis.process?.getBuiltinModule?.('node:crypto')
