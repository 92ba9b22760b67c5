/**
 * The arithmetic of the two deadlines. Everything here is measured on the store's
 * clock, never on the application's.
 *
 * @module
 */

import { milliseconds, type Duration } from './duration.ts'
import { invalidOption } from '../errors.ts'
import { isBoolean } from '../check-options.ts'
import type { RecordMeta } from './meta.ts'
import type { Lifetime } from '../store.ts'

/** How long a session lives; settled when it is created or rotated. */
export interface LifetimeSettings {
  /** Milliseconds without a request after which the session ends. */
  idle: number
  /** Milliseconds after which it ends in any case. */
  absolute: number
  /** Whether the cookie outlives the browser. */
  persist: boolean
  /** Whether `idle` was chosen for this session, and is not that of the options. */
  ownIdle?: true
  /** The same of `absolute`. */
  ownAbsolute?: true
}

/** Lifetime overrides that `login`, `rotate` and new sessions take. */
export interface LifetimeOptions {
  /** Overrides the idle timeout for this session. */
  idle?: Duration | undefined
  /** Overrides the absolute lifetime for this session. */
  absolute?: Duration | undefined
  /** Overrides whether the cookie outlives the browser. */
  persist?: boolean | undefined
}

/** Browsers cap cookie lifetimes at 400 days (RFC 6265bis section 5.5). */
const MAX_COOKIE_AGE = 400 * 86_400_000
const TOUCH_INTERVAL = 60_000

/** The meta of a session that begins now. */
export function beginning({ absolute, ...kept }: LifetimeSettings, now: number): RecordMeta {
  return { createdAt: now, absoluteAt: now + absolute, ...kept }
}

/**
 * The meta of a session under the options of today: what they have shortened since the session
 * began is shorter for it too, unless it was chosen for this session alone.
 */
export function shortened(meta: RecordMeta, { idle, absolute }: LifetimeSettings): RecordMeta {
  const newIdle = meta.ownIdle ? meta.idle : Math.min(meta.idle, idle)
  const newEnd = meta.ownAbsolute ? meta.absoluteAt : Math.min(meta.absoluteAt, meta.createdAt + absolute)
  if (newIdle === meta.idle && newEnd === meta.absoluteAt) return meta
  return { ...meta, idle: newIdle, absoluteAt: newEnd }
}

/** Milliseconds until the record ends if nothing happens from `now` on. */
export function expiresIn(lifetime: Lifetime, now: number): number {
  return Math.min(lifetime.idle, lifetime.absoluteAt - now)
}

/**
 * Whether the idle deadline is worth moving: when it is off by more than a tenth of the
 * idle timeout, at most a minute. So reads seldom cost a write.
 */
export function isTouchDue(meta: RecordMeta, loaded: { now: number; expiresIn: number }): boolean {
  const drift = expiresIn(meta, loaded.now) - loaded.expiresIn
  // It is below zero after a deployment with a shorter lifetime.
  return Math.abs(drift) > Math.min(meta.idle / 10, TOUCH_INTERVAL)
}

/**
 * `Max-Age` of the cookie in seconds: what is left of the absolute lifetime. Absent for a cookie
 * that ends with the browser.
 */
export function cookieMaxAge(lifetime: LifetimeSettings | RecordMeta, now: number): number | undefined {
  if (!lifetime.persist) return undefined
  const left = 'absolute' in lifetime ? lifetime.absolute : lifetime.absoluteAt - now
  return Math.max(1, Math.ceil(Math.min(left, MAX_COOKIE_AGE) / 1000))
}

/**
 * Applies overrides to a lifetime. An idle timeout that was not given shrinks to fit.
 * @throws `ERR_OPTION_INVALID` if the named idle timeout is longer than the absolute lifetime
 */
export function resolveLifetime(base: LifetimeSettings, options: LifetimeOptions): LifetimeSettings {
  const absolute = options.absolute === undefined ? base.absolute : milliseconds(options.absolute, 'absolute')
  const idle = options.idle === undefined ? Math.min(base.idle, absolute) : milliseconds(options.idle, 'idle')
  if (idle > absolute) {
    throw invalidOption('idle: is longer than absolute. Shorten idle, or set absolute as well.')
  }
  const persist = options.persist ?? base.persist
  if (!isBoolean(persist)) throw invalidOption('persist: expected true or false.')
  const own: Pick<LifetimeSettings, 'ownIdle' | 'ownAbsolute'> = {}
  if (options.idle !== undefined || base.ownIdle) own.ownIdle = true
  if (options.absolute !== undefined || base.ownAbsolute) own.ownAbsolute = true
  return { idle, absolute, persist, ...own }
}
