/**
 * Checking the options of `nextSession`.
 *
 * @module
 */

import { checkPrefix, SCOPE } from '../core/browser/cookie-options.ts'
import { checkAll, isBoolean, isObject, type Known } from '../core/check-options.ts'
import { invalidOption } from '../core/errors.ts'
import type { CookieDefaults, Options } from './types.ts'

const PREFIX = 'nextSession: '
const FUNCTION: Known = [(v) => typeof v === 'function', 'a function']
const BOOLEAN: Known = [isBoolean, 'true or false']
/** A hundred years, in seconds. */
const LONGEST = 100 * 365.25 * 86_400

const OPTIONS: Record<keyof Options, Known> = {
  name: SCOPE.name,
  store: [
    isStore,
    'a store with get, set and destroy that answer with promises, or one of sojourn, such as sqliteStore(). ' +
      'One made for express-session goes through promisifyStore of sojourn/next-session/lib/compat',
  ],
  genid: FUNCTION,
  encode: FUNCTION,
  decode: FUNCTION,
  touchAfter: [(v) => typeof v === 'number' && !Number.isNaN(v), 'a number of seconds; -1 for never'],
  cookie: [isObject, "an object such as { maxAge: 3600, sameSite: 'lax' }"],
  autoCommit: BOOLEAN,
  // Checked where they are read.
  timeout: [() => true, ''],
  onEvent: [() => true, ''],
}

const SAME_SITE: readonly unknown[] = ['lax', 'strict', 'none']

const COOKIE: Record<keyof CookieDefaults, Known> = {
  secure: BOOLEAN,
  httpOnly: BOOLEAN,
  // As in next-session, an empty one is none.
  path: [(v) => v === '' || SCOPE.path[0](v), SCOPE.path[1]],
  domain: [(v) => v === '' || SCOPE.domain[0](v), SCOPE.domain[1]],
  sameSite: [
    (v) => isBoolean(v) || (typeof v === 'string' && SAME_SITE.includes(v.toLowerCase())),
    "true, false, 'lax', 'strict' or 'none'",
  ],
  maxAge: [(v) => typeof v === 'number' && v >= 0 && v <= LONGEST, 'a number of seconds, 100 years at most'],
}

/**
 * Checks the options: what is wrong would fail, or send a wrong cookie, at each request.
 * @throws `ERR_OPTION_INVALID`
 */
export function checkOptions(options: Options): void {
  checkAll(options, OPTIONS, PREFIX)
  const { name = 'sid', cookie = {} } = options
  checkAll(cookie, COOKIE, `${PREFIX}cookie.`)
  const { secure = false, sameSite } = cookie
  checkPrefix(`${PREFIX}name`, { name, secure, path: cookie.path || '/', domain: cookie.domain || undefined })
  if (String(sameSite).toLowerCase() === 'none' && !secure) {
    throw invalidOption(
      `${PREFIX}cookie.sameSite: browsers accept 'none' only with secure. Set secure: true, or use 'lax'.`,
    )
  }
}

function isStore(value: unknown): boolean {
  const has = (...names: string[]): boolean =>
    names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
  if (typeof value !== 'object' || value === null) return false
  return has('get', 'set', 'destroy') || has('create', 'load', 'update', 'touch', 'destroy')
}
