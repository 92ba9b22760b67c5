/**
 * The cookies of one browser, kept and sent as `Set-Cookie` says (RFC 6265 section 5.3).
 *
 * @module
 */

interface Kept {
  name: string
  value: string
  domain: string
  path: string
  isHostOnly: boolean
  /** Epoch milliseconds; infinite until the browser closes. */
  until: number
}

/** See the module. Ports share cookies, as they do in browsers. */
export class CookieJar {
  readonly #kept = new Map<string, Kept>()

  /** The `Cookie` header of a request; `''` for none. */
  header(url: string): string {
    const { hostname, pathname } = new URL(url)
    return [...this.#kept.values()]
      .filter((cookie) => cookie.until > Date.now() && isFor(cookie, hostname, pathname))
      .toSorted((a, b) => b.path.length - a.path.length)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }

  /** Takes the `Set-Cookie` lines of a response. */
  receive(url: string, lines: readonly string[]): void {
    for (const line of lines) this.#keep(new URL(url), line)
  }

  /** The names of what it holds. */
  get names(): string[] {
    return [...this.#kept.values()].map(({ name }) => name).toSorted()
  }

  /** A whole request; redirects are not followed. */
  async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const cookie = this.header(url)
    const headers = new Headers(init.headers)
    if (cookie !== '') headers.set('cookie', cookie)
    const response = await fetch(url, { redirect: 'manual', ...init, headers })
    this.receive(url, response.headers.getSetCookie())
    return response
  }

  /** The text that a request is answered with. */
  async text(url: string): Promise<string> {
    return (await this.fetch(url)).text()
  }

  #keep({ hostname, pathname }: URL, line: string): void {
    const [pair = '', ...rest] = line.split(';').map((part) => part.trim())
    const attributes = new Map(
      rest.map((part) => [part.split('=', 1)[0]?.toLowerCase() ?? '', part.slice(part.indexOf('=') + 1)]),
    )
    const at = pair.indexOf('=')
    const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
    const given = attributes.get('domain')?.replace(/^\./, '').toLowerCase() ?? ''
    const path = attributes.get('path')?.startsWith('/')
      ? (attributes.get('path') ?? '/')
      : pathname.slice(0, Math.max(1, pathname.lastIndexOf('/')))
    const domain = given === '' ? hostname : given
    const kept = { name, value, domain, path, isHostOnly: given === '', until: untilOf(attributes) }
    const key = JSON.stringify([name, domain, path])
    this.#kept.delete(key)
    if (kept.until > Date.now()) this.#kept.set(key, kept)
  }
}

function untilOf(attributes: ReadonlyMap<string, string>): number {
  const age = attributes.get('max-age')
  if (age !== undefined) return Date.now() + Number(age) * 1000
  const expires = attributes.get('expires')
  return expires === undefined ? Infinity : new Date(expires).getTime()
}

function isFor({ domain, path, isHostOnly }: Kept, host: string, at: string): boolean {
  if (host !== domain && (isHostOnly || !host.endsWith(`.${domain}`))) return false
  return at === path || (at.startsWith(path) && (path.endsWith('/') || at[path.length] === '/'))
}
