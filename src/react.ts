'use client'
/**
 * React hooks: the session as client components may know it, and state that stays in the
 * browser's tab and belongs to the session.
 *
 * @module
 */

export {
  type SessionStorageControls,
  type SessionStorageState,
  useSessionStorage,
} from './react/storage/use-session-storage.ts'
export type { SessionStorageOptions } from './react/storage/options.ts'
export type { StorageError, StorageErrorCode } from './react/storage/error.ts'
export { useRestoredList } from './react/list/use-restored-list.ts'
export type { ListAnchor, ListPage, RestoredList, RestoredListOptions } from './react/list/options.ts'
export type { ClientOf, ClientSession } from './core/live/client-session.ts'
export { SessionProvider, type SessionProviderProps, useSession } from './react/session/provider.ts'
export type { SessionState } from './react/session/state.ts'
