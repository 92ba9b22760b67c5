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
import type { Settings } from '../settings.ts'

/** See the module. */
export class SentCookies {
  readonly #channel: CookieChannel
  readonly #settings: Settings
  readonly #sent: SessionCookie[] = []
  /** What takes everything back. */
  readonly #restores: (() => void)[] = []
  /** Whether the visitor has signed in or out, so that cookies of earlier scopes go too. */
  #clearsPrevious = false

  constructor(channel: CookieChannel, settings: Settings) {
    this.#channel = channel
    this.#settings = settings
  }

  /** Whether no cookie of ours goes out with this response. */
  get isEmpty(): boolean {
    return this.#sent.length === 0
  }

  /** Whether the browser will hold this token after the response. */
  carries(token: string): boolean {
    return this.#sent.at(-1)?.value === this.#settings.cookieValues.write(token)
  }

  /**
   * Sends a token in place of what was sent before; returns how to take it back.
   * @param maxAge seconds, or until the browser closes
   * @param isSignIn whether it is the only one that counts from now on
   * @throws as `CookieChannel.send`
   */
  sendToken(token: string, maxAge: number | undefined, isSignIn = false): () => void {
    const { cookie, cookieValues } = this.#settings
    if (isSignIn) this.#clearPrevious()
    return this.#send(tokenCookie(cookie, cookieValues.write(token), maxAge))
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
    if (this.isEmpty) this.#restores.push(restore)
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
