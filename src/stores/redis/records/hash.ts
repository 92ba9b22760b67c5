/**
 * How a record lies in Redis: one hash, its fields under their own names, and some
 * names that the core never uses.
 *
 * @module
 */

import type { EndedRecord, EndReason, Lifetime, LoadedRecord } from '../../../core/store.ts'
import type { Command } from '../client.ts'
import { hashOf, integerOf } from '../replies.ts'

/** Holds `meta`, written by `create` alone. A hash without it is no record. */
export const SIGN_OF_LIFE = '@'

/** Holds the reason in what remains of a destroyed record. */
export const REASON = '!'

/**
 * Holds how many bytes and fields there are, as `bytes fields`, so that they need not be counted at
 * each write that has limits. Never too little: a removal without limits leaves it, and any other
 * write without limits empties it. Where it is missing or empty, the next write with limits counts.
 */
export const SIZE = '@size'

/** How long the reason is kept, in milliseconds. */
export const REMAINS_FOR = 300_000

const LONGEST = 2 ** 52
/** What PTTL says of a key that stays for ever, and of one that is not there. */
const NO_DEADLINE = -1
const NO_KEY = -2

/** Milliseconds until a lifetime ends. */
export function timeLeft(lifetime: Lifetime, now: number): number {
  return Math.min(lifetime.idle, lifetime.absoluteAt - now)
}

/**
 * The command that sets the deadline. Each kind of deadline is counted by the server
 * itself, so an error of our clock moves neither; it only decides which of the two is nearer.
 */
export function deadlineCommand(key: string, lifetime: Lifetime, now: number): Command {
  if (lifetime.absoluteAt - now < lifetime.idle) return ['pexpireat', key, Math.floor(lifetime.absoluteAt)]
  return ['pexpire', key, Math.ceil(Math.min(lifetime.idle, LONGEST))]
}

/** Another program's hash, or a reply that the client changed. Both are too rare to check each time. */
export const DOUBTFUL: unique symbol = Symbol('doubtful')

/** Stands for a record that cannot be read. */
export function unreadable(now: number): LoadedRecord {
  return { meta: '', fields: new Map(), expiresIn: 1, now }
}

/**
 * Reads the replies to PTTL and HGETALL. A record without a deadline is none of ours: a
 * session that never ends must not exist. `DOUBTFUL` if there is something, but neither a
 * record nor what remains of one, or a record under a key that is said not to be there.
 *
 * @throws UnreadableReply
 */
export function readHash(
  left: unknown,
  hash: unknown,
  now: number,
): LoadedRecord | EndedRecord | typeof DOUBTFUL | null {
  const expiresIn = integerOf(left, 'PTTL')
  const fields = hashOf(hash, 'HGETALL')
  const meta = fields.get(SIGN_OF_LIFE)
  if (meta === undefined) {
    const ended = fields.get(REASON)
    if (ended !== undefined) return { ended: ended as EndReason }
    return expiresIn === NO_KEY && fields.size === 0 ? null : DOUBTFUL
  }
  fields.delete(SIGN_OF_LIFE)
  fields.delete(SIZE)
  if (expiresIn === NO_DEADLINE) return unreadable(now)
  if (expiresIn === NO_KEY) return DOUBTFUL
  return expiresIn > 0 ? { meta, fields, expiresIn, now } : null
}

/** Whether Redis refused because the key holds something that is no hash: then it is not ours. */
export function isForeign(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('WRONGTYPE')
}

/** Throws the first error among the replies of a transaction, if there is one. */
export function throwFirstError(replies: readonly unknown[]): void {
  for (const reply of replies) if (reply instanceof Error) throw reply
}
