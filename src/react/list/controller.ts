/**
 * One list on the screen: loads its pages, keeps them in the storage under the entry of the
 * history that shows it, and brings them back there.
 *
 * @module
 */

import { currentHistoryKey } from '../storage/history-entry.ts'
import { currentOwner, mayShow, onOwnerChange } from '../storage/owner.ts'
import { flush } from '../storage/write-queue.ts'
import { type Anchor, anchorOf, isHeld } from './anchor.ts'
import type { RestoredListOptions } from './options.ts'
import { listText, loadedFrom, markOf, type Page, pagesAround } from './pages.ts'
import { fetchPage, fetchPages, firstPage, locate, replaced, unique, withFirst } from './source.ts'
import { addressNow, isStored, readSpot, type Spot, spotOf, writeSpot } from './spot.ts'
import { freshState, type ListController, type ListState } from './state.ts'

/** Makes the controller of a list. `list` is the id in its items' attributes. */
export function createListController<Item, Cursor>(
  list: string,
  first: RestoredListOptions<Item, Cursor>,
  show: (state: ListState<Item, Cursor>) => void,
): ListController<Item, Cursor> {
  type State = ListState<Item, Cursor>
  let options = first
  let state: State = freshState()
  /** What the component showed last. */
  let rendered = state
  /** Where the list was shown last. */
  let spot: Spot | null = null
  let anchor: Anchor | null = null
  /** Not all pages are stored, so which ones depends on what is in view. */
  let isCut = false
  let running: { abort: AbortController; done: Promise<void> } | null = null

  function change(next: Partial<State>): void {
    state = { ...state, ...next }
    show(state)
  }

  function cancel(): void {
    running?.abort.abort()
    running = null
    if (state.loading) change({ loading: false })
  }

  /** Gives a guest's list to the user who has signed in; forgets another user's. */
  function settle(): void {
    const owner = currentOwner()
    if (owner === state.owner) return
    if (mayShow(state.owner)) return change({ owner })
    cancel()
    anchor = null
    change(freshState())
  }

  function restore(next: Spot): void {
    cancel()
    spot = next
    anchor = readSpot(next, '~', (body) => JSON.parse(body) as Anchor, options)
    const loaded = readSpot(next, '#', loadedFrom<Item, Cursor>, options)
    if (!loaded && !anchor && !state.pages && !state.anchor) return
    change({
      ...freshState(),
      ...loaded,
      anchor: locate(anchor, loaded?.pages ?? [firstPage(options)], keyOf),
    })
    adopt(anchor)
  }

  /** Follows the browser to another entry that shows the same page. Answers whether the page is still shown. */
  function travel(isTraversal: boolean): boolean {
    if (!spot) return false
    const historyKey = currentHistoryKey()
    if (historyKey === spot.historyKey) return true
    // While a traversal waits for its page, the entry is already another's.
    if (addressNow() !== spot.address) return false
    const isOtherVisit = isTraversal && location.hash === spot.hash
    flush()
    spot = spotOf(spot.key)
    if (isOtherVisit || isStored(spot)) restore(spot)
    else if (state.pages) keep()
    return true
  }

  /** Stores the pages. */
  function keep(): void {
    if (spot) writeSpot(spot, '#', state.owner, written, options)
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
    if (isHeld(list) || !travel(false) || !spot) return
    anchor = anchorOf(list)
    writeSpot(spot, '~', state.owner, () => JSON.stringify(anchor), options)
    if (isCut) keep()
  }

  /** The loaded pages, even if they are but the first, and whose word that is. */
  function loaded(): { pages: ReadonlyArray<Page<Item, Cursor>>; taken: number } {
    const { pages, taken } = state
    return pages ? { pages, taken } : { pages: [firstPage(options)], taken: markOf(options.initial) }
  }

  /** Takes other pages, and keeps in its place what is in view, unless that is the list's beginning. */
  function take(next: Partial<State> & Pick<State, 'pages'>, inView = state.anchor ?? anchorOf(list)): void {
    const isAtTop = inView && inView.top >= 0 && locate(inView, loaded().pages, keyOf)?.index === 0
    const isBeginning = isAtTop && state.before.length === 0
    change({ ...next, anchor: isBeginning ? null : locate(inView, next.pages ?? [], keyOf) })
    keep()
  }

  /** Takes what the server says of the first page now, if that is not what it said before. */
  function adopt(inView?: Anchor | null): void {
    const { pages, before } = state
    const taken = markOf(options.initial)
    if (!pages || taken === state.taken) return
    const now = firstPage(options)
    if (before.length === 0) {
      const next = withFirst(pages, now, keyOf)
      // What is on its way would follow what is gone.
      if (!next) cancel()
      return take({ pages: next, taken }, inView)
    }
    const items = new Map(now.items.map((item) => [keyOf(item), item]))
    take({ pages: replaced(pages, (item) => [items.get(keyOf(item)) ?? item]), taken }, inView)
  }

  function edit(key: string | number, items: readonly Item[]): void {
    const { pages, taken } = loaded()
    // Another item may have had the key of the new one.
    const next = replaced(pages, (item) => (keyOf(item) === `${key}` ? items : [item]))
    change({ pages: unique(next, keyOf), taken })
    keep()
  }

  /** Fetches something, and then shows what is made of it; if something is on its way, waits for that. */
  function start<Answer>(
    fetchAnswer: (signal: AbortSignal) => Promise<Answer>,
    apply: (answer: Answer) => void,
  ): Promise<void> {
    async function run({ signal }: AbortController): Promise<void> {
      try {
        const answer = await fetchAnswer(signal)
        if (!signal.aborted) apply(answer)
      } catch (cause) {
        const error = cause instanceof Error ? cause : new Error(String(cause))
        if (!signal.aborted) change({ ...loaded(), error })
      }
      if (signal.aborted) return
      running = null
      change({ loading: false })
      adopt()
      travel(false)
      keep()
    }
    if (running) return running.done
    const own = { abort: new AbortController(), done: Promise.resolve() }
    running = own
    change({ loading: true, error: null })
    own.done = run(own.abort)
    return own.done
  }

  function load(isPrevious: boolean): Promise<void> {
    const from = isPrevious ? state.before.at(-1) : (loaded().pages.at(-1)?.next ?? undefined)
    if (from === undefined) return running?.done ?? Promise.resolve()
    const { initial, loadMore } = options
    return start(
      async (signal) => (from === null ? initial : fetchPage(loadMore, from, signal)),
      ({ items, cursor }) => {
        const { pages, taken } = loaded()
        const known = new Set(pages.flatMap((page) => page.items.map(keyOf)))
        const page = unique([{ from, next: cursor, items }], keyOf, known)
        if (!isPrevious) return change({ pages: [...pages, ...page], taken })
        const before = state.before.slice(0, -1)
        take({ pages: [...page, ...pages], before, taken: from === null ? markOf(initial) : taken })
      },
    )
  }

  async function refresh(): Promise<void> {
    // What is on its way may have been asked for before the change.
    await running?.done
    const { pages, before } = state
    if (!pages) return
    const { initial, loadMore } = options
    await start(
      (signal) => fetchPages(firstPage(options), before.length + pages.length, loadMore, signal),
      (next) => take({ pages: unique(next, keyOf), before: [], taken: markOf(initial) }),
    )
  }

  return {
    follow(next, shown) {
      const { initial } = options
      const isOwnChange = shown !== rendered
      const isGiven = next.initial !== initial && (!isOwnChange || markOf(next.initial) !== markOf(initial))
      options = next
      rendered = shown
      if (!spot) return
      // A list may stay on the screen beneath another page, such as a modal: then nothing is new for it.
      const isSamePath = spot.address.split('?', 1)[0] === location.pathname
      if (addressNow() !== spot.address && (isGiven || (isSamePath && !isOwnChange))) {
        flush()
        restore(spotOf(spot.key))
      } else if (isGiven) adopt()
    },
    appear(key) {
      const next = spotOf(key)
      const isSame = spot?.historyKey === next.historyKey && spot.key === key && spot.address === next.address
      settle()
      if (!isSame) restore(next)
      spot = next
      adopt()
      const events = new AbortController()
      const how = { capture: true, signal: events.signal }
      for (const moment of ['click', 'pagehide']) addEventListener(moment, note, how)
      // Virtualised lists render in the frame of the event, after us.
      addEventListener('scroll', () => requestAnimationFrame(() => events.signal.aborted || note()), how)
      addEventListener('popstate', () => travel(true), how)
      // No state may be set while another component renders.
      const stop = onOwnerChange(() => queueMicrotask(settle))
      return () => {
        stop()
        events.abort()
        cancel()
        flush()
      }
    },
    reached: () => change({ anchor: null }),
    loadMore: () => load(false),
    loadPrevious: () => load(true),
    refresh,
    update: (key, item) => edit(key, [item]),
    remove: (key) => edit(key, []),
  }
}
