/**
 * One list on the screen: loads its pages, keeps them in the storage under the entry of the
 * history that shows it, and brings them back there.
 *
 * @module
 */

import { type Anchor, anchorOf, isHeld } from './list-anchor.ts'
import type { RestoredListOptions } from './list-options.ts'
import { fetchPage, firstPage } from './list-page.ts'
import { listText, type Loaded, loadedFrom, pagesAround } from './list-text.ts'
import { bodyOf, entryText, headOf } from './storage-entry.ts'
import { currentPlace } from './storage-place.ts'
import { storageError } from './storage-problem.ts'
import { flush, later } from './storage-queue.ts'
import { PLACED, readText, remember, writeText } from './storage-shelf.ts'
import { mayShow, onSessionTag, sessionTag } from './tag.ts'

/** What a list shows. */
export interface ListState<Item, Cursor> extends Loaded<Item, Cursor> {
  readonly loading: boolean
  /** Where to scroll to, once. */
  readonly anchor: Anchor | null
  /** The tag of the session that it belongs to. */
  readonly owner: string | null
}

/** The functions of one list; the same for as long as its component lives. */
export interface ListController<Item, Cursor> {
  /** Goes by these options from now on. */
  update: (options: RestoredListOptions<Item, Cursor>) => void
  /** The list is on the screen, for the first time or again. Returns how to leave it. */
  appear: (key: string) => () => void
  loadMore: () => Promise<void>
  loadPrevious: () => Promise<void>
}

const LIMIT = 1_000_000
/** A list of which not even so much fits is not stored. */
const LEAST = 1000

/** What a list shows before anything was loaded or found. */
export function freshState<Item, Cursor>(): ListState<Item, Cursor> {
  return { pages: null, before: [], error: null, loading: false, anchor: null, owner: sessionTag() }
}

