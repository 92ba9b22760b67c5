/**
 * A loaded list as text for the storage, within a limit: the pages around the one that was
 * in view stay, the others leave their cursors, by which they can be fetched again.
 *
 * @module
 */

import { decode, encode } from '../storage/codec.ts'
import type { ListPage } from './options.ts'

/** One answer of `loadMore`, or the first page. */
export interface Page<Item, Cursor> {
  /** The cursor that led here; `null` for the first page. */
  readonly from: Cursor | null
  /** The cursor that leads on; `null` at the end. */
  readonly next: Cursor | null
  readonly items: readonly Item[]
}

/** What has been loaded of a list. */
export interface Loaded<Item, Cursor> {
  /** Pages that follow each other. `null`: nothing but the first, as the server gave it. */
  readonly pages: ReadonlyArray<Page<Item, Cursor>> | null
  /** Where the pages before them, which were dropped, come from: the nearest last. */
  readonly before: ReadonlyArray<Cursor | null>
  /** What the last attempt to load failed with. */
  readonly error: Error | null
  /** The mark of the first page that the server gave last, if its word was taken. */
  readonly taken: number
}

/** Pages do not change, so each is written once. */
const texts = new WeakMap<object, string>()
const marks = new WeakMap<object, number>()

/**
 * Writes down the pages of a list from `start` to before `end`.
 * @throws `TypeError` for items that cannot be stored
 */
export function listText<Item, Cursor>(
  { pages, before, error, taken }: Loaded<Item, Cursor>,
  start: number,
  end: number,
): string {
  const all = pages ?? []
  const dropped = all.slice(0, start).map((page) => page.from)
  const message = end === all.length ? error?.message : undefined
  return `[${encode([...before, ...dropped])},${encode(message)},[${all.slice(start, end).map(pageText).join()}],${taken}]`
}

/** A number that tells what the server gave from what it gives later; 0 for what cannot be written down. */
export function markOf<Item, Cursor>(page: ListPage<Item, Cursor>): number {
  let mark = marks.get(page)
  if (mark === undefined) {
    mark = 0
    try {
      for (const letter of encode([page.cursor, page.items])) mark = (mark * 31 + letter.charCodeAt(0)) | 0
    } catch {
      // Its items have functions, for example.
    }
    marks.set(page, mark)
  }
  return mark
}

/**
 * Reads such a text.
 * @throws an error of some kind if the text is something else
 */
export function loadedFrom<Item, Cursor>(text: string): Loaded<Item, Cursor> {
  type Written = [from: Cursor | null, next: Cursor | null, items: Item[]]
  type All = [before: (Cursor | null)[], message: string | undefined, pages: Written[], taken: number]
  const [before, message, pages, taken] = decode(text) as All
  return {
    before,
    taken,
    error: message === undefined ? null : new Error(message),
    pages: pages.length > 0 ? pages.map(([from, next, items]) => ({ from, next, items })) : null,
  }
}

/**
 * Which pages stay: those around the one in view, as many on either side, until they take
 * `limit` characters. Answers the first, and the first that does not follow.
 * @throws `TypeError` for items that cannot be stored
 */
export function pagesAround<Item, Cursor>(
  pages: ReadonlyArray<Page<Item, Cursor>>,
  inView: number,
  limit: number,
): [start: number, end: number] {
  const sizes = pages.map((page) => pageText(page).length)
  let [start, end, room] = [inView, inView + 1, limit - (sizes[inView] ?? 0)]
  for (let hasGrown = true; hasGrown;) {
    hasGrown = false
    for (const at of [end, start - 1]) {
      const size = sizes[at]
      if (size === undefined || size > room) continue
      room -= size
      hasGrown = true
      if (at < start) start = at
      else end += 1
    }
  }
  return [start, end]
}

function pageText<Item, Cursor>(page: Page<Item, Cursor>): string {
  const text = texts.get(page) ?? encode([page.from, page.next, page.items])
  texts.set(page, text)
  return text
}
