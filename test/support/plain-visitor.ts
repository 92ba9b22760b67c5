/**
 * A visitor who sends exactly the headers that a test names: `fetch` adds some of `Sec-Fetch-*`, and
 * refuses `Host`.
 *
 * @module
 */

import { request } from 'node:http'

/** What a test sends. */
export interface PlainInit {
  method?: string
  headers?: Record<string, string>
  body?: string
}

/** What came back. */
export interface PlainAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** The `Set-Cookie` lines. */
  cookies: string[]
  body: string
}

/** One visitor of a server, who keeps the cookies of one name. */
export class PlainVisitor {
  readonly #url: string
  readonly #name: string
  /** The `Cookie` header, or `''`. */
  cookie = ''

  constructor(url: string, name = 'sid') {
    this.#url = url
    this.#name = name
  }

  /** Sends a request with the cookie. */
  async get(path: string, init: PlainInit = {}): Promise<PlainAnswer> {
    const cookie = this.cookie === '' ? {} : { cookie: this.cookie }
    const answer = await plain(this.#url + path, { ...init, headers: { ...cookie, ...init.headers } })
    for (const line of answer.cookies) this.#keep(line)
    return answer
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';')
    if (!pair.startsWith(`${this.#name}=`)) return
    this.cookie = pair.endsWith('=') ? '' : pair
  }
}

/** One request. */
export function plain(
  url: string,
  { method = 'GET', headers = {}, body: content }: PlainInit = {},
): Promise<PlainAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => (body += text))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          cookies: response.headers['set-cookie'] ?? [],
          body,
        }),
      )
    })
    sent.on('error', reject)
    sent.end(content)
  })
}
