/**
 * Taking over what no other function here knows: sessions that the application tells by a function
 * of its own.
 *
 * @module
 */

import { adoptionOf, type Adoption } from '../core/adoption/adoption.ts'
import type { PlainData } from '../core/data.ts'
import { invalidOption } from '../core/errors.ts'
import type { MaybePromise } from '../core/store.ts'
import { decoded } from './old-cookies.ts'
import { common, inOneCookie, oldSession, type AdoptionOptions, type OldUserId } from './old-session.ts'

/** What `map` makes of an old session. */
export interface MappedSession {
  /** Who is signed in. A number becomes text. Default: no user. */
  userId?: OldUserId
  /** What the new session holds. Default: nothing. */
  data?: PlainData | undefined
  /** When the old session ends. Default: not known. */
  expiresAt?: Date | number | null | undefined
}

/** Options of `customSession`. */
export interface CustomSessionOptions<Stored> extends Pick<AdoptionOptions, 'path' | 'domain' | 'keep'> {
  /** Name of the old cookie. */
  name: string
  /**
   * The session that a cookie's value stands for; `null` or `undefined` if it is none, or not one that
   * you issued. Any client can send a cookie: check its signature, or look it up. What it throws fails the request.
   */
  read(this: void, value: string): MaybePromise<Stored | null | undefined>
  /**
   * Ends the old session of a cookie. Leave it out if the cookie itself is the session, such as a JWT:
   * then two browsers with the same cookie and the same person share one session.
   */
  remove?(this: void, value: string): unknown
  /** Who is signed in, and what comes along. */
  map(this: void, stored: Stored): MappedSession
}

/**
 * Takes over sessions through functions of your own.
 * @throws `ERR_OPTION_INVALID` without a name, `read` or `map`
 */
export function customSession<Stored>(options: CustomSessionOptions<Stored>): Adoption {
  const { name, read, remove, map } = options
  if (typeof name !== 'string' || name === '')
    throw invalidOption('customSession: name: expected the name of the old cookie.')
  if (typeof read !== 'function' || typeof map !== 'function')
    throw invalidOption('customSession: expected read and map, two functions.')
  const mapped = ({ stored }: PlainData): MappedSession => map(stored as Stored)
  return adoptionOf({
    ...common('custom', name, {
      ...options,
      userId: (data) => mapped(data).userId,
      data: (data) => mapped(data).data ?? {},
    }),
    ...inOneCookie(name, (value) => value !== '' && value.length <= 4096),
    isUnique: remove !== undefined,
    identify: (value) => decoded(value) || null,
    async load(value, now) {
      const stored = await read(value)
      if (stored === null || stored === undefined) return null
      const expiresAt = endOf(() => map(stored))
      return expiresAt !== undefined && expiresAt <= now ? null : oldSession({ stored }, expiresAt)
    },
    remove: async (value) => void (await remove?.(value)),
  })
}

/** What `map` throws is told when it is asked who is signed in. */
function endOf(map: () => MappedSession): number | undefined {
  try {
    const at = Number(map().expiresAt ?? Number.NaN)
    return Number.isNaN(at) ? undefined : at
  } catch {
    return undefined
  }
}
