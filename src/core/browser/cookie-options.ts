/**
 * The option `cookie`.
 *
 * @module
 */

import type { CookieSettings } from './cookie.ts'
import { invalidOption } from '../errors.ts'
import { insteadOf } from '../foreign-options.ts'
import { environment, isWorker } from '../runtime.ts'
import { checkAll, isBoolean, isObject, type Known } from '../check-options.ts'

/** Where a cookie belongs: browsers keep one for each. What is left out is as it is now. */
export interface CookieScope {
  /** Default: that of today; where today's is the default one, the default for this path and domain. */
  name?: string | undefined
  path?: string | undefined
  /** Default: the domain of today, and the host alone. */
  domain?: string | undefined
}

/** How the session cookie looks. */
export interface CookieOptions {
  /**
   * Default `__Host-sid` when `secure` (RFC 6265bis section 4.1.3: no other host can plant it),
   * `__Secure-sid` with a `domain`, `sid` without `secure`.
   */
  name?: string | undefined
  /** Default `/`. */
  path?: string | undefined
  /** Default none: the cookie belongs to this host alone. A domain shares it with all subdomains. */
  domain?: string | undefined
  /** Default `'auto'`: true when `NODE_ENV` is `production`, and in a Cloudflare Worker where it is not set. Browsers keep such a cookie from https alone; all but Safari also from http://localhost. */
  secure?: boolean | 'auto' | undefined
  /** Default `'lax'`. `'none'` sends it from other sites too and needs `secure`. */
  sameSite?: 'lax' | 'strict' | 'none' | undefined
  /** Default false. Keeps one cookie per embedding site (CHIPS). */
  partitioned?: boolean | undefined
  /** Default none. */
  priority?: 'low' | 'medium' | 'high' | undefined
  /**
   * The `name`, `path` or `domain` that the cookie had before a change, or a list of such:
   * `{ path: '/app' }`. Signing in and signing out remove those cookies as well, which browsers keep
   * beside the one of today. Default none.
   */
  previous?: CookieScope | readonly CookieScope[] | undefined
}

const DOMAIN = /^\.?[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)*$/i

/** Where a cookie belongs. */
export const SCOPE: Record<keyof CookieScope, Known> = {
  name: [
    (v) => typeof v === 'string' && /^[!#$%&'*+\-.^_`|~\w]{1,128}$/.test(v),
    'a cookie name: 1 to 128 characters without spaces, control characters or separators (RFC 6265 section 4.1.1)',
  ],
  path: [
    (v) => typeof v === 'string' && /^\/[\x20-\x3A\x3D-\x7E]*$/.test(v),
    'a path that begins with / and holds no ; < or control characters',
  ],
  domain: [(v) => typeof v === 'string' && DOMAIN.test(v), 'a domain name'],
}

const COOKIE: Record<keyof CookieOptions, Known> = {
  ...SCOPE,
  secure: [(v) => isBoolean(v) || v === 'auto', `true, false or 'auto'`],
  sameSite: [(v) => v === 'lax' || v === 'strict' || v === 'none', `'lax', 'strict' or 'none' (lower case)`],
  partitioned: [isBoolean, 'true or false'],
  priority: [(v) => v === 'low' || v === 'medium' || v === 'high', `'low', 'medium' or 'high'`],
  previous: [(v) => [v].flat().every(isObject), "a scope such as { path: '/app' }, or a list of such"],
}

/**
 * Checks the option and fills in defaults.
 * @throws `ERR_OPTION_INVALID`
 */
export function resolveCookie(options: CookieOptions): CookieSettings {
  checkAll(options, COOKIE, 'cookie.', insteadOf)
  const secure = options.secure === true || (options.secure !== false && isProduction())
  const { name = defaultName(secure, options), path = '/', domain, sameSite = 'lax' } = options
  checkPrefix('cookie.name', { name, secure, path, domain })
  if (sameSite === 'none' && !secure) {
    throw invalidOption(
      `cookie.sameSite: browsers accept 'none' only with secure. Set secure: true, or use 'lax'.`,
    )
  }
  if (options.partitioned === true && !secure) {
    throw invalidOption('cookie.partitioned: browsers accept it only with secure. Set secure: true.')
  }
  return {
    name,
    path,
    secure,
    httpOnly: true,
    sameSite,
    ...(domain !== undefined && { domain }),
    ...(options.partitioned === true && { partitioned: true }),
    ...(options.priority !== undefined && { priority: options.priority }),
  }
}

/**
 * Checks what a prefix of the name promises.
 * @throws `ERR_OPTION_INVALID`
 */
export function checkPrefix(
  option: string,
  { name, secure, path, domain }: CookieScope & { name: string; secure: boolean },
): void {
  if (isPrefixed(name, '__Host-') && (!secure || path !== '/' || domain !== undefined)) {
    throw invalidOption(
      `${option}: browsers accept "__Host-" only with secure, path "/" and no domain. Use another name, such as "${domain === undefined ? 'sid' : '__Secure-sid'}".`,
    )
  }
  if (isPrefixed(name, '__Secure-') && !secure) {
    throw invalidOption(
      `${option}: browsers accept "__Secure-" only with secure. Set secure: true, or use another name.`,
    )
  }
}

/** Browsers ignore the case of a prefix (RFC 6265bis section 5.7). */
function isPrefixed(name: string, prefix: string): boolean {
  return name.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase()
}

/** The name of a cookie that was given none. */
export function defaultName(secure: boolean, { domain, path = '/' }: CookieScope): string {
  if (!secure) return 'sid'
  return domain === undefined && path === '/' ? '__Host-sid' : '__Secure-sid'
}

/** Workers serve https, and may not be told of any environment. */
function isProduction(): boolean {
  return environment() === 'production' || (isWorker && environment() === '')
}
