/** @module Stores whose lists say the wrong thing of a key, each under the title of the one test that catches it. */

import { isAlive } from '../../../src/core/store.ts'
import { but, listsBut, type WrongStores } from './but.ts'

export const barring: WrongStores = {
  /** Looks at what it has not swept yet. */
  'looking tells whether a key is listed, until its time is over': listsBut((right) => {
    const held = new Set<string>()
    return {
      add(list, entry) {
        held.add(`${list} ${entry.key}`)
        return right.add(list, entry)
      },
      remove(list, keys) {
        for (const key of keys) held.delete(`${list} ${key}`)
        right.remove(list, keys)
      },
      look: (list, key) => ({ ...right.look(list, key), isListed: held.has(`${list} ${key}`) }),
    }
  }),

  /** Keeps the bar with the key that it spares. */
  'a bar is told of every key of its list, listed or not, and spares one': listsBut((right) => {
    const spares = new Map<string, string | null>()
    return {
      bar(list, bar) {
        spares.set(list, bar.spare)
        right.bar(list, bar)
      },
      look(list, key) {
        const listing = right.look(list, key)
        const spare = spares.get(list) ?? key
        return spare === key ? listing : { ...listing, barredAt: null }
      },
    }
  }),

  /** Goes on sparing what an earlier bar spared. */
  'a bar is known without a list, and takes the place of an earlier one': listsBut((right) => {
    const spared = new Set<string>()
    return {
      bar(list, bar) {
        spared.add(`${list} ${bar.spare}`)
        right.bar(list, bar)
      },
      look: (list, key) => ({ ...right.look(list, key), isSpared: spared.has(`${list} ${key}`) }),
    }
  }),

  /** Keeps the bar with the entries. */
  'a bar outlives the entries of its list': listsBut((right) => {
    const emptied = new Set<string>()
    return {
      remove(list, keys) {
        right.remove(list, keys)
        if (right.entries(list).length === 0) emptied.add(list)
      },
      look: (list, key) => ({ ...right.look(list, key), ...(emptied.has(list) && { barredAt: null }) }),
    }
  }),

  /** Looks into another list than the one it was asked about. */
  'a record is loaded with what a list says of it, if it was asked for': but((right) => ({
    load(key, list) {
      const answer = right.load(key)
      return list && isAlive(answer) ? { ...answer, listing: right.index.look(`${list}s`, key) } : answer
    },
  })),

  /** Takes the oldest. */
  'the first entries are those that end first': listsBut((right) => ({
    first: (list, count) => right.entries(list).slice(0, count),
  })),
}
