/**
 * `req.session.cookie`, as express-session makes it of what a store answers.
 *
 * @module
 */

import { stringifySetCookie } from 'cookie'
import { freezeMethods } from '../core/freeze-shared.ts'

/** Attributes of the cookie. `maxAge` is in milliseconds, and counts down. */
export class ExpressCookie {
  declare path: string
  declare httpOnly: boolean
  declare domain?: string
  declare secure?: boolean
  declare sameSite?: boolean | 'lax' | 'strict' | 'none'
  declare priority?: 'low' | 'medium' | 'high'
  declare partitioned?: boolean
  /** Milliseconds, as when it was set; `null` for a cookie that ends with the browser. */
  declare originalMaxAge: number | null
  declare _expires: Date | null

  get expires(): Date | null {
    return this._expires
  }

  set expires(date: Date | null) {
    this._expires = date
    this.originalMaxAge = this.maxAge
  }

  get maxAge(): number | null {
    return this._expires instanceof Date ? this._expires.getTime() - Date.now() : this._expires
  }

  set maxAge(milliseconds: number | null) {
    this.expires = typeof milliseconds === 'number' ? new Date(Date.now() + milliseconds) : milliseconds
  }

  /** What goes into Set-Cookie and into the store. */
  get data(): Record<string, unknown> {
    const { originalMaxAge, partitioned, priority, secure, httpOnly, domain, path, sameSite } = this
    const expires = this._expires
    return { originalMaxAge, partitioned, priority, expires, secure, httpOnly, domain, path, sameSite }
  }

  serialize(name: string, value: string): string {
    const { originalMaxAge: _, ...attributes } = this.data
    const given = Object.entries(attributes).filter(([, attribute]) => attribute !== null)
    return stringifySetCookie({ name, value, ...Object.fromEntries(given) })
  }

  toJSON(): object {
    return this.data
  }
}

/**
 * Makes the cookie of what a store answers.
 *
 * @param prototype that of this class or of express-session's own
 */
export function makeCookie(prototype: object, attributes: object): ExpressCookie {
  const cookie = Object.create(prototype) as ExpressCookie
  const { expires, originalMaxAge, data: _, ...others } = attributes as Partial<ExpressCookie>
  Object.assign(cookie, { path: '/', _expires: null, originalMaxAge: null, httpOnly: true })
  for (const [name, value] of Object.entries(others)) Object.assign(cookie, { [name]: value })
  if (expires !== undefined && expires !== null) cookie._expires = new Date(expires)
  cookie.originalMaxAge = originalMaxAge ?? cookie.originalMaxAge
  return steady(cookie)
}

/**
 * Makes `originalMaxAge` what `maxAge` is set to. The prototype reads the clock twice, once to set
 * the deadline and once to see how far away it is, so that on a busy machine a session would get a
 * millisecond shorter with each request.
 */
export function steady(cookie: ExpressCookie): ExpressCookie {
  return Object.defineProperty(cookie, 'maxAge', {
    get: () => Reflect.get(Object.getPrototypeOf(cookie) as object, 'maxAge', cookie) as unknown,
    set(milliseconds: unknown) {
      Reflect.set(Object.getPrototypeOf(cookie) as object, 'maxAge', milliseconds, cookie)
      if (typeof milliseconds === 'number') cookie.originalMaxAge = milliseconds
    },
    configurable: true,
    enumerable: false,
  })
}
freezeMethods(ExpressCookie)
