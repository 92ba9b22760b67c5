/**
 * `req.session.cookie`, as express-session makes it of what a store answers.
 *
 * @module
 */

import { stringifySetCookie } from 'cookie'
import { freezeMethods } from '../core/freeze-shared.ts'

/** Attributes of the cookie. `maxAge` is in milliseconds, and counts down. */
export class ExpressCookie {
  path: string = '/'
  httpOnly: boolean = true
  declare domain?: string
  declare secure?: boolean
  declare sameSite?: boolean | 'lax' | 'strict' | 'none'
  declare priority?: 'low' | 'medium' | 'high'
  declare partitioned?: boolean
  /** Milliseconds, as when it was set; `null` for a cookie that ends with the browser. */
  originalMaxAge: number | null = null
  #expires: Date | null = null

  constructor(attributes: object) {
    const { expires, originalMaxAge, data: _, ...others } = attributes as Partial<ExpressCookie>
    Object.assign(this, others)
    if (expires !== undefined && expires !== null) this.#expires = new Date(expires)
    this.originalMaxAge = originalMaxAge ?? this.originalMaxAge
  }

  get expires(): Date | null {
    return this.#expires
  }

  set expires(date: Date | null) {
    this.#expires = date
    this.originalMaxAge = this.maxAge
  }

  get maxAge(): number | null {
    return this.#expires instanceof Date ? this.#expires.getTime() - Date.now() : this.#expires
  }

  set maxAge(milliseconds: number | null) {
    this.expires = typeof milliseconds === 'number' ? new Date(Date.now() + milliseconds) : milliseconds
    this.originalMaxAge = milliseconds
  }

  /** What goes into Set-Cookie and into the store. */
  get data(): Record<string, unknown> {
    const { originalMaxAge, partitioned, priority, secure, httpOnly, domain, path, sameSite } = this
    return {
      originalMaxAge,
      partitioned,
      priority,
      expires: this.#expires,
      secure,
      httpOnly,
      domain,
      path,
      sameSite,
    }
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

freezeMethods(ExpressCookie)
