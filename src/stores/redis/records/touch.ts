/** @module Moving the deadline of a record. */

import type { Lifetime } from '../../../core/store.ts'
import type { Link } from '../link.ts'
import { flagOf } from '../replies.ts'
import { expire } from './destroy.ts'
import { deadlineCommand, isForeign, REMAINS_FOR, SIGN_OF_LIFE, timeLeft } from './hash.ts'

/**
 * Moves the deadline: `PEXPIRE key …; HEXISTS key @` in one packet. In this order no
 * transaction is needed: what lives after the first command was alive when it ran, for
 * nothing ever comes back to life.
 */
export async function touch(link: Link, key: string, lifetime: Lifetime): Promise<boolean> {
  const now = await link.now(key)
  if (!(timeLeft(lifetime, now) > 0)) {
    await expire(link, key)
    return false
  }
  try {
    const [moved, alive] = await link.pipeline(key, [
      deadlineCommand(key, lifetime, now),
      ['hexists', key, SIGN_OF_LIFE],
    ])
    if (flagOf(alive, 'HEXISTS')) return true
    // These are remains, and must not stay as long as a session.
    if (flagOf(moved, 'PEXPIRE')) await link.pipeline(key, [['pexpire', key, REMAINS_FOR]])
    return false
  } catch (error) {
    if (isForeign(error)) return false
    throw error
  }
}
