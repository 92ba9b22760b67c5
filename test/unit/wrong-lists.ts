/**
 * Stores that are right but for their lists, for the suite to catch.
 */
import type { IndexEntry, SessionIndex } from '../../src/core/store.ts'
import { RightStore, type MakeStore } from './wrong-stores.ts'

/** Keeps each list as one value: read, changed and written back. */
class BlobListingStore extends RightStore {
  readonly #blobs = new Map<string, IndexEntry[]>()

  override readonly index: SessionIndex = {
    add: async (list, entry) => {
      const others = (await this.index.entries(list)).filter(({ key }) => key !== entry.key)
      await new Promise((resolve) => setImmediate(resolve))
      this.#blobs.set(list, [...others, entry])
      return (await this.index.entries(list)).length
    },
    entries: (list) => {
      const living = (this.#blobs.get(list) ?? []).filter(({ until }) => until > this.now())
      return living.toSorted((a, b) => a.createdAt - b.createdAt)
    },
    remove: (list, keys) => {
      const left = (this.#blobs.get(list) ?? []).filter(({ key }) => !keys.includes(key))
      this.#blobs.set(list, left)
    },
  }
}

/** Takes two entries of one key that differ for two, as a set of texts would. */
class DoublyListingStore extends RightStore {
  override readonly index: SessionIndex = {
    add: (list, entry) => this.right.index.add(list, { ...entry, key: `${entry.createdAt}:${entry.key}` }),
    entries: (list) => this.right.index.entries(list).map((entry) => ({ ...entry, key: keyOf(entry) })),
    remove: (list, keys) => {
      const gone = this.right.index.entries(list).filter((entry) => keys.includes(keyOf(entry)))
      this.right.index.remove(
        list,
        gone.map(({ key }) => key),
      )
    },
  }
}

function keyOf({ key }: IndexEntry): string {
  return key.slice(key.indexOf(':') + 1)
}

/** Lists what is past. */
class EndlesslyListingStore extends RightStore {
  override readonly index: SessionIndex = {
    ...this.right.index,
    add: (list, entry) => this.right.index.add(list, { ...entry, until: Number.MAX_SAFE_INTEGER }),
  }
}

/** Lists in the order of ending. */
class UnsortedStore extends RightStore {
  override readonly index: SessionIndex = {
    ...this.right.index,
    entries: (list) => this.right.index.entries(list).toSorted((a, b) => a.until - b.until),
  }
}

/** Stores named after what is wrong with their lists. */
export const lists: Readonly<
  Record<'blobListing' | 'doublyListing' | 'endlesslyListing' | 'unsorted', MakeStore>
> = {
  blobListing: (now) => new BlobListingStore(now),
  doublyListing: (now) => new DoublyListingStore(now),
  endlesslyListing: (now) => new EndlesslyListingStore(now),
  unsorted: (now) => new UnsortedStore(now),
}
