/**
 * Where the pages of a list come from: the first from the server, the others from `loadMore`.
 *
 * @module
 */

import type { ListPage, RestoredListOptions } from './list-options.ts'
import type { Page } from './list-text.ts'

/** The first page, as the server gave it. */
export function firstPage<Item, Cursor>({
  initial: { items, cursor },
}: RestoredListOptions<Item, Cursor>): Page<Item, Cursor> {
  return { from: null, next: cursor, items }
}

/** A Server Action takes no signal: all that it is given is sent to the server. */
export function fetchPage<Item, Cursor>(
  loadMore: RestoredListOptions<Item, Cursor>['loadMore'],
  cursor: Cursor,
  signal: AbortSignal,
): Promise<ListPage<Item, Cursor>> {
  return loadMore.length > 1
    ? loadMore(cursor, { signal })
    : (loadMore as (cursor: Cursor) => Promise<ListPage<Item, Cursor>>)(cursor)
}
