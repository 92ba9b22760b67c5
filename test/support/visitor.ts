/**
 * A browser without a screen: fetch with a cookie jar for one name.
 *
 * @module
 */

/** One visitor of a server. */
export interface Visitor {
  /** The `name=value` of the session cookie, or `''`. */
  cookie: string
  /** Every token this visitor was ever given. */
  readonly tokens: string[]
  /** The `Set-Cookie` lines of the last response. */
  setCookies: string[]
  get(path: string, init?: RequestInit): Promise<Response>
  /** Posts JSON and reads JSON. */
  post(path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }>
}

/** A visitor; `cookie` takes over another one's session. */
export function visitor(url: string, cookie = ''): Visitor {
  const self: Visitor = {
    cookie,
    tokens: [],
    setCookies: [],
    async get(path, init = {}) {
      const headers = {
        ...(self.cookie && { cookie: self.cookie }),
        ...(init.headers as Record<string, string>),
      }
      const response = await fetch(url + path, { redirect: 'manual', ...init, headers })
      self.setCookies = response.headers.getSetCookie()
      for (const line of self.setCookies) keep(self, line)
      return response
    },
    async post(path, body = {}) {
      const response = await self.get(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      const text = await response.text()
      return {
        status: response.status,
        body: (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown>,
      }
    },
  }
  return self
}

function keep(self: Visitor, line: string): void {
  const pair = line.split(';')[0] ?? ''
  const [name, value = ''] = pair.split('=')
  if (!name?.endsWith('sid')) return
  self.cookie = value === '' ? '' : pair
  if (value !== '') self.tokens.push(value)
}
