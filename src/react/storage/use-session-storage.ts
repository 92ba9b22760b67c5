/**
 * State that stays in the tab: across reloads, Back, Forward and other sites.
 *
 * @module
 */

import type { StandardSchema } from '../../core/schema/schema.ts'
import { useEffect, useLayoutEffect, useReducer, useSyncExternalStore } from '../react.ts'
import { checkStorage } from './check.ts'
import { type Cell, cellOf, type Snapshot } from './cell.ts'
import { PREFIX } from './entry.ts'
import type { StorageError } from './error.ts'
import { currentHistoryKey, useHistoryKey } from './history-entry.ts'
import type { SessionStorageOptions } from './options.ts'
import { HISTORY_PREFIX } from './tab-storage.ts'

/** Bundlers write the value in for exactly these words; browsers have no `process`. */
declare const process: { env: { NODE_ENV?: string } }

/** What `useSessionStorage` knows and does besides. */
export interface SessionStorageControls {
  /**
   * `server`: not known yet, while the server renders and the page hydrates. `default`:
   * nothing is stored. `stored`: the value was set, in this page or before. `memory`: it was
   * set, but the storage is full or blocked; it lives as long as the page.
   */
  readonly status: 'server' | 'default' | 'stored' | 'memory'
  /** Forgets the value. The default shows again, and is not stored. */
  readonly remove: () => void
  /** What is wrong with the value, until it is set or removed; else `null`. */
  readonly error: StorageError | null
}

/** The value, how to set it (to a value, or by a function of the one before), and more. */
export type SessionStorageState<Value> = readonly [
  value: Value,
  set: (action: Value | ((previous: Value) => Value)) => void,
  controls: SessionStorageControls,
]

/** What a page shows before it knows its storage. */
const UNKNOWN: Snapshot = { status: 'server', error: null }

/**
 * Keeps a value in `sessionStorage`, the same for every component that names the key.
 *
 * The server and the hydrating page show the default; right after, before the browser
 * paints, the stored value appears. Values may hold what JSON does, and `Date`, `Map`,
 * `Set`, `BigInt` and `undefined`. Never throws for what is in the storage.
 *
 * @param key any text; with another key, another value
 * @throws `TypeError` in development, for options that are none; else from `set`, for a `ttl` without a unit
 */
export function useSessionStorage<Value>(
  key: string,
  options: SessionStorageOptions<NoInfer<Value>> & { schema: StandardSchema<Value> },
): SessionStorageState<Value>
export function useSessionStorage<Value>(
  key: string,
  options: SessionStorageOptions<Value> & { schema?: undefined },
): SessionStorageState<Value>
export function useSessionStorage(
  key: string,
  options: SessionStorageOptions<unknown>,
): SessionStorageState<unknown> {
  if (typeof process !== 'undefined' && process.env.NODE_ENV === 'development') checkStorage(options)
  const isInHistory = options.scope === 'history-entry'
  const historyKey = useHistoryKey(isInHistory)
  const known = typeof window !== 'undefined' && (!isInHistory || historyKey !== null)
  const cell = known ? cellIn(key, options, historyKey) : null

  const shown = useSyncExternalStore(cell?.subscribe ?? never, cell?.read ?? unknown, unknown)
  const [, again] = useReducer(() => ({}), {})
  useLayoutEffect(() => {
    // React looks for changes only after the browser has painted what it hydrated or revealed.
    if (cell && cell.read() !== shown) again()
  }, [cell, shown])
  useEffect(() => {
    if (shown.error) cell?.report(shown.error)
  }, [cell, shown.error])

  const value = 'value' in shown ? shown.value : shown === UNKNOWN ? options.default : cell?.fallback()
  // Where the entry of the history is not known yet, it will be when they are called.
  const early = (): Cell => cellIn(key, options, currentHistoryKey())
  const { set, remove }: Pick<Cell, 'set' | 'remove'> = cell ?? {
    set: (action: unknown) => early().set(action),
    remove: () => early().remove(),
  }
  return [value, set, { ...shown, remove }]
}

function cellIn(key: string, options: SessionStorageOptions<unknown>, historyKey: string | null): Cell {
  return cellOf(
    historyKey === null ? `${PREFIX}=${key}` : `${HISTORY_PREFIX}${historyKey}:=${key}`,
    key,
    options,
  )
}

function unknown(): Snapshot {
  return UNKNOWN
}

function never(): () => void {
  return () => {}
}
