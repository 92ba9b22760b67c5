import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSessionError } from '../../src/core/errors.ts'
import { resolveOptions, type SessionOptions } from '../../src/core/options.ts'
import { assertSameOrigin, type CheckedRequest } from '../../src/core/browser/same-origin.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { runs } from '../support/runs.ts'

type Sent = Record<string, string | undefined>

const OWN = 'https://shop.example'
const LISTED = 'https://admin.shop.example'
const FOREIGN = 'https://evil.example'
const COOKIE = `__Host-sid=${'t'.repeat(43)}`
const secure = { cookie: { secure: true } }

/** Whether a request passes; asked in both shapes that headers come in. */
function passes(sent: Sent, options: SessionOptions = secure, method = 'POST'): boolean {
  const settings = resolveOptions(options)
  const headers = Object.fromEntries(
    Object.entries({ host: 'shop.example', ...sent }).filter(([, value]) => value !== undefined),
  ) as Record<string, string>
  const [first, second] = [{ get: (name: string) => headers[name] ?? null }, headers].map((shape) =>
    answer({ method, headers: shape }),
  )
  expect(first).toBe(second)
  return first as boolean

  function answer(request: CheckedRequest): boolean {
    try {
      assertSameOrigin(request, settings)
      return true
    } catch (error) {
      if (!isSessionError(error, 'ERR_CROSS_SITE')) throw error
      return false
    }
  }
}

// Columns: the Origin. `bare` is a request without Origin and without our cookie.
const MATRIX = `
  list     sec-fetch-site | own   listed foreign null  absent bare
  none     absent         | yes   no     no      no    no     yes
  none     same-origin    | yes   yes    yes     yes   yes    yes
  none     none           | yes   yes    yes     yes   yes    yes
  none     same-site      | no    no     no      no    no     no
  none     cross-site     | no    no     no      no    no     no
  none     unknown        | no    no     no      no    no     no
  listed   absent         | no    yes    no      no    no     yes
  listed   same-origin    | yes   yes    yes     yes   yes    yes
  listed   none           | yes   yes    yes     yes   yes    yes
  listed   same-site      | no    yes    no      no    no     no
  listed   cross-site     | no    yes    no      no    no     no
  listed   unknown        | no    yes    no      no    no     no
  both     absent         | yes   yes    no      no    no     yes
  both     same-site      | yes   yes    no      no    no     no
  both     cross-site     | yes   yes    no      no    no     no
`

const ORIGIN: Sent = { own: OWN, listed: LISTED, foreign: FOREIGN, null: 'null' }
const LIST: Record<string, string[]> = { none: [], listed: [LISTED], both: [OWN, LISTED] }
const [head = [], ...rows] = MATRIX.trim()
  .split('\n')
  .map((line) => line.trim().split(/[\s|]+/))
const CASES = rows.flatMap(([list = '', site = '', ...cells]) =>
  cells.map((cell, i) => [list, site, head[i + 2] ?? '', cell] as const),
)

describe('a request that changes something', () => {
  test.each(CASES)('(origins: %s, Sec-Fetch-Site: %s, Origin: %s) passes: %s', (list, site, origin, cell) => {
    const options = { ...secure, origins: LIST[list] }
    const sent = {
      'sec-fetch-site': site === 'absent' ? undefined : site,
      origin: ORIGIN[origin],
      cookie: origin === 'bare' ? 'theme=dark' : COOKIE,
    }
    // Where there is an Origin, the cookie makes no difference.
    const cookieless = ORIGIN[origin] === undefined ? sent : { ...sent, cookie: undefined }
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'post', 'PROPFIND', '']) {
      expect(passes(sent, options, method)).toBe(cell === 'yes')
      expect(passes(cookieless, options, method)).toBe(cell === 'yes')
    }
  })

  test('is refused when it repeats a header to hide one', () => {
    expect(passes({ 'sec-fetch-site': 'same-origin, cross-site', cookie: COOKIE })).toBe(false)
    expect(passes({ origin: `${OWN}, ${FOREIGN}`, cookie: COOKIE })).toBe(false)
    const settings = resolveOptions(secure)
    const headers = { host: 'shop.example', origin: [OWN, FOREIGN] }
    expect(() => assertSameOrigin({ method: 'POST', headers }, settings)).toThrow(/was refused/)
  })

  test('is not believed about its own host by X-Forwarded-Host, Forwarded or Referer', () => {
    const told = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.example;proto=https',
      referer: `${OWN}/cart`,
    }
    expect(passes({ ...told, origin: FOREIGN })).toBe(false)
    expect(passes({ ...told, origin: OWN })).toBe(true)
  })

  test('may come from a page on http only where the cookie is not secure, or on this machine', () => {
    const http = (host: string): Sent => ({ host, origin: `http://${host}` })
    expect(passes(http('shop.example'))).toBe(false)
    expect(passes(http('shop.example'), { cookie: { secure: false } })).toBe(true)
    for (const host of ['localhost', 'localhost:3000', 'a.localhost:3000', '127.0.0.1:3000', '[::1]:3000'])
      expect(passes(http(host))).toBe(true)
    for (const host of ['localhost.evil.example', '127.0.0.1.evil.example', '127.evil.example', 'xlocalhost'])
      expect(passes(http(host))).toBe(false)
  })

  test('is compared with the authority of HTTP/2, and refused where no host is told', () => {
    const settings = resolveOptions(secure)
    const check = (headers: Record<string, string>) => () =>
      assertSameOrigin({ method: 'POST', headers: { origin: OWN, ...headers } }, settings)
    expect(check({ ':authority': 'shop.example' })).not.toThrow()
    expect(check({ ':authority': 'other.example' })).toThrow(/was refused/)
    expect(check({})).toThrow(/was refused/)
  })

  test('counts as ours when it brings a malformed copy of our cookie', () => {
    expect(passes({ cookie: '__Host-sid=' })).toBe(false)
    expect(passes({ cookie: 'theme=dark' })).toBe(true)
  })

  test('passes from an application in a web view whose origin is listed', () => {
    const sent = { origin: 'capacitor://localhost', 'sec-fetch-site': 'cross-site' }
    expect(passes(sent, { origins: ['capacitor://localhost'] })).toBe(true)
    expect(passes(sent)).toBe(false)
  })
})

