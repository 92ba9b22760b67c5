/** @module Ending a record. */

import { type EndReason, isAlive, type LoadedRecord } from '../../../core/store.ts'
import type { Command } from '../client.ts'
import { isFull } from '../failure.ts'
import type { Link } from '../link.ts'
import { flagOf, integerOf, textsOf, UnreadableReply } from '../replies.ts'
import { DOUBTFUL, isForeign, readHash, REASON, REMAINS_FOR, SIGN_OF_LIFE, throwFirstError } from './hash.ts'

/**
 * Ends a record and answers what it held. Its data go at once; the reason stays for
 * five minutes.
 *
 * `MULTI; PTTL key; HGETALL key; HEXISTS key @; DEL key; HSET key ! reason; PEXPIRE key …; EXEC`
 */
export async function destroy(link: Link, key: string, reason: EndReason): Promise<LoadedRecord | null> {
  const ending: Command[] = [
    ['pttl', key],
    ['hgetall', key],
    // What was deleted cannot be asked again, should the client have changed the reply before.
    ['hexists', key, SIGN_OF_LIFE],
    ['del', key],
  ]
  const noting: Command[] = [
    ['hset', key, [REASON, reason]],
    ['pexpire', key, REMAINS_FOR],
  ]
  const replies = await link.transaction(key, [...ending, ...noting]).catch((error: unknown) => {
    // A full Redis still deletes, outside of a transaction: the client that deletes the key has ended
    // the record. But not a rotation: the new record would be refused, and the visitor signed out.
    if (!isFull(error) || reason === 'rotated') throw error
    return link.change(key, ending)
  })
  const [left, hash] = replies
  if (!isForeign(hash)) throwFirstError(replies)
  const read = isForeign(hash) ? null : readHash(left, hash, link.clock.now())
  if (read === DOUBTFUL && flagOf(replies[2], 'HEXISTS'))
    throw new UnreadableReply('PTTL, HGETALL', hash, 'what is there is said to be missing')
  const found = read === DOUBTFUL ? null : read
  if (isAlive(found)) return flagOf(replies[3], 'DEL') ? found : null

  // There was nothing to end: a first reason stays, and a key without one gets none.
  if (found) await keepReason(link, key, found.ended, integerOf(left, 'PTTL'))
  else await link.pipeline(key, [['hdel', key, [REASON]]])
  return null
}

/**
 * Removes a record whose absolute deadline has passed, and answers the reason if it had
 * been destroyed before.
 *
 * `MULTI; HMGET key @ !; DEL key; EXEC`
 */
export async function expire(link: Link, key: string): Promise<EndReason | undefined> {
  const fields = [SIGN_OF_LIFE, REASON]
  const [held] = await link.transaction(key, [
    ['hmget', key, fields],
    ['del', key],
  ])
  if (isForeign(held)) return undefined
  const [meta, reason] = textsOf(held, fields, 'HMGET') as [string | null, EndReason | null]
  if (meta !== null || reason === null) return undefined
  await keepReason(link, key, reason, REMAINS_FOR)
  return reason
}

async function keepReason(link: Link, key: string, reason: EndReason, left: number): Promise<void> {
  const noting: Command[] = [
    ['hset', key, [REASON, reason]],
    ['pexpire', key, left > 0 ? left : REMAINS_FOR],
  ]
  try {
    throwFirstError(await link.transaction(key, noting))
  } catch (error) {
    // A full Redis takes no reason, and the record is gone all the same.
    if (!isFull(error)) throw error
  }
}
