/**
 * What the storage keeps of a list: its pages, and where it was scrolled to, for one entry of the
 * history and the address that this entry had.
 *
 * @module
 */

import { bodyOf, entryText, headOf } from '../storage/entry.ts'
import { storageError } from '../storage/error.ts'
import { currentHistoryKey } from '../storage/history-entry.ts'
import { currentOwner, mayShow } from '../storage/owner.ts'
import { HISTORY_PREFIX, readText, remember, writeText } from '../storage/tab-storage.ts'
import { later } from '../storage/write-queue.ts'
import type { RestoredListOptions } from './options.ts'

/** Where a list was shown. */
export interface Spot {
  /** The entry of the history. */
  readonly historyKey: string
  /** The list's own. */
  readonly key: string
  /** The pathname and the search: with others, another list. */
  readonly address: string
  readonly hash: string
}

/** The pages, or the scroll position. */
type Kind = '#' | '~'
type Options = Pick<RestoredListOptions<never, never>, 'limit' | 'onError'>

const LIMIT = 1_000_000
/** A list of which not even so much fits is not stored. */
const LEAST = 1000

/** The spot that is shown now. */
export function spotOf(key: string): Spot {
  return { historyKey: currentHistoryKey(), key, address: addressNow(), hash: location.hash }
}

/** The pathname and the search. */
export function addressNow(): string {
  return location.pathname + location.search
}

/** Whether anything is stored there, of any address. */
export function isStored(spot: Spot): boolean {
  return readText(nameOf(spot, '#')) !== null
}

/** What is stored there; `null` if nothing is, or what is may not be shown or cannot be read. */
export function readSpot<Value>(
  spot: Spot,
  kind: Kind,
  read: (body: string) => Value,
  { onError }: Options,
): Value | null {
  const text = readText(nameOf(spot, kind))
  const head = headOf(text)
  if (!text || !head || !mayShow(head[3])) return null
  const [address, ...lines] = bodyOf(text).split('\n')
  // An entry of the history gets another address where a router replaces it.
  if (address !== spot.address) return null
  try {
    return read(lines.join('\n'))
  } catch (cause) {
    onError?.(storageError('unreadable', spot.key, cause))
    return null
  }
}

/**
 * Stores there soon what `write` answers then, given how many characters there is room for. All of
 * it stays in memory, for going back within the page.
 */
export function writeSpot(
  spot: Spot,
  kind: Kind,
  owner: string | null,
  write: (limit: number) => string,
  { limit, onError }: Options,
): void {
  const name = nameOf(spot, kind)

  function store(room: number): void {
    try {
      const text = entryText([1, Date.now(), 0, currentOwner()], `${spot.address}\n${write(room)}`)
      try {
        writeText(name, text)
      } catch (cause) {
        if (room / 2 < LEAST) throw cause
        store(room / 2)
        remember(name, text)
      }
    } catch (cause) {
      onError?.(storageError('unwritable', spot.key, cause))
    }
  }

  later(name, () => {
    if (mayShow(owner)) store(limit ?? LIMIT)
  })
}

function nameOf({ historyKey, key }: Spot, kind: Kind): string {
  return `${HISTORY_PREFIX}${historyKey}:${kind}${key}`
}
