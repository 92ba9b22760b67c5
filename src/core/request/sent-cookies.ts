/**
 * What one request tells the browser: of all cookies sent, the last that still holds.
 *
 * Cookies are sent before the store is written, and writes overlap; so a cookie may have to
 * be taken back after a later one was sent, and must not take that one with it.
 *
 * @module
 */

import type { CookieChannel } from '../browser/channel.ts'
import { checkScheme } from '../browser/cookie-trouble.ts'
import { clearingCookie, tokenCookie, type SessionCookie } from '../browser/cookie.ts'
import { isSessionError } from '../errors.ts'
import { cookieMaxAge, type LifetimeSettings } from '../record/lifetime.ts'
import type { RecordMeta } from '../record/meta.ts'
import type { SteadyClock } from '../record/steady-clock.ts'
import type { Settings } from '../settings.ts'

/** See the module. */
export class SentCookies {
  readonly #channel: CookieChannel
  readonly #settings: Settings
  readonly #clock: SteadyClock
  readonly #sent: SessionCookie[] = []
  /** What takes everything back. */
  readonly #restores: (() => void)[] = []
  /** Whether the visitor has signed in or out, so that cookies of earlier scopes go too. */
  #clearsPrevious = false

  constructor(channel: CookieChannel, settings: Settings, clock: SteadyClock) {
    this.#channel = channel
    this.#settings = settings
    this.#clock = clock
  }

  /** Whether the browser will hold this token after the response. */
  carries(token: string): boolean {
    return this.#sent.at(-1)?.value === this.#settings.cookieValues.write(token)
  }

  /**
   * Sends a token in place of what was sent before; returns how to take it back.
   * @param isSignIn whether it is the only one that counts from now on
   * @throws as `CookieChannel.send`
   */
  sendToken(token: string, lifetime: LifetimeSettings | RecordMeta, isSignIn = false): () => void {
    const { cookie, cookieValues } = this.#settings
    if (isSignIn) this.#clearPrevious()
    const maxAge = cookieMaxAge(lifetime, this.#clock.now())
    return this.#send(tokenCookie(cookie, cookieValues.write(token), maxAge))
  }

  /** Sends a token that the browser has, where the channel wants that and can: where not, nothing is lost. */
  resendToken(token: string, lifetime: RecordMeta): () => void {
    if (this.#channel.resend !== true || this.#sent.length > 0) return () => {}
    try {
      return this.sendToken(token, lifetime)
    } catch (error) {
      if (isSessionError(error, 'ERR_HEADERS_SENT')) return () => {}
      throw error
    }
  }

  /**
   * Clears the cookie; returns how to take that back.
   * @throws as `CookieChannel.send`
   */
  sendClearing(): () => void {
    this.#clearPrevious()
    return this.#send(clearingCookie(this.#settings.cookie))
  }

  #send(cookie: SessionCookie): () => void {
    checkScheme(this.#channel, this.#settings.cookie)
    const restore = this.#channel.send(cookie)
    if (this.#sent.length === 0) this.#restores.push(restore)
    const entry = { ...cookie }
    this.#sent.push(entry)
    return () => this.#takeBack(entry)
  }

  #clearPrevious(): void {
    if (this.#clearsPrevious) return
    this.#clearsPrevious = true
    for (const cookie of this.#settings.previousCookies) this.#restores.push(this.#channel.send(cookie))
  }

  #takeBack(entry: SessionCookie): void {
    const at = this.#sent.indexOf(entry)
    if (at === -1) return
    this.#sent.splice(at, 1)
    if (at < this.#sent.length) return
    const last = this.#sent.at(-1)
    try {
      if (last === undefined) this.#restoreAll()
      else this.#channel.send(last)
    } catch {
      // Too late: the response has begun. The failure that led here is the one to tell.
    }
  }

  #restoreAll(): void {
    this.#clearsPrevious = false
    for (const restore of this.#restores.splice(0).reverse()) restore()
  }
}
