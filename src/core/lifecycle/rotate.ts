/**
 * A new token for the same session.
 *
 * @module
 */

import { milliseconds, type Duration } from '../record/duration.ts'
import { invalidOption } from '../errors.ts'
import { insteadOf } from '../foreign-options.ts'
import { MAX_GRACE } from '../request/successor.ts'
import { checkNames } from '../check-options.ts'
import { resolveLifetime, type LifetimeOptions } from '../record/lifetime.ts'
import { LOST_AFTER, replaceRecord } from './replace.ts'
import type { View } from '../request/view.ts'

/** Options of `rotate`. */
export interface RotateOptions extends LifetimeOptions {
  /**
   * For renewing the token now and then, with no change of rights: the old token stays good until
   * the new one is first seen, at most this long, so that requests under way and a lost answer do not log
   * the visitor out. At most `'30s'`. Default: none; the old token is dead at once.
   */
  grace?: Duration | undefined
  /** Does nothing if the token is younger than this. Default: rotates always. */
  after?: Duration | undefined
}

const OPTIONS: readonly (keyof RotateOptions)[] = ['grace', 'after', 'idle', 'absolute', 'persist']

/**
 * Gives a session a new token, if it is stored and its token is old enough.
 * @throws `ERR_OPTION_INVALID`, and as a write
 */
export async function rotate(view: View, options: RotateOptions): Promise<void> {
  checkNames(options, OPTIONS, 'rotate: ', insteadOf)
  const { current } = view
  const grace = options.grace === undefined ? 0 : milliseconds(options.grace, 'grace')
  if (grace > MAX_GRACE) throw invalidOption("grace: is longer than '30s'. Shorten it.")
  const after = options.after === undefined ? 0 : milliseconds(options.after, 'after')
  if (current.living === null) return
  const { meta, byOldToken } = current.living
  const wait = byOldToken && grace > 0 ? LOST_AFTER : after
  // Another server's clock may be ahead of this one: a token from there has no age, and is not too young.
  const age = Math.max(0, current.clock.now() - (meta.rotatedAt ?? meta.createdAt))
  if (age < wait) return
  // Against the whole lifetime, not against what is left of it: near its end '24h' is no error.
  const whole = { ...meta, absolute: meta.absoluteAt - meta.createdAt }
  const { absolute, ...lifetime } = resolveLifetime(whole, options)
  const isExtended = options.absolute !== undefined
  await replaceRecord(current, {
    grace,
    lifetime: { ...lifetime, absolute: isExtended ? absolute : meta.absoluteAt - current.clock.now() },
    required: true,
    fields: (old) => view.inherit(old),
    userId: meta.userId,
    meta: (now) => ({
      ...meta,
      ...lifetime,
      absoluteAt: isExtended ? now + absolute : meta.absoluteAt,
      rotatedAt: now,
    }),
  })
}
