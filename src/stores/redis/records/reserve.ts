/**
 * Keeping a record within its limits where the server refuses scripts, with one trip more: first
 * a writer reserves room, and only then it writes.
 *
 * What is reserved lies in a hash beside the record. It counts as if it were in the record
 * already, so however writers meet, those that go on fit into it together. A process that ends in
 * between leaves its reservation, and the room is free again some seconds later.
 *
 * @module
 */

import { byteLength, bytesOf, outgrows } from '../../../core/record/byte-size.ts'
import type { Change, Limits } from '../../../core/store.ts'
import { isAlive } from '../../../core/store.ts'
import { applyChange } from '../../shared/apply-change.ts'
import type { Command } from '../client.ts'
import type { Link } from '../link.ts'
import { integerOf } from '../replies.ts'
import { DOUBTFUL, isForeign, readHash, throwFirstError } from './hash.ts'

/** How long a reservation stays after the last one, in milliseconds: longer than any write takes. */
const RESERVED_FOR = 10_000

/** The longest text of an integer, such as -9007199254740991. */
const LONGEST_INTEGER = 17

/** Room for one change. */
export interface Reservation {
  /** Reserves it. Answers false if there is not as much; then nothing is reserved. */
  take(link: Link): Promise<boolean>
  /** The commands that give it back; to be sent with the change. */
  readonly giveBack: readonly Command[]
}

/** Prepares a reservation. What it finds to have ended has room: the write will see. */
export function reservation(key: string, change: Change, limits: Limits): Reservation {
  const held = `${key}:held`
  const need = needOf(change)
  const add = (sign: number): Command[] => [
    ['hincrby', held, 'bytes', String(sign * need.bytes)],
    ['hincrby', held, 'fields', String(sign * need.fields)],
    ['pexpire', held, RESERVED_FOR],
  ]
  const giveBack = add(-1)
  return {
    giveBack,
    async take(link) {
      const [hash, ...replies] = await link.transaction(key, [['hgetall', key], ...add(1)])
      if (!isForeign(hash)) throwFirstError([hash, ...replies])
      const found = isForeign(hash) ? null : readHash(1, hash, 0)
      if (found === DOUBTFUL || !isAlive(found)) return true
      const others = {
        bytes: Math.max(0, integerOf(replies[0], 'HINCRBY') - need.bytes),
        fields: Math.max(0, integerOf(replies[1], 'HINCRBY') - need.fields),
      }
      if (hasRoom(found.fields, change, limits, others)) return true
      throwFirstError(await link.transaction(key, giveBack))
      return false
    },
  }
}

/** Whether the change fits, beside what others have reserved. */
function hasRoom(
  before: ReadonlyMap<string, string>,
  change: Change,
  limits: Limits,
  others: Limits,
): boolean {
  const after = applyChange(before, change).fields ?? before
  // A change that adds nothing may go over the limit, but only alone: what others add is on its way.
  if (others.fields === 0) return !outgrows(before, after, limits)
  return after.size + others.fields <= limits.fields && bytesOf(after, 0) + others.bytes <= limits.bytes
}

/** What the fields of a change take, as if none of them had been there before. */
function needOf({ set, increment }: Change): Limits {
  let bytes = 0
  for (const [name, text] of set ?? []) bytes += byteLength(name) + byteLength(text)
  for (const name of increment?.keys() ?? []) bytes += byteLength(name) + LONGEST_INTEGER
  return { bytes, fields: (set?.size ?? 0) + (increment?.size ?? 0) }
}
