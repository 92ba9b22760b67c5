/**
 * How a list of keys lies in Redis: one sorted set, ordered by time, in which an entry can
 * be replaced without knowing what it held.
 *
 * Removing what is past takes a range of scores, so scores begin with `until`. Replacing an
 * entry takes its exact member, so members hold the key and nothing that may change. That
 * leaves `createdAt` no place but the scores, and 53 bits are too few for two times. So an
 * entry is four members, `0key` to `3key`; each has the 42 bits of `until` in front, and
 * 11 bits of `createdAt` behind.
 *
 * @module
 */

import type { IndexEntry } from '../../core/store.ts'

/**
 * Reached in the year 2109. Later times are taken for this one. Not 2^42 - 1, because clients
 * decode scores of the last dozens below 2^53 as their neighbours.
 */
const LATEST = 2 ** 42 - 2
const CHUNK = 2 ** 11
const PARTS = ['0', '1', '2', '3'] as const

/**
 * The member that keeps the latest `until` of all entries since the list was empty, and so
 * says how long the set lives. It is the only one that may be alone.
 */
export const LAST = '!'

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

/** The time of a score, in epoch milliseconds. */
export function timeOf(score: number): number {
  return Math.floor(score / CHUNK)
}

/** How many entries a set of so many members holds. */
export function countOf(members: unknown): number {
  return Math.floor(Number(members) / PARTS.length)
}

/** Reads the reply to ZRANGE: the entries that end after `now`, oldest first. */
export function entriesOf(reply: unknown, now: number): IndexEntry[] {
  const entries = new Map<string, IndexEntry>()
  for (const [member, score] of scoredMembers(reply as readonly unknown[])) {
    const part = PARTS.indexOf(member[0] as (typeof PARTS)[number])
    const until = timeOf(score)
    // A score that is infinite or none belongs to no entry of ours.
    if (part === -1 || !(until > now && until < Infinity)) continue
    const key = member.slice(1)
    const entry = entries.get(key) ?? { key, createdAt: 0, until }
    entry.createdAt += (score % CHUNK) * CHUNK ** part
    entries.set(key, entry)
  }
  return [...entries.values()].sort((a, b) => a.createdAt - b.createdAt)
}

/** A flat list, pairs or objects, as client, protocol and settings will have it. */
function* scoredMembers(reply: readonly unknown[]): Generator<[member: string, score: number]> {
  for (let i = 0; i < reply.length; i++) {
    const item = reply[i]
    if (typeof item === 'string') yield [item, Number(reply[++i])]
    else if (Array.isArray(item)) yield [item[0] as string, Number(item[1])]
    else yield scoredMember(item as { value: string; score: unknown })
  }
}

function scoredMember({ value, score }: { value: string; score: unknown }): [string, number] {
  return [value, Number(score)]
}

function whole(time: number): number {
  return Math.min(Math.max(0, Math.ceil(time)), LATEST)
}
