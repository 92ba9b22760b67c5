/** @module Stores whose lists are wrong, each under the title of the one test that catches it. */

import type { IndexEntry, SessionIndex } from '../../../src/core/store.ts'
import { listsBut, others, secondBut, type WrongStores } from './but.ts'

export const listing: WrongStores = {
  'a list that nothing was added to is empty': listsBut((right) => {
    const known = new Set<string>()
    return {
      add(list, entry) {
        known.add(list)
        return right.add(list, entry)
      },
      entries(list) {
        if (!known.has(list)) throw new Error('no such list')
        return right.entries(list)
      },
    }
  }),

  /** Reads from where the entries have not arrived yet. */
  'an added entry is listed with its times, through every store object at once': secondBut(({ index }) => ({
    index: { ...index, entries: () => [] },
  })),

  /** Lists in the order of ending. */
  'entries are listed by the time they began, whenever they were added and until when they count': listsBut(
    (right) => ({ entries: (list) => right.entries(list).toSorted((a, b) => a.until - b.until) }),
  ),

  /** Writes only the new deadline. */
  'adding a key again replaces its entry and counts it once': listsBut((right) => ({
    add(list, entry) {
      const before = right.entries(list).find(({ key }) => key === entry.key)
      return right.add(list, { ...entry, createdAt: before?.createdAt ?? entry.createdAt })
    },
  })),

  /** Counts what it has not swept yet. */
  'an entry past its time is neither listed nor counted': listsBut((right) => {
    const all = new Map<string, Set<string>>()
    return {
      add(list, entry) {
        const before = right.entries(list).length
        const count = right.add(list, entry)
        if (count < before || !right.entries(list).some(({ key }) => key === entry.key)) return count
        const keys = (all.get(list) ?? new Set()).add(entry.key)
        all.set(list, keys)
        return keys.size
      },
      remove(list, keys) {
        for (const key of keys) all.get(list)?.delete(key)
        return right.remove(list, keys)
      },
    }
  }),

  /** Gives the whole list the time of the last entry. */
  'an entry that counts for a short time does not shorten that of the others': (now) => {
    const ends = new Map<string, number>()
    return listsBut((right) => ({
      add(list, entry) {
        if (entry.until > now()) ends.set(list, entry.until)
        return right.add(list, entry)
      },
      entries: (list) => ((ends.get(list) ?? 0) > now() ? right.entries(list) : []),
    }))(now)
  },

  /** Leaves a key alone that it has seen, though its time is over. */
  'an entry past its time can be added again': listsBut((right) => {
    const seen = new Map<string, IndexEntry>()
    return {
      add(list, entry) {
        const name = `${list} ${entry.key}`
        const isThere = right.entries(list).some(({ key }) => key === entry.key)
        if (seen.has(name) && !isThere) return right.entries(list).length
        seen.set(name, entry)
        return right.add(list, entry)
      },
      remove(list, keys) {
        for (const key of keys) seen.delete(`${list} ${key}`)
        return right.remove(list, keys)
      },
    }
  }),

  /** Adds nothing that would not count. */
  'adding an entry whose time is over already takes the place of the one with its key': (now) =>
    listsBut((right) => ({
      add: (list, entry) => (entry.until > now() ? right.add(list, entry) : right.entries(list).length),
    }))(now),

  'removing takes the named entries, leaves the others, and may be done again': listsBut((right) => ({
    remove(list, keys) {
      const listed = right.entries(list).map(({ key }) => key)
      if (keys.length > 1 && keys.some((key) => !listed.includes(key))) throw new Error('no such entry')
      return right.remove(list, keys)
    },
  })),

  /** Takes an emptied list for one that is to be removed. */
  'a list that was emptied can be filled again': listsBut((right) => {
    const closed = new Set<string>()
    return {
      add: (list, entry) => (closed.has(list) ? 0 : right.add(list, entry)),
      remove(list, keys) {
        right.remove(list, keys)
        if (right.entries(list).length === 0) closed.add(list)
      },
    }
  }),

  /** Has names without case. */
  'lists do not meet each other, nor records, under any base64url names of lists and keys': listsBut(
    (right) => ({
      add: (list, entry) => right.add(list.toLowerCase(), entry),
      entries: (list) => right.entries(list.toLowerCase()),
      remove: (list, keys) => right.remove(list.toLowerCase(), keys),
      first: (list, count) => right.first(list.toLowerCase(), count),
      look: (list, key) => right.look(list.toLowerCase(), key),
      bar: (list, bar) => right.bar(list.toLowerCase(), bar),
    }),
    (right) => ({ load: (key, list) => right.load(key, list?.toLowerCase()) }),
  ),

  /** Hands out the list it goes on to write to. */
  'the listed entries are a snapshot that later writes do not change': listsBut((right) => {
    const handedOut = new Map<string, IndexEntry[]>()
    const refresh = (list: string): IndexEntry[] => {
      const entries = handedOut.get(list) ?? []
      entries.splice(0, Infinity, ...right.entries(list))
      handedOut.set(list, entries)
      return entries
    }
    return {
      add(list, entry) {
        const count = right.add(list, entry)
        refresh(list)
        return count
      },
      entries: refresh,
    }
  }),

  /** Reads one page. */
  'a list of a thousand entries comes back whole': listsBut((right) => ({
    entries: (list) => right.entries(list).slice(0, 500),
  })),

  /** Adds in one step and counts in another. */
  '50 parallel additions are all kept, and each is told another number': listsBut((right) => ({
    async add(list, entry) {
      right.add(list, entry)
      await others()
      return right.entries(list).length
    },
  })),

  /** Removes by writing back what is left. */
  'additions of one key, of others and removals in parallel leave each key once or not at all': listsBut(
    (right): Partial<SessionIndex> => ({
      async remove(list, keys) {
        const left = right.entries(list).filter(({ key }) => !keys.includes(key))
        await others()
        const now = right.entries(list).map(({ key }) => key)
        right.remove(list, now)
        for (const entry of left) right.add(list, entry)
      },
    }),
  ),
}
