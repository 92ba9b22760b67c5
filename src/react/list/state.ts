/**
 * What a list shows, and what can be done with it.
 *
 * @module
 */

import { currentOwner } from '../storage/owner.ts'
import type { ListAnchor, RestoredList, RestoredListOptions } from './options.ts'
import type { Loaded } from './pages.ts'

/** What a list shows. */
export interface ListState<Item, Cursor> extends Loaded<Item, Cursor> {
  readonly loading: boolean
  /** Where to scroll to, until it is there. */
  readonly anchor: ListAnchor | null
  /** The tag of the session that it belongs to. */
  readonly owner: string | null
}

type Verbs = 'loadMore' | 'loadPrevious' | 'refresh' | 'update' | 'remove'

/** The functions of one list; the same for as long as its component lives. */
export interface ListController<Item, Cursor> extends Pick<RestoredList<Item>, Verbs> {
  /** Its component shows a state, with these options from now on. */
  follow: (options: RestoredListOptions<Item, Cursor>, state: ListState<Item, Cursor>) => void
  /** The list is on the screen, for the first time or again. Returns how to leave it. */
  appear: (key: string) => () => void
  /** It has been scrolled to the anchor. */
  reached: () => void
}

/** What a list shows before anything was loaded or found. */
export function freshState<Item, Cursor>(): ListState<Item, Cursor> {
  return {
    pages: null,
    before: [],
    error: null,
    taken: 0,
    loading: false,
    anchor: null,
    owner: currentOwner(),
  }
}
