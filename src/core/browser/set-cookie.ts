/**
 * The `Set-Cookie` lines of a response. A browser keeps cookies apart by name, domain and path (RFC
 * 6265 section 5.3), so a response may carry several of one name, and one of each scope.
 *
 * @module
 */

import { serializeCookie, type SessionCookie } from './cookie.ts'

/** What tells a cookie from others in the browser. */
export function scopeOf({
  name,
  domain = '',
  path,
}: Pick<SessionCookie, 'name' | 'domain' | 'path'>): string {
  return `${name}; ${domain.toLowerCase().replace(/^\./, '')}; ${path}`
}

/** The lines of a response with our cookies added, each in place of an earlier one of its scope. */
export function withCookies(lines: readonly string[], cookies: readonly SessionCookie[]): string[] {
  const scopes = cookies.map(scopeOf)
  return [...lines.filter((line) => !scopes.includes(scopeOfLine(line))), ...cookies.map(serializeCookie)]
}

/** The scope of a line. One without a path counts as one for the whole site. */
export function scopeOfLine(line: string): string {
  const [pair = '', ...attributes] = line.split(';')
  const valueOf = (name: string): string => {
    const found = attributes.findLast((text) => text.split('=', 1)[0]?.trim().toLowerCase() === name)
    return found?.slice(found.indexOf('=') + 1).trim() ?? ''
  }
  const name = pair.split('=', 1)[0]?.trim() ?? ''
  return scopeOf({ name, domain: valueOf('domain'), path: valueOf('path') || '/' })
}
