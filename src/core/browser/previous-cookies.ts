/**
 * The option `cookie.previous`: scopes that the cookie had before, of which browsers still hold one.
 *
 * @module
 */

import { clearingCookie, type CookieSettings, type SessionCookie } from './cookie.ts'
import { checkPrefix, defaultName, SCOPE, type CookieOptions, type CookieScope } from './cookie-options.ts'
import { invalidOption } from '../errors.ts'
import { checkAll } from '../check-options.ts'

/**
 * Checks the option; answers what removes those cookies.
 * @throws `ERR_OPTION_INVALID`
 */
export function resolvePrevious(options: CookieOptions, settings: CookieSettings): SessionCookie[] {
  return [options.previous ?? []].flat().flatMap((scope) => {
    checkAll(scope, SCOPE, 'cookie.previous.')
    const domains = scope.domain === undefined ? new Set([undefined, settings.domain]) : [scope.domain]
    const found = [...domains]
      .map((domain) => scoped(scope, domain, options, settings))
      .filter((cookie) => !isSameScope(cookie, settings))
    if (found.length > 0) return found
    throw invalidOption(
      'cookie.previous: this is the name, path and domain that the cookie has now. Name those that it had before.',
    )
  })
}

function scoped(
  scope: CookieScope,
  domain: string | undefined,
  options: CookieOptions,
  now: CookieSettings,
): SessionCookie {
  const { domain: _, ...settings } = now
  const path = scope.path ?? settings.path
  const name = scope.name ?? options.name ?? defaultName(settings.secure, { domain, path })
  // What has such a name was set with it, and is removed with it only.
  const secure = settings.secure || /^__(host|secure)-/i.test(name)
  checkPrefix('cookie.previous.name', { name, path, domain, secure })
  return clearingCookie({ ...settings, name, path, secure, ...(domain !== undefined && { domain }) })
}

function isSameScope(a: CookieSettings, b: CookieSettings): boolean {
  return a.name === b.name && a.path === b.path && bare(a.domain) === bare(b.domain)
}

/** Browsers ignore a leading dot, and case. */
function bare(domain: string | undefined): string | undefined {
  return domain?.replace(/^\./, '').toLowerCase()
}
