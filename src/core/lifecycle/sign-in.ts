/**
 * Who signs in, and from where, as the record keeps it.
 *
 * @module
 */

import { invalidOption } from '../errors.ts'
import { networkOf } from './network.ts'
import type { RecordMeta } from '../record/meta.ts'

const MAX_USER_ID = 1024
const MAX_DEVICE = 200

/** @throws `ERR_OPTION_INVALID` unless it is text of 1 to 1,024 characters */
export function checkUserId(userId: unknown, where = 'login'): void {
  if (typeof userId !== 'string' || userId === '') {
    throw invalidOption(
      `${where}: the user id must be a non-empty string. Turn a number into one with String(id).`,
    )
  }
  if (userId.length > MAX_USER_ID)
    throw invalidOption(`${where}: the user id is longer than ${MAX_USER_ID} characters. Use a shorter one.`)
}

/**
 * What is kept of the device and its network.
 * @throws `ERR_OPTION_INVALID` if one is given that is no text
 */
export function deviceOf(from: {
  device?: string | undefined
  address?: string | undefined
}): Pick<RecordMeta, 'device' | 'network'> {
  for (const name of ['device', 'address'] as const) {
    if (from[name] !== undefined && typeof from[name] !== 'string')
      throw invalidOption(`login: ${name} must be a string. Leave it out if it is not known.`)
  }
  const { device, address } = from
  const network = address === undefined ? null : networkOf(address)
  return {
    ...(device !== undefined && { device: device.slice(0, MAX_DEVICE) }),
    ...(network !== null && { network }),
  }
}
