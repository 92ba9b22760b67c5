/**
 * Signing a person in: a new token, the user id in the record, and what comes along.
 *
 * @module
 */

import { insteadOf } from '../foreign-options.ts'
import { keptFields, type Keep } from './keep.ts'
import { checkNames } from '../check-options.ts'
import { beginning, resolveLifetime, type LifetimeOptions } from '../record/lifetime.ts'
import { checkUserId, deviceOf } from './sign-in.ts'
import { overgrowth } from '../record/size.ts'
import { replaceRecord } from './replace.ts'
import type { View } from '../request/view.ts'

/** Options of `login`. */
export interface LoginOptions<Data extends object> extends LifetimeOptions {
  /** Data to store in the same step. */
  data?: Partial<Data>
  /**
   * What to carry over from before. Default: everything, unless another user was signed in;
   * then nothing.
   */
  keep?: Keep
  /** What to call this device in a list of the user's sessions, at most 200 characters. Default: nothing is kept. */
  device?: string | undefined
  /**
   * The visitor's network address. Only its network is kept, to show it in a list: the first 24
   * bits of IPv4, 48 of IPv6. What is no address is left out. Default: nothing is kept.
   */
  address?: string | undefined
}

const OPTIONS: readonly (keyof LoginOptions<object>)[] = [
  'data',
  'keep',
  'device',
  'address',
  'idle',
  'absolute',
  'persist',
]

/**
 * Signs a person in.
 * @throws `ERR_OPTION_INVALID`, and as a write
 */
export async function login<Data extends object>(
  view: View,
  userId: string,
  options: LoginOptions<Data>,
): Promise<void> {
  checkUserId(userId)
  checkNames(options, OPTIONS, 'login: ', insteadOf)
  const { current } = view
  const lifetime = resolveLifetime(current.context.settings, options)
  const { set, removed } = await view.encode({ ...options.data })
  const device = deviceOf(options)
  const previous = current.living?.meta.userId
  const keep = options.keep ?? (previous === undefined || previous === userId)
  const fields = (old: ReadonlyMap<string, string>): Map<string, string> => {
    const all = new Map([...keptFields(view.inherit(old), keep), ...set])
    for (const name of removed) all.delete(name)
    return all
  }
  const before = current.journal.fields
  const refusal = overgrowth(before, fields(before), current.context.settings.maxBytes)
  if (refusal !== null) throw refusal
  await replaceRecord(current, {
    lifetime,
    required: false,
    grace: 0,
    fields,
    userId,
    meta: (now) => ({ ...beginning(lifetime, now), userId, authenticatedAt: now, ...device }),
  })
}
