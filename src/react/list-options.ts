/**
 * What `useRestoredList` can be told, and what it answers.
 *
 * @module
 */

import type { StorageError } from './storage-problem.ts'

/** A page of a list: items, and where the next ones come from. */
export interface ListPage<Item, Cursor> {
  readonly items: readonly Item[]
  /** Handed to `loadMore` for the next page; `null` if there is none. */
  readonly cursor: Cursor | null
}

/** Options of `useRestoredList`. */
export interface RestoredListOptions<Item, Cursor> {
  /** Names the list among those of its page. With another key, another list. */
  key: string
  /** The first page, as the server gave it. */
  initial: ListPage<Item, Cursor>
  /** What tells an item from the others of the list. */
  getKey: (item: Item) => string | number
  /**
   * Fetches a page; a Server Action will do. A function that declares a second parameter is
   * given an `AbortSignal` there, which is aborted when the list goes away.
   */
  loadMore: (cursor: Cursor, context: { signal: AbortSignal }) => Promise<ListPage<Item, Cursor>>
  /** Characters that one list may take in the storage. Default: 1 000 000, a fifth of what browsers give. */
  limit?: number | undefined
  /** Is told when the list could not be stored, or what was stored could not be used. */
  onError?: ((error: StorageError) => void) | undefined
}

/** A list that is there again. */
export interface RestoredList<Item> {
  /** All items that are loaded, each key once. */
  readonly items: readonly Item[]
  /** Whether a page is on its way. */
  readonly loading: boolean
  /** What the last attempt failed with, until the next; else `null`. */
  readonly error: Error | null
  /** Whether there is nothing more to load. */
  readonly end: boolean
  /** Whether pages before the first item were dropped to save room. */
  readonly hasPrevious: boolean
  /** Loads the next page; if one is on its way, waits for that. Never rejects: see `error`. */
  readonly loadMore: () => Promise<void>
  /** Loads the nearest of the dropped pages again, in front; what is in view stays there. */
  readonly loadPrevious: () => Promise<void>
  /** Attributes for the element of an item, by which its place on the screen is found. */
  readonly itemProps: (item: Item) => { 'data-list': string; 'data-item': string }
}
