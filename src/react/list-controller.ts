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
  return { pages: null, before: [], error: null, loading: false, anchor: null }
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
  let owner: string | null = null
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

  /** The list of somebody who has left. */
  function forget(): void {
    cancel()
    anchor = null
    change(freshState())
  }

  function nameOf(kind: string): string {
    return `${PLACED}${at?.place}:${kind}${at?.key}`
  }

  function stored<Value>(kind: string, read: (body: string) => Value): Value | null {
    const text = readText(nameOf(kind))
    const head = text === null ? null : headOf(text)
    try {
      return text !== null && head !== null && mayShow(head[3]) ? read(bodyOf(text)) : null
    } catch (cause) {
      options.onError?.(storageError('unreadable', options.key, cause))
      return null
    }
  }

  function restore(): void {
    anchor = stored('~', (body) => JSON.parse(body) as Anchor)
    const loaded = stored('#', (body) => loadedFrom<Item, Cursor>(body))
    if (loaded !== null || anchor !== null || state.pages !== null)
      change({ ...freshState(), ...loaded, anchor })
  }

  /** Whether the browser still shows the page of this list, under this entry or one that it made since. */
  function isHere(): boolean {
    if (at === null) return false
    const place = currentPlace()
    if (place === at.place) return true
    // While a traversal waits for its page, the entry is already another's.
    if (address() !== at.address) return false
    at = { ...at, place, hash: location.hash }
    if (state.pages !== null) save('#', written)
    return true
  }

  /** The same page under another entry: another visit, or a jump within this one. */
  function travel(): void {
    const place = currentPlace()
    if (at === null || place === at.place || address() !== at.address) return
    const isJump = location.hash !== at.hash
    flush()
    at = { ...at, place, hash: location.hash }
    if (readText(nameOf('#')) !== null || !isJump) restore()
    else if (state.pages !== null) save('#', written)
  }

  function save(kind: string, write: (limit: number) => string): void {
    const name = nameOf(kind)
    const whose = owner
    later(name, () => {
      if (mayShow(whose)) store(name, write, options.limit ?? LIMIT)
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
    if (isHeld(list) || !isHere()) return
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
    if (isHere()) save('#', written)
  }

  function load(previous: boolean): Promise<void> {
    if (running !== null) return running.done
    const from = previous ? state.before.at(-1) : (state.pages?.at(-1) ?? firstPage(options)).next
    if (from === undefined || (from === null && !previous)) return Promise.resolve()
    const own = { abort: new AbortController(), done: Promise.resolve() }
    running = own
    change({ loading: true, error: null })
    own.done = run(from, previous, own.abort)
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
      if (!mayShow(owner)) forget()
      owner = sessionTag()
      if (!isSame) restore()
      const events = new AbortController()
      const how = { capture: true, passive: true, signal: events.signal }
      for (const moment of ['scroll', 'click', 'pagehide']) addEventListener(moment, note, how)
      addEventListener('popstate', travel, how)
      const stop = onSessionTag(() => {
        // During the render of another component, no state may be set.
        if (!mayShow(owner)) queueMicrotask(forget)
        owner = sessionTag()
      })
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
