/**
 * Between express-session and us, both ways: its stores as stores of ours, and our stores as
 * stores of its.
 *
 * @module
 */

export {
  fromConnectStore,
  type ConnectStoreLike,
  type FromConnectStoreOptions,
} from './connect/from-connect-store.ts'
export type { ToConnectStoreOptions } from './connect/to-connect-options.ts'
export { toConnectStore, type ConnectStore } from './connect/to-connect-store.ts'
