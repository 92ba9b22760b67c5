/**
 * The cookie that stores of express-session look at to learn how long to keep a session.
 *
 * @module
 */

/**
 * A cookie as express-session would hand it over. Stores read `expires` (a Date), `maxAge`
 * (milliseconds left), or `originalMaxAge`; two of them fail without a cookie.
 */
export class StoredCookie {
  /** Milliseconds, as when it was set. */
  readonly originalMaxAge: number
  readonly expires: Date
  readonly httpOnly: boolean = true
  readonly path: string = '/'

  /** @param ttl milliseconds */
  constructor(ttl: number) {
    this.originalMaxAge = Math.ceil(ttl)
    this.expires = new Date(Date.now() + this.originalMaxAge)
  }

  // On the prototype, as in express-session: what is stored would only grow old.
  get maxAge(): number {
    return this.expires.getTime() - Date.now()
  }

  get data(): object {
    const { originalMaxAge, expires, httpOnly, path } = this
    return { originalMaxAge, expires, httpOnly, path }
  }

  toJSON(): object {
    return this.data
  }
}
