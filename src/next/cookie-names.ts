/**
 * Several cookies of one name in a response of Next.js, whose lists hold one of each name. Browsers
 * take spaces at the end of a name away (RFC 6265 section 5.2), so those keep the others apart.
 *
 * @module
 */

import type { CookieSettings, SessionCookie } from '../core/browser/cookie.ts'
import { scopeOf } from '../core/browser/set-cookie.ts'

/** The names under which the cookies of one response stand in the lists of Next.js. */
export class CookieNames {
  readonly #names = new Map<string, string>()

  /**
   * @param own of our cookie, which keeps its plain name: Next shows what a proxy sends to the page of
   * the same request, by these names
   */
  constructor(own: CookieSettings) {
    this.#names.set(scopeOf(own), own.name)
  }

  /** The name for a cookie: always the same for one name, domain and path. */
  of(cookie: CookieSettings): string {
    const scope = scopeOf(cookie)
    let name = this.#names.get(scope)
    if (name !== undefined) return name
    name = cookie.name
    const taken = new Set(this.#names.values())
    while (taken.has(name)) name += ' '
    this.#names.set(scope, name)
    return name
  }
}

/**
 * The attributes of a cookie for a list of Next.js. Where it merges responses it reads their lines
 * again, and loses a `Max-Age` of 0: the cookie would stay, empty. So the end is said in two ways.
 */
export function attributesOf(
  cookie: SessionCookie,
): Omit<SessionCookie, 'name' | 'value'> & { expires?: Date } {
  const { name: _name, value: _value, ...attributes } = cookie
  return attributes.maxAge === 0 ? { ...attributes, expires: new Date(0) } : attributes
}
