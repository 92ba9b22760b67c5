import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { CookieOptions } from '../../src/core/browser/cookie-options.ts'
import { serializeCookie, tokenCookie } from '../../src/core/browser/cookie.ts'
import { isSessionError, type SessionError } from '../../src/core/errors.ts'
import { resolveLifetime } from '../../src/core/record/lifetime.ts'
import { resolveOptions, type SessionOptions } from '../../src/core/options.ts'
import { createToken } from '../../src/core/record/token.ts'
import { management } from '../../src/core/server/management.ts'
import { createSessions } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { runs } from '../support/runs.ts'

type Manager = ReturnType<typeof createSessions>

afterEach(() => vi.unstubAllEnvs())

function refusal(options: unknown): SessionError {
  try {
    resolveOptions(options as SessionOptions)
  } catch (error) {
    if (isSessionError(error)) return error
    throw error
  }
  throw new Error('The options were accepted.')
}

const connectStore = { get() {}, set() {}, destroy() {}, touch() {}, load() {} }

const BAD: [string, unknown, RegExp][] = [
  ['no object', 5, /options: expected an object/],
  ['an unknown option', { shop: '1h' }, /shop: there is no such option\. Known: store, app, idle, absolute/],
  [
    'a lifetime of other libraries',
    { ttl: 900 },
    /ttl: there is no such option\. Write idle: .*absolute: .*persist/,
  ],
  ['maxAge', { maxAge: '7d' }, /^maxAge: .*idle.*absolute.*persist/],
  ['a part of the cookie', { sameSite: 'strict' }, /^sameSite: .*cookie: \{ sameSite: 'strict' \}/],
  ['an option of express-session', { saveUninitialized: false }, /Leave it out: nothing is stored before/],
  ['a Redis client', { client: {} }, /store: redisStore\(/],
  ['an option of Object.prototype', { constructor: 1 }, /constructor: there is no such option/],
  ['a misspelt option', { onevent: () => {} }, /onevent: there is no such option\. Known:.*onEvent/],
  ['a store of express-session', { store: connectStore }, /store: expected a store such as sqliteStore\(\)/],
  ['a client in place of a store', { store: { hSet() {}, get() {} } }, /store: expected/],
  ['an empty app', { app: '' }, /app: expected a non-empty string/],
  ['a bare number for idle', { idle: 900 }, /idle: 900 is not a duration.*'15m'/],
  ['a wrong unit', { absolute: '3 months' }, /absolute: '3 months' is not a duration/],
  [
    'idle longer than absolute',
    { idle: '2h', absolute: '1h' },
    /idle: is longer than absolute\. Shorten idle/,
  ],
  [
    'idle longer than the default absolute',
    { idle: '60d' },
    /idle: is longer than absolute.*set absolute as well/,
  ],
  ['persist as text', { persist: 'yes' }, /persist: expected true or false/],
  ['diagnose as text', { diagnose: 'no' }, /diagnose: expected true or false/],
  ['cookie as a name', { cookie: 'sid' }, /cookie: expected an object/],
  ['a schema of no standard', { schema: {} }, /schema: expected a Standard Schema, such as z\.object/],
  ['version 0', { version: 0 }, /version: expected a positive integer/],
  ['half a version', { version: 1.5 }, /version: expected a positive integer/],
  ['origins as text', { origins: 'https://a.example' }, /origins: expected a list of origins/],
  ['an origin with a path', { origins: ['https://a.example/'] }, /origins: expected a list of origins/],
  ['an origin without a scheme', { origins: ['a.example'] }, /origins: expected a list of origins/],
  [
    'an origin with a default port',
    { origins: ['https://a.example:443'] },
    /origins: expected a list of origins/,
  ],
  ['an origin in upper case', { origins: ['https://A.example'] }, /origins: expected a list of origins/],
  ['an origin with a wildcard', { origins: ['https://*.example'] }, /origins: expected a list of origins/],
  ['an origin with a user', { origins: ['https://a@b.example'] }, /origins: expected a list of origins/],
  ['the origin null', { origins: ['null'] }, /origins: expected a list of origins/],
  [
    'an origin that is no text',
    { origins: [new URL('https://a.example')] },
    /origins: expected a list of origins/,
  ],
  ['maxBytes as text', { maxBytes: '64kb' }, /maxBytes: expected a positive integer, in bytes/],
  ['a bare number for timeout', { timeout: 2000 }, /timeout: 2000 is not a duration/],
  ['a timeout that no timer can wait for', { timeout: '25d' }, /timeout: is longer than 24 days/],
  ['onEvent as text', { onEvent: 'log' }, /onEvent: expected a function/],
  [
    'an unknown cookie option',
    { cookie: { httpOnly: false } },
    /cookie\.httpOnly: there is no such option\. Leave it out: the cookie always is/,
  ],
  [
    'maxAge of the cookie',
    { cookie: { maxAge: 5 } },
    /cookie\.maxAge: .*lasts as long.*idle.*absolute.*persist/,
  ],
  [
    'a cookie name with a line break',
    { cookie: { name: 'a\r\nSet-Cookie: x' } },
    /cookie\.name: expected a cookie name/,
  ],
  ['a cookie name with a space', { cookie: { name: 'a b' } }, /cookie\.name: expected a cookie name/],
  ['a cookie name with =', { cookie: { name: 'a=b' } }, /cookie\.name: expected/],
  ['an empty cookie name', { cookie: { name: '' } }, /cookie\.name: expected/],
  ['a cookie name beyond limits', { cookie: { name: 'n'.repeat(129) } }, /1 to 128 characters/],
  ['a path without /', { cookie: { path: 'app' } }, /cookie\.path: expected a path that begins with \//],
  ['a path with ;', { cookie: { path: '/; Domain=evil.example' } }, /cookie\.path: expected/],
  ['a path with a line break', { cookie: { path: '/\r\nX: y' } }, /cookie\.path: expected/],
  ['a domain with ;', { cookie: { domain: 'a.example; Path=/' } }, /cookie\.domain: expected a domain name/],
  ['a domain with a port', { cookie: { domain: 'localhost:3000' } }, /cookie\.domain: expected/],
  ['a domain that is an address', { cookie: { domain: 'https://a.example' } }, /cookie\.domain: expected/],
  ['a domain that begins with a hyphen', { cookie: { domain: '-a.example' } }, /cookie\.domain: expected/],
  ['secure as text', { cookie: { secure: 'true' } }, /cookie\.secure: expected true, false or 'auto'/],
  [
    'sameSite in capitals',
    { cookie: { sameSite: 'Lax' } },
    /cookie\.sameSite: expected 'lax', 'strict' or 'none' \(lower/,
  ],
  [
    'sameSite none without secure',
    { cookie: { sameSite: 'none', secure: false } },
    /'none' only with secure\. Set secure/,
  ],
  [
    'partitioned without secure',
    { cookie: { partitioned: true, secure: false } },
    /only with secure\. Set secure: true/,
  ],
  ['a previous scope as text', { cookie: { previous: '/app' } }, /cookie\.previous: expected a scope/],
  [
    'a previous scope with more',
    { cookie: { previous: { path: '/app', secure: true } } },
    /cookie\.previous\.secure: there is no such option\. Known: name, path, domain/,
  ],
  [
    'a previous path without /',
    { cookie: { previous: [{ path: '/a' }, { path: 'app' }] } },
    /cookie\.previous\.path: expected a path/,
  ],
  [
    'the present scope as a previous one',
    { cookie: { domain: 'a.example', previous: { domain: '.A.example' } } },
    /cookie\.previous: this is the name, path and domain that the cookie has now/,
  ],
  ['no scope as a previous one', { cookie: { previous: {} } }, /cookie\.previous: this is/],
  [
    'a previous name that no browser took',
    { cookie: { previous: { name: '__Host-sid', path: '/app' } } },
    /cookie\.previous\.name: browsers accept "__Host-" only/,
  ],
  ['an unknown priority', { cookie: { priority: 'urgent' } }, /cookie\.priority: expected 'low'/],
  [
    '__Host- without secure',
    { cookie: { name: '__Host-sid', secure: false } },
    /"__Host-" only with secure.*such as "sid"/,
  ],
  [
    '__Host- in lower case without secure',
    { cookie: { name: '__host-sid', secure: false } },
    /"__Host-" only with secure/,
  ],
  [
    '__Host- with a domain',
    { cookie: { name: '__Host-sid', secure: true, domain: 'a.example' } },
    /no domain\. Use another name, such as "__Secure-sid"/,
  ],
  ['__Host- with a path', { cookie: { name: '__Host-sid', secure: true, path: '/app' } }, /path "\/"/],
  [
    '__Secure- without secure',
    { cookie: { name: '__Secure-sid', secure: false } },
    /"__Secure-" only with secure/,
  ],
]

describe('a bad option throws at construction and says the cure', () => {
  test.each(BAD)('%s', (_, options, text) => {
    const error = refusal(options)
    expect(error.code).toBe('ERR_OPTION_INVALID')
    expect(error.message).toMatch(text)
  })
})

test('createSessions refuses a bad option at once', () => {
  expect(() => createSessions({ store: memoryStore(), idle: 900 as never })).toThrow(/idle: 900/)
})

test.each([
  ['options', () => createSessions(null as never), /^createSessions: options: expected an object/],
  [
    'a secret of an environment that has none',
    () => createSessions({ secret: undefined as never }),
    /^secret: is undefined/,
  ],
  [
    'a duration that is no number',
    () => createSessions({ idle: Number.NaN as never }),
    /^idle: NaN is not a duration/,
  ],
])('%s that are missing are told as such', (_, create, text) => {
  expect(create).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_INVALID', message: expect.stringMatching(text) }),
  )
})

test.each([
  ['list', (sessions: Manager, id: unknown) => sessions.list(id as string)],
  ['revoke', (sessions: Manager, id: unknown) => sessions.revoke(id as string)],
  ['revokeUser', (sessions: Manager, id: unknown) => sessions.revokeUser(id as string)],
])('%s refuses what is no id, as login does', async (name, ask) => {
  const sessions = createSessions({ store: memoryStore() })
  for (const id of [42, undefined, null, {}])
    await expect(ask(sessions, id)).rejects.toMatchObject({
      code: 'ERR_OPTION_INVALID',
      message: expect.stringMatching(`^${name}: the .*id must be a`),
    })
})

test.each([undefined, {}, { headers: undefined }])(
  'what is no request is told as such: %o',
  async (request) => {
    const { detached, assertSameOrigin } = management(createSessions({ store: memoryStore() }))
    await expect(detached(request as never)).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
    expect(() => assertSameOrigin(request as never)).toThrow(/^assertSameOrigin: expected a request/)
  },
)

test('an option of value undefined counts as absent, but for the secret', () => {
  const options = {
    app: undefined,
    idle: undefined,
    cookie: { name: undefined },
  } as unknown as SessionOptions
  expect(resolveOptions(options)).toEqual(resolveOptions({}))
})

test('the defaults are 24 hours idle, 30 days absolute, 64 KiB and 2 seconds', () => {
  expect(resolveOptions({})).toMatchObject({
    app: 'sojourn',
    idle: 864e5,
    absolute: 2592e6,
    persist: true,
    maxBytes: 65536,
    timeout: 2e3,
    version: 1,
    schema: null,
    migrate: new Map(),
  })
})

test('an idle timeout that nobody named shrinks with the absolute lifetime', () => {
  expect(resolveOptions({ absolute: '1h' })).toMatchObject({ idle: 3_600_000, absolute: 3_600_000 })
  expect(resolveLifetime({ idle: 5000, absolute: 9000, persist: true }, { absolute: '2s' }).idle).toBe(2000)
})

test('an override of persist that is no boolean is refused', () => {
  const base = { idle: 5000, absolute: 9000, persist: true }
  expect(() => resolveLifetime(base, { persist: 'no' as never })).toThrow(/persist: expected true or false/)
})

describe('the cookie', () => {
  const cookie = (options: CookieOptions = {}) => resolveOptions({ cookie: options }).cookie

  test('in production is __Host-sid with every protection', () => {
    vi.stubEnv('NODE_ENV', 'production')
    expect(cookie()).toEqual({ name: '__Host-sid', path: '/', secure: true, httpOnly: true, sameSite: 'lax' })
  })

  test('in development is sid without Secure', () => {
    vi.stubEnv('NODE_ENV', 'development')
    expect(cookie()).toEqual({ name: 'sid', path: '/', secure: false, httpOnly: true, sameSite: 'lax' })
  })

  test('is __Secure-sid where a domain or path rules __Host- out', () => {
    expect(cookie({ secure: true, domain: 'a.example' }).name).toBe('__Secure-sid')
    expect(cookie({ secure: true, path: '/app' }).name).toBe('__Secure-sid')
    expect(cookie({ secure: false, domain: 'a.example' }).name).toBe('sid')
  })

  test('takes secure from the environment only when it is auto', () => {
    vi.stubEnv('NODE_ENV', 'production')
    expect(cookie({ secure: 'auto' }).secure).toBe(true)
    expect(cookie({ secure: false }).secure).toBe(false)
    vi.stubEnv('NODE_ENV', 'test')
    expect(cookie({ secure: 'auto' }).secure).toBe(false)
    expect(cookie({ secure: true }).secure).toBe(true)
  })

  test('whose options are accepted can always be written into one header line of less than 4096 bytes', () => {
    const options = fc.record(
      {
        name: fc.oneof(
          fc.string({ maxLength: 140 }),
          fc.stringMatching(/^(__Host-|__Secure-)?[\w!#.-]{1,9}$/),
        ),
        path: fc.oneof(
          fc.string({ maxLength: 50 }),
          fc.string({ unit: 'binary-ascii' }).map((text) => `/${text}`),
        ),
        domain: fc.oneof(fc.string(), fc.domain(), fc.stringMatching(/^\.?[a-z0-9.-]{0,80}$/)),
        secure: fc.constantFrom(true, false, 'auto' as const),
        sameSite: fc.constantFrom('lax' as const, 'strict' as const, 'none' as const),
        partitioned: fc.boolean(),
        priority: fc.constantFrom('low' as const, 'medium' as const, 'high' as const),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(options, (given) => {
        let settings
        try {
          settings = cookie(given)
        } catch (error) {
          return isSessionError(error, 'ERR_OPTION_INVALID')
        }
        const line = serializeCookie(tokenCookie(settings, createToken(), 34_560_000))
        return /^[\x20-\x7e]+$/.test(line) && line.length < 4096 && line.includes('HttpOnly')
      }),
      { numRuns: runs(5000) },
    )
  })
})

describe('cookie.previous', () => {
  function removed(cookie: CookieOptions): string[] {
    return resolveOptions({ cookie }).previousCookies.map((old) => serializeCookie(old))
  }

  test.each<[string, CookieOptions, string[]]>([
    ['none', {}, []],
    ['a path', { previous: { path: '/app' } }, ['sid=; Max-Age=0; Path=/app; HttpOnly; SameSite=Lax']],
    [
      'a path, where there is a domain: with it, and of the host alone',
      { domain: 'a.example', previous: { path: '/app' } },
      [
        'sid=; Max-Age=0; Path=/app; HttpOnly; SameSite=Lax',
        'sid=; Max-Age=0; Domain=a.example; Path=/app; HttpOnly; SameSite=Lax',
      ],
    ],
    [
      'the host alone, where there is a domain now',
      { domain: 'a.example', previous: {} },
      ['sid=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax'],
    ],
    [
      'names by default, each that of its scope',
      { secure: true, previous: [{ domain: 'a.example' }, { path: '/app' }] },
      [
        '__Secure-sid=; Max-Age=0; Domain=a.example; Path=/; HttpOnly; Secure; SameSite=Lax',
        '__Secure-sid=; Max-Age=0; Path=/app; HttpOnly; Secure; SameSite=Lax',
      ],
    ],
    [
      'a name with a prefix, which goes with Secure only',
      { previous: { name: '__Host-sid' } },
      ['__Host-sid=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax'],
    ],
  ])('%s', (_, cookie, expected) => {
    expect(removed(cookie)).toEqual(expected)
  })
})
