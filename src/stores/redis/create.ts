/** @module Storing a new record. */

import type { Lifetime, StoredRecord } from '../../core/store.ts'
import { deadlineCommand, SIGN_OF_LIFE, throwFirstError, timeLeft } from './hash.ts'
import type { Link } from './link.ts'

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
  if (!(timeLeft(lifetime, now) > 0)) return isFree(link, key)

  // Only RENAMENX decides and writes in one command: it takes the whole hash with its
  // deadline to a free key, and leaves a taken one as it is. Nobody ever sees the first
  // name, because the transaction begins and ends without it.
  const draft = `${key}:new`
  const replies = await link.transaction(key, [
    ['hset', draft, fields],
    deadlineCommand(draft, lifetime, now),
    ['renamenx', draft, key],
    ['del', draft],
  ])
  // The deadline passed between our look at the clock and Redis' own.
  if (replies[2] instanceof Error && replies[2].message.includes('no such key')) return isFree(link, key)
  throwFirstError(replies)
  return Number(replies[2]) === 1
}

/** A record whose deadline has passed needs no writing, but its key may be taken. */
async function isFree(link: Link, key: string): Promise<boolean> {
  const [exists] = await link.pipeline(key, [['exists', key]])
  return Number(exists) === 0
}
