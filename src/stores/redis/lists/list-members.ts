/**
 * How a list of keys lies in Redis: one sorted set, ordered by time, in which an entry can
 * be replaced without knowing what it held.
 *
 * Removing what is past takes a range of scores, so scores begin with `until`. Replacing an
 * entry takes its exact member, so members hold the key and nothing that may change. That
 * leaves `createdAt` no place but the scores, and 53 bits are too few for two times. So an
 * entry is four members, `0key` to `3key`; each has the 42 bits of `until` in front, and
 * 11 bits of `createdAt` behind. A bar is one member, or two, with scores below zero.
 *
 * @module
 */

import type { IndexEntry, Listing } from '../../../core/store.ts'
import { integerOf, scoredOf, scoresOf, UnreadableReply } from '../replies.ts'

/**
 * Reached in the year 2109. Later times are taken for this one. Not 2^42 - 1, because clients
 * decode scores of the last dozens below 2^53 as their neighbours.
 */
const LATEST = 2 ** 42 - 2
const CHUNK = 2 ** 11
const PARTS = ['0', '1', '2', '3'] as const

/** The member that says when the list was barred. Its score is the time, below zero: beside all entries. */
export const BAR = '!'

/** The member that says which key the bar spares, with the same score. */
export function sparedMember(key: string): string {
  return BAR + key
}

/** The score of a bar. */
export function barScore(at: number): number {
  return -whole(at)
}

/** The members of a key. */
export function membersOf(key: string): string[] {
  return PARTS.map((part) => part + key)
}

/** Score and member by turns, as ZADD takes them. */
export function scoredMembersOf({ key, createdAt, until }: IndexEntry): (number | string)[] {
  const created = whole(createdAt)
  return PARTS.flatMap((part, index) => [
    whole(until) * CHUNK + (Math.floor(created / CHUNK ** index) % CHUNK),
    part + key,
  ])
}

/** The highest score that ends at this time or before. */
export function scoreUntil(time: number): number {
  return whole(time) * CHUNK + CHUNK - 1
}

/** A time as a deadline. */
export function deadlineAt(time: number): number {
  return whole(time)
}

/** The time of an entry's score, in epoch milliseconds. */
function timeOf(score: number): number {
  return Math.floor(score / CHUNK)
}

/** How many entries so many members are. */
export function countOf(members: unknown): number {
  return Math.floor(integerOf(members, 'ZCOUNT') / PARTS.length)
}

/** How many members so many entries are, with those of a bar in front of them. */
export function membersFor(entries: number): number {
  return entries * PARTS.length + 2
}

/** The members that `listingOf` wants to know the scores of. */
export function lookedAt(key: string): string[] {
  return [PARTS[0] + key, BAR, sparedMember(key)]
}

/** Until when the entry counts, of whose key the reply to ZMSCORE tells; `null` if there is none. */
export function untilOf(reply: unknown): number | null {
  const [score] = lookedUp(reply)
  return score === null ? null : timeOf(score)
}

/** Reads the reply to ZMSCORE. */
export function listingOf(reply: unknown, now: number): Listing {
  const [entry, bar, spared] = lookedUp(reply)
  return {
    isListed: entry !== null && timeOf(entry) > now,
    barredAt: bar === null ? null : -bar,
    isSpared: bar !== null && spared === bar,
  }
}

function lookedUp(reply: unknown): [entry: number | null, bar: number | null, spared: number | null] {
  const scores = scoresOf(reply, 'ZMSCORE')
  if (scores.length !== 3) throw new UnreadableReply('ZMSCORE', reply)
  return scores as [number | null, number | null, number | null]
}

/** Reads the reply to ZRANGE: the entries that end after `now`, oldest first. */
export function entriesOf(reply: unknown, now: number): IndexEntry[] {
  const entries = new Map<string, IndexEntry>()
  const parts = new Map<string, number>()
  for (const [member, score] of scoredOf(reply, 'ZRANGE')) {
    const part = PARTS.indexOf(member[0] as (typeof PARTS)[number])
    const until = timeOf(score)
    // A score that is infinite or none belongs to no entry of ours.
    if (part === -1 || !(until > now && until < Infinity)) continue
    const key = member.slice(1)
    const entry = entries.get(key) ?? { key, createdAt: 0, until }
    entry.createdAt += (score % CHUNK) * CHUNK ** part
    entries.set(key, entry)
    parts.set(key, (parts.get(key) ?? 0) + 1)
  }
  // The last one may have been cut off.
  const whole = [...entries.values()].filter((entry) => parts.get(entry.key) === PARTS.length)
  return whole.sort((a, b) => a.createdAt - b.createdAt)
}

function whole(time: number): number {
  return Math.min(Math.max(0, Math.ceil(time)), LATEST)
}
