/** @module Storing a new record. */

import type { Lifetime, StoredRecord } from '../../../core/store.ts'
import type { Link } from '../link.ts'
import { flagOf, integerOf, timeOf, UnreadableReply } from '../replies.ts'
import { deadlineCommand, SIGN_OF_LIFE, throwFirstError, timeLeft } from './hash.ts'

/**
 * Stores a record unless the key is taken.
 *
 * `MULTI; HSET key:new …; PEXPIRE key:new …; RENAMENX key:new key; DEL key:new; EXEC`
 */
export async function create(
  link: Link,
  key: string,
  record: StoredRecord,
  lifetime: Lifetime,
): Promise<boolean> {
  const fields = [SIGN_OF_LIFE, record.meta]
  for (const [name, value] of record.fields) fields.push(name, value)

  const now = await link.now(key)
  if (!(timeLeft(lifetime, now) > 0)) return (await look(link, key)).isFree

  // Only RENAMENX decides and writes in one command: it takes the whole hash with its
  // deadline to a free key, and leaves a taken one as it is. No client sees the
  // draft, because the transaction begins and ends without it.
  const draft = `${key}:new`
  const begun = performance.now()
  const replies = await link.transaction(key, [
    ['hset', draft, fields],
    deadlineCommand(draft, lifetime, now),
    ['renamenx', draft, key],
    ['del', draft],
  ])
  // The deadline passed between our look at the clock and Redis' own.
  if (replies[2] instanceof Error && replies[2].message.includes('no such key')) {
    const { isFree, now: later } = await look(link, key)
    // A clock that is read to the millisecond may be one behind.
    const hasPassed = later + 1 >= lifetime.absoluteAt || performance.now() - begun + 1 >= lifetime.idle
    if (!hasPassed) throw new UnreadableReply('RENAMENX', replies[2], 'what was written is not there')
    return isFree
  }
  throwFirstError(replies)
  // A client that changes what it is given may have written something else, or kept it for ever.
  if (integerOf(replies[0], 'HSET') !== fields.length / 2)
    throw new UnreadableReply('HSET', replies[0], 'another number of fields')
  if (!flagOf(replies[1], 'PEXPIRE')) throw new UnreadableReply('PEXPIRE', replies[1], 'no deadline was set')
  return flagOf(replies[2], 'RENAMENX')
}

/** A record whose deadline has passed needs no writing, but its key may be taken. */
async function look(link: Link, key: string): Promise<{ isFree: boolean; now: number }> {
  const [exists, time] = await link.pipeline(key, [['exists', key], ['time']])
  return { isFree: !flagOf(exists, 'EXISTS'), now: timeOf(time) }
}
