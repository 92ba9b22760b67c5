/** @module Whether the client gives back what it was given. */

import type { Link } from '../link.ts'
import { hashOf, integerOf, textsOf, UnreadableReply } from '../replies.ts'
import { REASON, SIGN_OF_LIFE, throwFirstError } from './hash.ts'

/** Long, in both cases, with spaces at its ends, and of JSON, as records are: a client that changes these changes it. */
const SAMPLE = ` {"v":0,"app":"Sojourn","createdAt":1700000000001,"text":"${'Zz0 '.repeat(60)}","list":[1.50]} `

/** How long the sample would stay, should the transaction be cut, in milliseconds. */
const SAMPLE_FOR = 10_000

/** What was right a moment ago is not tried again, in milliseconds. */
const AGAIN_AFTER = 1000

/**
 * Writes a sample, and reads it in the ways in which records are read:
 * `MULTI; HSET key:sample …; PEXPIRE …; PTTL …; HGETALL …; HMGET … @ !; DEL …; EXEC`
 *
 * @throws UnreadableReply if it does not come back as it was
 */
export async function verify(link: Link, key: string): Promise<void> {
  if (performance.now() - link.verifiedAt < AGAIN_AFTER) return
  const sample = `${key}:sample`
  const fields = [SIGN_OF_LIFE, REASON]
  const replies = await link.transaction(key, [
    ['hset', sample, fields.flatMap((field) => [field, SAMPLE])],
    ['pexpire', sample, SAMPLE_FOR],
    ['pttl', sample],
    ['hgetall', sample],
    ['hmget', sample, fields],
    ['del', sample],
  ])
  throwFirstError(replies)
  const [, , left, hash, texts] = replies
  if (!(integerOf(left, 'PTTL') > 0)) throw new UnreadableReply('PTTL', left, 'no deadline')
  const read = hashOf(hash, 'HGETALL')
  const isWhole = read.size === fields.length && fields.every((field) => read.get(field) === SAMPLE)
  if (!isWhole) throw new UnreadableReply('HGETALL', hash, 'not what was written')
  if (textsOf(texts, fields, 'HMGET').some((text) => text !== SAMPLE))
    throw new UnreadableReply('HMGET', texts, 'not what was written')
  link.verifiedAt = performance.now()
}
