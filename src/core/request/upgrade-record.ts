/**
 * Making the upgrade of a record, on condition that everything it was computed from still
 * stands. If not, another request was first, and all is read again.
 *
 * @module
 */

import type { RequestSession } from './request-session.ts'
import { isSessionError } from '../errors.ts'
import { backOff } from '../contention.ts'
import { changedMeanwhile } from '../session-errors.ts'
import { openShape, type Shape } from '../schema/shape.ts'
import type { Upgrade } from '../schema/upgrade.ts'

const ATTEMPTS = 10

/**
 * Makes the upgrade of a shape, unless another request has made it.
 * @throws `ERR_SESSION_CONFLICT` after ten lost rounds, `ERR_RECORD_TOO_LARGE` if it does not fit
 */
export async function upgradeRecord(current: RequestSession, shape: Shape): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { upgrade } = shape
    if (upgrade === null || current.living === null) return
    if (await isMade(current, upgrade, attempt > 0)) {
      current.journal.absorb(upgrade.set, upgrade.delete)
      shape.upgrade = null
      return
    }
    if (attempt > 0) await backOff(attempt)
    await refreshShape(current, shape)
  }
  throw changedMeanwhile()
}

/** Reads the record again, and its shape. */
export async function refreshShape(current: RequestSession, shape: Shape): Promise<void> {
  await current.reload()
  Object.assign(shape, await shapeOf(current))
}

/** The shape of the data of a request's session; from then on its journal shows what that shows. */
export async function shapeOf({ context, journal, living }: RequestSession): Promise<Shape> {
  const id = living?.identity.id ?? null
  const { shape, set, deleted } = await openShape(context.settings, journal.fields, id, context.emit)
  journal.absorb(set, deleted)
  return shape
}

/** @param isFresh whether it was computed from what the store has just answered */
async function isMade(current: RequestSession, upgrade: Upgrade, isFresh: boolean): Promise<boolean> {
  try {
    return await current.compareAndSet(upgrade)
  } catch (error) {
    // In a record that has grown since there may be room for it without what it was made from.
    if (isSessionError(error, 'ERR_RECORD_TOO_LARGE') && !isFresh) return false
    if (!isSessionError(error, 'ERR_STORE_UNSUPPORTED')) throw error
    await current.send({ set: upgrade.set, delete: upgrade.delete }, () => {})
    return true
  }
}