/** Makes the controller of a list. `list` is the id in its items' attributes. */
export function createListController<Item, Cursor>(
  list: string,
  first: RestoredListOptions<Item, Cursor>,
  show: (state: ListState<Item, Cursor>) => void,
): ListController<Item, Cursor> {
  let options = first
  let state = freshState<Item, Cursor>()
  /** Where the list was shown last, under which key, and at which address. */
  let at: { place: string; key: string; address: string; hash: string } | null = null
  let anchor: Anchor | null = null
  /** Not all pages are stored, so which ones depends on what is in view. */
  let isCut = false
  let running: { abort: AbortController; done: Promise<void> } | null = null

  function change(next: Partial<ListState<Item, Cursor>>): void {
    state = { ...state, ...next }
    show(state)
  }

  function cancel(): void {
    running?.abort.abort()
    running = null
    if (state.loading) change({ loading: false })
  }

  /** Goes over to whoever is signed in now: a guest's list does, another person's is forgotten. */
  function settle(): void {
    const owner = sessionTag()
    if (owner === state.owner) return
    if (mayShow(state.owner)) return change({ owner })
    cancel()
    anchor = null
    change(freshState())
  }

  function nameOf(kind: string): string {
    return `${PLACED}${at?.place}:${kind}${at?.key}`
  }

  function stored<Value>(kind: string, read: (body: string) => Value): Value | null {
    const text = readText(nameOf(kind))
    const head = headOf(text)
    try {
      return text && head && mayShow(head[3]) ? read(bodyOf(text)) : null
    } catch (cause) {
      options.onError?.(storageError('unreadable', options.key, cause))
      return null
    }
  }

  function restore(): void {
    cancel()
    anchor = stored('~', (body) => JSON.parse(body) as Anchor)
    const loaded = stored('#', (body) => loadedFrom<Item, Cursor>(body))
    if (loaded || anchor || state.pages) change({ ...freshState(), ...loaded, anchor })
  }

  /**
   * Follows the browser to another entry that shows the same page: another visit, or a jump
   * within this one. Answers whether the page is still shown.
   */
  function follow(isTraversal: boolean): boolean {
    const place = currentPlace()
    if (place === at?.place) return true
    // While a traversal waits for its page, the entry is already another's.
    if (address() !== at?.address) return false
    const isOtherVisit = isTraversal && location.hash === at.hash
    flush()
    at = { ...at, place, hash: location.hash }
    if (isOtherVisit || readText(nameOf('#'))) restore()
    else if (state.pages) save('#', written)
    return true
  }

  function save(kind: string, write: (limit: number) => string): void {
    const name = nameOf(kind)
    const { owner } = state
    later(name, () => {
      if (mayShow(owner)) store(name, write, options.limit ?? LIMIT)
    })
  }

  /** Stores as much as there is room for. All of it stays in memory, for going back within the page. */
  function store(name: string, write: (limit: number) => string, limit: number): void {
    try {
      const text = entryText([1, Date.now(), 0, sessionTag()], write(limit))
      try {
        writeText(name, text)
      } catch (cause) {
        if (limit / 2 < LEAST) throw cause
        store(name, write, limit / 2)
        remember(name, text)
      }
    } catch (cause) {
      options.onError?.(storageError('unwritable', options.key, cause))
    }
  }

  function written(limit: number): string {
    const pages = state.pages ?? []
    const inView = pages.findIndex(({ items }) => items.some((item) => keyOf(item) === anchor?.key))
    const [start, end] = pagesAround(pages, Math.max(inView, 0), limit)
    isCut = end - start < pages.length
    return listText(state, start, end)
  }

  function keyOf(item: Item): string {
    return `${options.getKey(item)}`
  }

  function note(): void {
    if (isHeld(list) || !follow(false)) return
    anchor = anchorOf(list)
    save('~', () => JSON.stringify(anchor))
    if (isCut) save('#', written)
  }

  async function run(from: Cursor | null, previous: boolean, abort: AbortController): Promise<void> {
    const { initial, loadMore } = options
    const pages = state.pages ?? [firstPage(options)]
    try {
      const { items, cursor } = await (from === null ? initial : fetchPage(loadMore, from, abort.signal))
      if (abort.signal.aborted) return
      const known = new Set(pages.flatMap((page) => page.items.map(keyOf)))
      const isNew = (item: Item): boolean => known.size < known.add(keyOf(item)).size
      const page = { from, next: cursor, items: items.filter(isNew) }
      running = null
      if (previous)
        change({
          pages: [page, ...pages],
          before: state.before.slice(0, -1),
          loading: false,
          anchor: anchorOf(list),
        })
      else change({ pages: [...pages, page], loading: false })
    } catch (error) {
      if (abort.signal.aborted) return
      running = null
      change({ pages, loading: false, error: error instanceof Error ? error : new Error(String(error)) })
    }
    if (follow(false)) save('#', written)
  }

  function load(previous: boolean): Promise<void> {
    if (running) return running.done
    const from = previous ? state.before.at(-1) : (state.pages?.at(-1) ?? firstPage(options)).next
    if (from === (previous ? undefined : null)) return Promise.resolve()
    const own = { abort: new AbortController(), done: Promise.resolve() }
    running = own
    change({ loading: true, error: null })
    own.done = run(from as Cursor | null, previous, own.abort)
    return own.done
  }

  return {
    update(next) {
      options = next
    },
    appear(key) {
      const place = currentPlace()
      const isSame = at?.place === place && at.key === key
      at = { place, key, address: address(), hash: location.hash }
      settle()
      if (!isSame) restore()
      const events = new AbortController()
      const how = { capture: true, signal: events.signal }
      for (const moment of ['scroll', 'click', 'pagehide']) addEventListener(moment, note, how)
      addEventListener('popstate', () => follow(true), how)
      // No state may be set while another component renders.
      const stop = onSessionTag(() => queueMicrotask(settle))
      return () => {
        stop()
        events.abort()
        cancel()
        flush()
      }
    },
    loadMore: () => load(false),
    loadPrevious: () => load(true),
  }
}

function address(): string {
  return location.pathname + location.search
}
