/**
 * A hundred people who use a server, and all that they are answered.
 *
 * @module
 */

import { createHash, randomBytes } from 'node:crypto'
import { type Visitor, visitor } from '../../support/visitor.ts'
import { type Places, Secrets } from './search.ts'
import type { LoudServer } from './server.ts'

/** A hundred people, each with a secret, and all that they were answered but for the cookies. */
export class Crowd {
  readonly people: { browser: Visitor; secret: string }[]
  readonly headers: string[] = []
  readonly bodies: string[] = []
  /** Requests that failed and sent a cookie all the same. */
  readonly promised: string[] = []
  readonly #server: LoudServer

  constructor(server: LoudServer) {
    this.#server = server
    this.people = Array.from({ length: 100 }, () => ({
      browser: visitor(server.url),
      secret: randomBytes(24).toString('base64url'),
    }))
  }

  /** One person asks for one thing after the other. Answers the codes of errors. */
  async ask(index: number, wishes: string[], how = ''): Promise<string[]> {
    const { browser, secret } = this.people[index]!
    const codes: string[] = []
    for (const wish of wishes) {
      const response = await browser.get(`/${wish}?secret=${secret}${how}`)
      for (const [name, value] of response.headers)
        if (name !== 'set-cookie') this.headers.push(`${name}: ${value}`)
      const body = await response.text()
      this.bodies.push(body)
      const { code } = JSON.parse(body) as { code?: string }
      codes.push(String(code))
      if (code !== undefined && browser.setCookies.length > 0) this.promised.push(`${wish}: ${code}`)
    }
    return codes
  }

  /** Everybody asks at the same time. */
  async all(...wishes: string[]): Promise<string[]> {
    return (await Promise.all(this.people.map((_, index) => this.ask(index, wishes)))).flat()
  }

  /** What the answers were. */
  places(): Places {
    return { headers: this.headers.join('\n'), bodies: this.bodies.join('\n') }
  }

  /** All tokens that were made, whether or not they reached a browser. */
  tokens(): Secrets {
    const token = this.#server.tokens()
    const sent = this.people.flatMap(({ browser }) => browser.tokens)
    if (token.length < 300 || sent.some((each) => !token.includes(each)))
      throw new Error('not all tokens were recorded')
    return new Secrets({ token })
  }

  /** What the store may hold, and no error, log or event may. */
  values(): Secrets {
    return new Secrets({ value: this.people.map(({ secret }) => secret) })
  }

  /** What the store knows sessions by: proof that a search would find what is there. */
  keys(): Secrets {
    const hash = (token: string): string => createHash('sha256').update(token).digest('base64url')
    return new Secrets({ key: this.#server.tokens().map(hash) })
  }
}
