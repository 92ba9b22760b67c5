/** @module Lists of keys. */

import type { Bar, IndexEntry, Listing } from '../../../core/store.ts'
import type { Command } from '../client.ts'
import type { Link } from '../link.ts'
import { isForeign, throwFirstError } from '../records/hash.ts'
import {
  BAR,
  barScore,
  countOf,
  deadlineAt,
  entriesOf,
  listingOf,
  lookedAt,
  membersFor,
  membersOf,
  scoredMembersOf,
  scoreUntil,
  sparedMember,
} from './list-members.ts'

/** How long an entry outlives its time, in milliseconds, to tell why its record is missing. */
export const TOLD_FOR = 300_000

/**
 * Adds an entry, or replaces the one with its key, and counts:
 * `MULTI; ZREMRANGEBYSCORE …; ZADD …; PEXPIREAT … NX; PEXPIREAT … GT; ZCOUNT …; EXEC`
 */
export async function addEntry(link: Link, list: string, entry: IndexEntry): Promise<number> {
  const now = await link.now(list)
  const isPast = !(entry.until > now)
  const change: Command[] = isPast
    ? [['zrem', list, membersOf(entry.key)]]
    : [['zadd', list, scoredMembersOf(entry)], ...lasting(list, entry.until + TOLD_FOR)]
  const counting: Command = ['zcount', list, scoreUntil(now) + 1, '+inf']
  return countOf((await write(link, list, [pruning(list, now), ...change, counting])).at(-1))
}

/** The entries that count. */
export async function readEntries(link: Link, list: string): Promise<IndexEntry[]> {
  return rangeOf(link, list, -1)
}

/** Those that end first, at most `count`. */
export async function firstEntries(link: Link, list: string, count: number): Promise<IndexEntry[]> {
  return (await rangeOf(link, list, membersFor(count) - 1)).slice(0, count)
}

/** Removes entries. */
export async function removeEntries(link: Link, list: string, keys: readonly string[]): Promise<void> {
  if (keys.length > 0) await link.change(list, [['zrem', list, keys.flatMap(membersOf)]]).catch(ifForeign([]))
}

/** What the list says of a key: `ZMSCORE list entry bar spared`. */
export async function lookAt(link: Link, list: string, key: string): Promise<Listing> {
  const [now, [scores]] = await Promise.all([
    link.now(list),
    link.pipeline(list, [lookCommand(list, key)]).catch(ifForeign([[null, null, null]])),
  ])
  return listingOf(scores, now)
}

/** The command whose reply `listingOf` reads. */
export function lookCommand(list: string, key: string): Command {
  return ['zmscore', list, lookedAt(key)]
}

/** Notes a bar in the place of an earlier one. */
export async function barList(link: Link, list: string, { at, spare, until }: Bar): Promise<void> {
  const score = barScore(at)
  const members = spare === null ? [score, BAR] : [score, BAR, score, sparedMember(spare)]
  await write(link, list, [
    ['zremrangebyscore', list, '-inf', '(0'],
    ['zadd', list, members],
    ...lasting(list, until),
  ])
}

/**
 * Changes a list in one transaction. A value of another type under its name would keep the user
 * from signing in, so it is removed.
 */
async function write(link: Link, list: string, commands: readonly Command[]): Promise<unknown[]> {
  const replies = await link.transaction(list, commands)
  if (!replies.some(isForeign)) {
    throwFirstError(replies)
    return replies
  }
  const again = await link.transaction(list, [['del', list], ...commands])
  throwFirstError(again)
  return again
}

/** The members up to a rank, the entries of which end first: `ZREMRANGEBYSCORE …; ZRANGE …`. */
async function rangeOf(link: Link, list: string, last: number): Promise<IndexEntry[]> {
  const now = await link.now(list)
  const commands: Command[] = [pruning(list, now), ['zrange', list, 0, last, 'WITHSCORES']]
  const replies = await link.pipeline(list, commands).catch(ifForeign([0, []]))
  return entriesOf(replies[1], now)
}

/** Moves the deadline of the whole list, unless it is later already. */
function lasting(list: string, until: number): Command[] {
  // `GT` alone leaves a key without a deadline as it is.
  return [
    ['pexpireat', list, deadlineAt(until), 'NX'],
    ['pexpireat', list, deadlineAt(until), 'GT'],
  ]
}

/** Removes entries that were past some minutes ago. */
function pruning(list: string, now: number): Command {
  return ['zremrangebyscore', list, 0, scoreUntil(now - TOLD_FOR)]
}

function ifForeign(replies: unknown[]): (error: unknown) => unknown[] {
  return (error) => {
    if (isForeign(error)) return replies
    throw error
  }
}
