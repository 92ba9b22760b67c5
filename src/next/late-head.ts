/**
 * The head of a response that Next.js has made ready already. It takes the cookies of a Route Handler
 * when that returns, and sends the head with the first bytes of the body. What a stream does before
 * these can still have its cookie.
 *
 * @module
 */

import { serializeCookie, type SessionCookie } from '../core/browser/cookie.ts'
import { scopeOf, scopeOfLine } from '../core/browser/set-cookie.ts'
import { addCookies, linesOf } from '../core/server/node-head.ts'
import type { HeadedResponse } from './exchange.ts'

/** Sees to it that the head has our cookies. */
export class LateHead {
  readonly #response: HeadedResponse
  readonly #cookies = new Map<string, SessionCookie>()
  #isWrapped = false

  constructor(response: HeadedResponse) {
    this.#response = response
  }

  /** Whether it is too late for a cookie. */
  get isSent(): boolean {
    return this.#response.headersSent
  }

  add(cookie: SessionCookie): void {
    if (!this.#isWrapped) this.#wrap()
    this.#cookies.set(scopeOf(cookie), cookie)
  }

  remove(cookie: SessionCookie): void {
    this.#cookies.delete(scopeOf(cookie))
  }

  #wrap(): void {
    this.#isWrapped = true
    const { writeHead } = this.#response
    this.#response.writeHead = (...head) => {
      this.#response.writeHead = writeHead
      this.#complete()
      return this.#response.writeHead(...head)
    }
  }

  #complete(): void {
    const sent = new Set(linesOf(this.#response).map(essence))
    const missing = [...this.#cookies.values()].filter(
      (cookie) => !sent.has(essence(serializeCookie(cookie))),
    )
    addCookies(this.#response, missing)
  }
}

/** What makes a line one and the same cookie: scope and value. */
function essence(line: string): string {
  const pair = line.split(';', 1)[0] ?? ''
  return `${scopeOfLine(line)}=${pair.slice(pair.indexOf('=') + 1)}`
}
