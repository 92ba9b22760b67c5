/** @module Stores that hold limits wrongly, each under the title of the one test that catches it. */

import type { Change, UpdateResult } from '../../../src/core/store.ts'
import type { MemoryStore } from '../../../src/stores/memory.ts'
import { but, living, others, type WrongStores } from './but.ts'

const TOO_LARGE: UpdateResult = { status: 'too-large' }

export const limiting: WrongStores = {
  /** Counts what JavaScript calls the length of a text. */
  'names and values count, in bytes of UTF-8, and what fits exactly is done': but((right) => ({
    update(key, change, lifetime) {
      const after = [...(living(right, key)?.fields ?? []), ...(change.set ?? [])].flat().join('')
      const isShort = change.limits !== undefined && after.length <= change.limits.bytes
      return right.update(key, isShort && !isAscii(after) ? without(change) : change, lifetime)
    },
  })),

  /** Counts before it writes, and forgets that it will write two. */
  'the number of fields counts, and values of those that are there may be changed': but((right) => ({
    update(key, change, lifetime) {
      const isTwo = change.set?.size === 2 && living(right, key)?.fields.size === 2
      return right.update(key, isTwo ? without(change) : change, lifetime)
    },
  })),

  /** Removes first and looks afterwards. */
  'a change that does not fit writes nothing at all': but((right) => ({
    update(key, change, lifetime) {
      const result = right.update(key, change, lifetime)
      if (result.status === 'too-large' && change.take) right.update(key, { take: change.take }, lifetime)
      return result
    },
  })),

  /** Adds what is written to what is there. */
  'what a change removes or replaces makes room in it': but((right) => ({
    update(key, change, lifetime) {
      const removed = change.limits?.bytes === 62 && (change.delete ?? change.take)
      if (!removed || !change.set) return right.update(key, change, lifetime)
      const answer = right.update(key, { set: change.set, limits: change.limits! }, lifetime)
      return answer.status === 'ok' ? right.update(key, without(change), lifetime) : answer
    },
  })),

  /** Has a constraint on the table, which looks at every row that is written. */
  'a record that is over its limits already takes every change that does not add': but((right) => ({
    update(key, change, lifetime) {
      const before = living(right, key)?.fields
      const isOver = change.limits !== undefined && [...(before ?? [])].flat().join('').length > 42
      return isOver && before!.size === 3 && change.limits!.fields === 2 && before!.has('c')
        ? TOO_LARGE
        : right.update(key, change, lifetime)
    },
  })),

  /** Forgets that a sum takes room. */
  'what increments add counts': but((right) => ({
    update(key, change, lifetime) {
      const isSum = change.increment && !change.set
      return right.update(key, isSum ? without(change) : change, lifetime)
    },
  })),

  /** Looks at the size of what it is given before it looks for the record. */
  'a missing record is gone and a failed expectation a conflict, under any limits': but((right) => ({
    update(key, change, lifetime) {
      const isLarge = [...(change.set ?? [])].flat().join('').length > (change.limits?.bytes ?? Infinity)
      return isLarge && !living(right, key) ? TOO_LARGE : right.update(key, change, lifetime)
    },
  })),

  /** Counts in one step and writes in another. */
  'of 40 parallel writers those are done that fit together, and no others': but((right) => ({
    async update(key, change, lifetime) {
      if (!change.limits || !fits(right, key, change)) return right.update(key, change, lifetime)
      await others()
      return right.update(key, without(change), lifetime)
    },
  })),
}

function without({ limits: _limits, ...change }: Change): Change {
  return change
}

function isAscii(text: string): boolean {
  return new TextEncoder().encode(text).length === text.length
}

/** Whether a change of one field fits into the record as it is now. */
function fits(right: MemoryStore, key: string, { set, limits }: Change): boolean {
  const fields = living(right, key)?.fields
  if (fields === undefined || set?.size !== 1 || fields.get('a') !== '1' || fields.has([...set.keys()][0]!))
    return false
  const after = [...fields, ...set]
  return after.length <= limits!.fields && after.flat().join('').length <= limits!.bytes
}
