/**
 * A browser as far as sessions go: it keeps the cookies that real responses of Node carry,
 * and sends them with the next request.
 *
 * @module
 */

import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { CookieChannel } from '../../src/core/browser/channel.ts'
import { nodeChannel } from '../../src/core/server/node-channel.ts'
import type { Session } from '../../src/core/session/session.ts'
import { settingsOf, type Sessions } from '../../src/core/sessions.ts'

/** One request, with its session and what the response has sent so far. */
export interface Visit<Data extends object> {
  session: Session<Data>
  response: ServerResponse
  /** The `Set-Cookie` lines so far. */
  cookies: () => string[]
  /** Hands the response's cookies to the browser. */
  end: () => void
}

export class Browser<Data extends object = Record<string, unknown>> {
  readonly sessions: Sessions<Data>
  readonly #more: Partial<CookieChannel>
  /** The token it holds; `''` for none. */
  token = ''

  /** @param more what the channel can do besides, such as `resend` */
  constructor(sessions: Sessions<Data>, more: Partial<CookieChannel> = {}) {
    this.sessions = sessions
    this.#more = more
  }

  /** The `Cookie` header. */
  get header(): string {
    return this.token === '' ? '' : `${settingsOf(this.sessions).cookie.name}=${this.token}`
  }

  /** Begins a request. Several may run at once. */
  async open(header: string = this.header): Promise<Visit<Data>> {
    const request = new IncomingMessage(new Socket())
    if (header !== '') request.headers.cookie = header
    const response = new ServerResponse(request)
    const session = await this.sessions.open({ ...nodeChannel(request, response), ...this.#more })
    const cookies = (): string[] => [response.getHeader('set-cookie') ?? []].flat().map(String)
    return { session, response, cookies, end: () => this.#receive(cookies()) }
  }

  /** A whole request. */
  async visit<T>(work: (session: Session<Data>, visit: Visit<Data>) => Promise<T> | T): Promise<T> {
    const visit = await this.open()
    try {
      return await work(visit.session, visit)
    } finally {
      visit.end()
    }
  }

  #receive(lines: string[]): void {
    for (const line of lines) {
      const value = line.slice(line.indexOf('=') + 1).split(';')[0] ?? ''
      this.token = /max-age=0/i.test(line) ? '' : value
    }
  }
}
