'use client'
/**
 * React hooks for state that stays in the browser's tab and belongs to the session.
 *
 * @module
 */

export { type SessionStorageControls, type SessionStorageState, useSessionStorage } from './react/storage.ts'
export type { SessionStorageOptions } from './react/storage-options.ts'
export type { StorageError, StorageErrorCode } from './react/storage-problem.ts'
export { useRestoredList } from './react/list.ts'
export type { ListPage, RestoredList, RestoredListOptions } from './react/list-options.ts'
