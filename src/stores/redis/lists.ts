/** @module Lists of keys. */

import type { IndexEntry } from '../../core/store.ts'
import type { Command } from './client.ts'
import { throwFirstError } from './hash.ts'
import { countOf, entriesOf, LAST, membersOf, scoredMembersOf, scoreUntil, timeOf } from './list-members.ts'
import type { Link } from './link.ts'

/**
 * How long a set outlives its last entry, in milliseconds. Then it is emptied by whoever
 * adds to it while its deadline is near, and never goes away in the middle of that.
 */
const GRACE = 1000

/** Adds an entry, or replaces the one with its key, and counts. One transaction. */
export async function addEntry(link: Link, list: string, entry: IndexEntry): Promise<number> {
  const now = await link.now(list)
  const change = entry.until > now ? insertion(list, entry) : removal(list, [entry.key])
  const replies = await link.transaction(list, [...pruning(list, now), ...change, ['zcard', list]])
  throwFirstError(replies)
  return countOf(replies.at(-1))
}

/** The entries that count: `ZREMRANGEBYSCORE …; ZREMRANGEBYRANK …; ZRANGE …` in one packet. */
export async function readEntries(link: Link, list: string): Promise<IndexEntry[]> {
  const now = await link.now(list)
  const replies = await link.pipeline(list, [...pruning(list, now), ['zrange', list, 0, -1, 'WITHSCORES']])
  return entriesOf(replies[2], now)
}

/** Removes entries: `ZREM …; ZREMRANGEBYRANK …` in one packet. */
export async function removeEntries(link: Link, list: string, keys: readonly string[]): Promise<void> {
  if (keys.length > 0) await link.change(list, removal(list, keys))
}

/**
 * Writes the members, and moves the set's deadline unless it is later already. PEXPIREAT has
 * no such condition before Redis 7, but RENAMENX has one: the draft holds LAST if that is
 * later than the new entry, and is not there otherwise. Only if it is not there does the
 * set take its name, get the deadline, and return; else the draft gets it, and is thrown away.
 */
function insertion(list: string, entry: IndexEntry): Command[] {
  const draft = `${list}:new`
  const end = scoreUntil(entry.until)
  return [
    ['zadd', list, scoredMembersOf(entry)],
    ['zadd', draft, [0, LAST]],
    ['zinterstore', draft, 2, [draft, list]],
    ['zremrangebyscore', draft, '-inf', end],
    ['renamenx', list, draft],
    ['pexpireat', draft, timeOf(end) + GRACE],
    ['zadd', draft, [end, LAST]],
    ['renamenx', draft, list],
    ['del', draft],
  ]
}

/** Removes what is past. */
function pruning(list: string, now: number): Command[] {
  return [['zremrangebyscore', list, '-inf', scoreUntil(now)], ifAlone(list)]
}

/** Removes the only member, if there is but one: LAST. With more, this range is empty. */
function ifAlone(list: string): Command {
  return ['zremrangebyrank', list, -1, 0]
}

function removal(list: string, keys: readonly string[]): Command[] {
  return [['zrem', list, keys.flatMap(membersOf)], ifAlone(list)]
}
