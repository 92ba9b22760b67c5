/**
 * What `useRestoredList` can be told, and what it answers.
 *
 * @module
 */

import type { StorageError } from '../storage/error.ts'

/** A page of a list: items, and where the next ones come from. */
export interface ListPage<Item, Cursor> {
  readonly items: readonly Item[]
  /** Handed to `loadMore` for the next page; `null` if there is none. */
  readonly cursor: Cursor | null
}

/** Where a list has to be scrolled to. */
export interface ListAnchor {
  /** The key of the item at the top of what was visible, as text. */
  readonly key: string
  /** Which of `items` that is, counted from 0. */
  readonly index: number
  /** How far its top was below the top of what scrolls, in pixels; mostly less than 0. */
  readonly top: number
}

/** Options of `useRestoredList`. */
export interface RestoredListOptions<Item, Cursor> {
  /** Names the list among those of its page. With another key, another list, and so at another pathname or search. */
  key: string
  /**
   * The first page, as the server gave it. When the server gives another, after `revalidatePath`
   * for example, it takes the place of the first page that was loaded.
   */
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
  /**
   * Loads all pages again that are loaded, from `initial` on, by their new cursors. What is in view
   * stays there. Waits for a page that is on its way. Never rejects: see `error`.
   */
  readonly refresh: () => Promise<void>
  /**
   * Shows another item in the place of the one with a key, until it is loaded again. Does nothing for
   * a key that is not loaded.
   * @example await rename(post.id, title); list.update(post.id, { ...post, title })
   */
  readonly update: (key: string | number, item: Item) => void
  /**
   * Takes an item out of the list, until it is loaded again. Does nothing for a key that is not loaded.
   * @example await deletePost(post.id); list.remove(post.id)
   */
  readonly remove: (key: string | number) => void
  /**
   * Where the list is being scrolled to, until it is there or the visitor scrolls; else `null`, and
   * on the server. Only a virtualised list needs it: it has to render that item.
   * @example useLayoutEffect(() => { if (anchor) rows.scrollToIndex(anchor.index, { align: 'start' }) }, [anchor, rows])
   */
  readonly anchor: ListAnchor | null
  /** Attributes for the element of an item, by which its place on the screen is found. */
  readonly itemProps: (item: Item) => { 'data-list': string; 'data-item': string }
}