describe('a request that only reads', () => {
  test.each(['GET', 'HEAD', 'OPTIONS', 'TRACE'])('passes from anywhere by %s', (method) => {
    expect(passes({ 'sec-fetch-site': 'cross-site', origin: FOREIGN, cookie: COOKIE }, secure, method)).toBe(
      true,
    )
  })

  test('is checked when it opens a WebSocket, which can do more than read', () => {
    const foreign = { upgrade: 'WebSocket', origin: FOREIGN, cookie: COOKIE }
    expect(passes(foreign, secure, 'GET')).toBe(false)
    expect(passes({ ...foreign, origin: OWN }, secure, 'GET')).toBe(true)
    expect(passes({ ...foreign, upgrade: 'h2c' }, secure, 'GET')).toBe(true)
  })
})

test('nothing that a foreign page can send passes, whatever else it says', () => {
  const nearly = fc.constantFrom(
    FOREIGN,
    'null',
    '',
    '*',
    'shop.example',
    'http://shop.example',
    'https://shop.example.',
    'https://shop.example:444',
    'https://shop.example/',
    'https://shop.example.evil.example',
    'https://evil.example/https://shop.example',
    'https://shop.example@evil.example',
    'https://evil-shop.example',
    'https://sub.shop.example',
    'https://SHOP.example',
  )
  const text = fc.string().filter((value) => ![OWN, LISTED].includes(value.toLowerCase()))
  const port = fc.oneof(
    fc.constant(''),
    fc.nat(65_535).map((number) => `:${number}`),
  )
  const site = fc.tuple(fc.constantFrom('http', 'https'), fc.domain(), port)
  const origin = fc.oneof(
    nearly,
    text,
    site.map(([scheme, host, end]) => `${scheme}://${host}${end}`),
  )
  const told = fc.dictionary(
    fc.constantFrom('x-forwarded-host', 'x-forwarded-proto', 'forwarded', 'referer', 'x-original-host'),
    fc.oneof(fc.constant('evil.example'), fc.constant(OWN), fc.constant('shop.example'), fc.string()),
  )
  const request = fc.record({
    site: fc.constantFrom(undefined, 'cross-site', 'same-site', 'Same-Origin', '', 'none, cross-site'),
    origin: fc.option(origin, { nil: undefined }),
    cookie: fc.constantFrom(COOKIE, `a=b; ${COOKIE}`, `${COOKIE}; __Host-sid=x`),
    method: fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE'),
    list: fc.constantFrom([], [LISTED], [OWN, LISTED]),
    told,
  })
  fc.assert(
    fc.property(request, ({ site, origin: from, cookie, method, list, told: more }) => {
      const sent = { ...more, 'sec-fetch-site': site, origin: from, cookie }
      return !passes(sent, { ...secure, origins: list }, method)
    }),
    { numRuns: runs(5000) },
  )
})

test('the refusal is a 403 that says what to do and repeats nothing of the request', () => {
  const sessions = new Sessions(secure, memoryStore())
  const headers = { origin: FOREIGN, cookie: COOKIE, host: 'shop.example' }
  const error = (() => {
    try {
      sessions.assertSameOrigin({ method: 'POST', headers })
    } catch (caught) {
      return caught
    }
  })()
  expect(error).toMatchObject({ code: 'ERR_CROSS_SITE', digest: 'ERR_CROSS_SITE', status: 403 })
  expect(String(error)).toMatch(/list the origin of the page in the option `origins`/)
  expect(String(error)).not.toMatch(/evil|shop|tttt/)
})

test('requests of Node and of fetch are checked as they are', async () => {
  const sessions = new Sessions(secure, memoryStore())
  const foreign = new Request('https://shop.example/', { method: 'POST', headers: { origin: FOREIGN } })
  expect(() => sessions.assertSameOrigin(foreign)).toThrow(/was refused/)
  const own = new Request('https://shop.example/', { method: 'POST', headers: { host: 'shop.example' } })
  expect(() => sessions.assertSameOrigin(own)).not.toThrow()

  const server = createServer((request, response) => {
    try {
      sessions.assertSameOrigin(request)
      response.end()
    } catch (error) {
      response.writeHead((error as { status: number }).status).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const post = (headers: Record<string, string | string[]>): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const request = send({ host: '127.0.0.1', port, method: 'POST', headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      request.on('error', reject).end()
    })
  const own127 = `http://127.0.0.1:${port}`
  expect(await post({ origin: own127 })).toBe(200)
  expect(await post({ origin: FOREIGN })).toBe(403)
  expect(await post({ origin: [own127, FOREIGN] })).toBe(403)
  expect(await post({ origin: 'null' })).toBe(403)
  expect(await post({ cookie: COOKIE })).toBe(403)
  expect(await post({})).toBe(200)
  server.close()
})
