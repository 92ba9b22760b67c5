/**
 * The reasons why sessions end.
 *
 * @module
 */

import { invalidOption } from './errors.ts'
import type { EndReason } from './store.ts'

const REASONS: Record<EndReason, true> = {
  logout: true,
  revoked: true,
  rotated: true,
  evicted: true,
  idle: true,
  absolute: true,
}

/** Whether a value is one of the reasons. */
export function isEndReason(value: unknown): value is EndReason {
  return typeof value === 'string' && Object.hasOwn(REASONS, value)
}

/** @throws `ERR_OPTION_INVALID` unless it is one of the reasons */
export function checkEndReason(value: unknown): void {
  if (isEndReason(value)) return
  const known = Object.keys(REASONS).map((reason) => `'${reason}'`)
  throw invalidOption(
    `destroy: expected one of the reasons ${known.join(', ')}. Nothing was ended. To sign out, write await session.logout().`,
  )
}
