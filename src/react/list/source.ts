/**
 * The pages of a list: where they come from, and what becomes of them when the server or the
 * visitor changes an item.
 *
 * @module
 */

import type { Anchor } from './anchor.ts'
import type { ListAnchor, ListPage, RestoredListOptions } from './options.ts'
import type { Page } from './pages.ts'

type Pages<Item, Cursor> = ReadonlyArray<Page<Item, Cursor>>
type KeyOf<Item> = (item: Item) => string

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

/** Fetches the pages that follow one, until there are so many, or no more. */
export async function fetchPages<Item, Cursor>(
  first: Page<Item, Cursor>,
  count: number,
  loadMore: RestoredListOptions<Item, Cursor>['loadMore'],
  signal: AbortSignal,
): Promise<Pages<Item, Cursor>> {
  const pages = [first]
  for (let from = first.next; from !== null && pages.length < count && !signal.aborted;) {
    const { items, cursor } = await fetchPage(loadMore, from, signal)
    pages.push({ from, next: cursor, items })
    from = cursor
  }
  return pages
}

/** Pages of which those that come later lack what came before. */
export function unique<Item, Cursor>(
  pages: Pages<Item, Cursor>,
  keyOf: KeyOf<Item>,
  known: Set<string> = new Set(),
): Pages<Item, Cursor> {
  return replaced(pages, (item) => (known.size < known.add(keyOf(item)).size ? [item] : []))
}

/** Pages with other items in the place of some. A page in which nothing changes stays the same object. */
export function replaced<Item, Cursor>(
  pages: Pages<Item, Cursor>,
  change: (item: Item) => readonly Item[],
): Pages<Item, Cursor> {
  return pages.map((page) => {
    const items = page.items.flatMap(change)
    const isSame = items.length === page.items.length && items.every((item, at) => item === page.items[at])
    return isSame ? page : { ...page, items }
  })
}

/**
 * Pages after the server has said what the first of them is now. It says nothing of what comes
 * later, but an item that is in the first page now is nowhere else.
 * @returns `null` if nothing is left of what was loaded: the list begins anew
 */
export function withFirst<Item, Cursor>(
  [old, ...later]: Pages<Item, Cursor>,
  first: Page<Item, Cursor>,
  keyOf: KeyOf<Item>,
): Pages<Item, Cursor> | null {
  const keys = new Set(first.items.map(keyOf))
  const isThere = (item: Item): boolean => keys.has(keyOf(item))
  if (!old || first.next === null || ![old, ...later].some(({ items }) => items.some(isThere))) return null
  // New items push others out at the end of the page; what is missing before that has gone.
  const last = old.items.findLastIndex(isThere)
  const pushedOut = last < 0 ? [] : old.items.slice(last + 1)
  const isAlone = later.length + pushedOut.length === 0
  return [
    { ...first, next: isAlone ? first.next : old.next, items: [...first.items, ...pushedOut] },
    ...replaced(later, (item) => (isThere(item) ? [] : [item])),
  ]
}

/** Where an item is in the list; `null` if it is not. */
export function locate<Item, Cursor>(
  anchor: Anchor | null,
  pages: Pages<Item, Cursor>,
  keyOf: KeyOf<Item>,
): ListAnchor | null {
  const index = pages.flatMap(({ items }) => items).findIndex((item) => keyOf(item) === anchor?.key)
  return anchor && index >= 0 ? { ...anchor, index } : null
}
