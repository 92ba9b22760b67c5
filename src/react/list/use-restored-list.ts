/**
 * Lists that are there again after Back, Forward, a reload or a visit to another site: their
 * items, and where they were scrolled to.
 *
 * @module
 */

import { useId, useLayoutEffect, useMemo, useState } from '../react.ts'
import { mayShow } from '../storage/owner.ts'
import { holdAnchor } from './anchor.ts'
import { checkList } from './check.ts'
import { createListController } from './controller.ts'
import type { RestoredList, RestoredListOptions } from './options.ts'
import { firstPage } from './source.ts'
import { freshState, type ListState } from './state.ts'

/** Bundlers write the value in for exactly these words; browsers have no `process`. */
declare const process: { env: { NODE_ENV?: string } }

/**
 * A list with "load more" that survives leaving the page.
 *
 * What was loaded belongs to the entry of the browser's history, so a fresh visit begins
 * with `initial`. The server and the hydrating page show `initial` too; right after, before
 * the browser paints, the list is restored, without fetching anything. Where Next.js has
 * kept the page alive, nothing is restored, since nothing was lost.
 *
 * Another pathname or search of the page is another list. What the server says of the first
 * page later, after `revalidatePath` for example, is shown.
 *
 * Items and cursors may hold what `useSessionStorage` can.
 *
 * @throws `TypeError` in development, for options that are none
 */
export function useRestoredList<Item, Cursor>(
  options: RestoredListOptions<Item, Cursor>,
): RestoredList<Item> {
  if (typeof process !== 'undefined' && process.env.NODE_ENV === 'development') checkList(options)
  const id = useId()
  const [state, show] = useState<ListState<Item, Cursor>>(freshState)
  const [list] = useState(() => createListController(id, options, show))

  useLayoutEffect(() => list.follow(options, state), [list, options, state])
  useLayoutEffect(() => list.appear(options.key), [list, options.key])
  // Another person's list is not shown, even before it is forgotten.
  const { pages, before, error, anchor } = mayShow(state.owner) ? state : freshState<Item, Cursor>()
  useLayoutEffect(() => (anchor ? holdAnchor(id, anchor, list.reached) : undefined), [id, anchor, list])

  const { items: firstItems } = options.initial
  const items = useMemo(() => pages?.flatMap((page) => page.items) ?? firstItems, [pages, firstItems])
  return {
    items,
    loading: state.loading,
    error,
    end: (pages?.at(-1) ?? firstPage(options)).next === null,
    hasPrevious: before.length > 0,
    loadMore: list.loadMore,
    loadPrevious: list.loadPrevious,
    refresh: list.refresh,
    update: list.update,
    remove: list.remove,
    anchor,
    itemProps: (item) => ({ 'data-list': id, 'data-item': `${options.getKey(item)}` }),
  }
}
