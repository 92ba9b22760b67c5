import { Redis } from '@upstash/redis'
import { Redis as Ioredis } from 'ioredis'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { upstashStore, type UpstashSource } from '../../src/stores/upstash.ts'
import { useUpstash } from './upstash/fixture.ts'
import { vercelKv } from './upstash/vercel-kv.ts'

const fixture = useUpstash()
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

async function works(source?: UpstashSource): Promise<boolean> {
  const before = fixture.upstash.requests.length
  expect(await upstashStore(source).load(fixture.prefix)).toBeNull()
  return fixture.upstash.requests.length > before
}

describe('the environment', () => {
  test.each(['UPSTASH_REDIS_REST', 'KV_REST_API'])(
    'names the database by %s_URL and _TOKEN',
    async (name) => {
      vi.stubEnv(`${name}_URL`, fixture.upstash.url)
      vi.stubEnv(`${name}_TOKEN`, fixture.upstash.token)
      expect(await works()).toBe(true)
      expect(await works({ url: undefined, token: undefined })).toBe(true)
    },
  )

  test('of both pairs the one of Upstash counts, if it is whole', async () => {
    vi.stubEnv('UPSTASH_REDIS_REST_URL', 'http://127.0.0.1:1')
    vi.stubEnv('KV_REST_API_URL', fixture.upstash.url)
    vi.stubEnv('KV_REST_API_TOKEN', fixture.upstash.token)
    expect(await works()).toBe(true)
    vi.stubEnv('UPSTASH_REDIS_REST_TOKEN', 'token')
    await expect(works()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
  })

  test('may come after the store, and until then every operation says what to set', async () => {
    const stores = [undefined, { url: fixture.upstash.url, token: undefined }, vercelKv.kv].map((source) =>
      upstashStore(source),
    )
    for (const store of stores) {
      const operations = [() => store.load('k'), () => store.destroy('k', 'logout'), async () => store.now()]
      for (const operation of operations) {
        await expect(operation()).rejects.toMatchObject({
          code: 'ERR_OPTION_INVALID',
          message: expect.stringContaining('UPSTASH_REDIS_REST_URL'),
        })
      }
    }
    vi.stubEnv('KV_REST_API_URL', fixture.upstash.url)
    vi.stubEnv('KV_REST_API_TOKEN', fixture.upstash.token)
    expect(await stores[0]!.load('k')).toBeNull()
    expect(await stores[2]!.load('k')).toBeNull()
  })

  test('is not looked at if the address is given', async () => {
    vi.stubEnv('UPSTASH_REDIS_REST_URL', 'http://127.0.0.1:1')
    vi.stubEnv('UPSTASH_REDIS_REST_TOKEN', 'token')
    expect(await works({ url: `${fixture.upstash.url}/`, token: fixture.upstash.token })).toBe(true)
  })
})

describe('a client as the guides make it', () => {
  test('new Redis({ url, token })', async () => {
    expect(await works(new Redis({ url: fixture.upstash.url, token: fixture.upstash.token }))).toBe(true)
  })

  test('Redis.fromEnv()', async () => {
    vi.stubEnv('UPSTASH_REDIS_REST_URL', fixture.upstash.url)
    vi.stubEnv('UPSTASH_REDIS_REST_TOKEN', fixture.upstash.token)
    expect(await works(Redis.fromEnv())).toBe(true)
  })

  test('kv, and createClient of @vercel/kv', async () => {
    vi.stubEnv('KV_REST_API_URL', fixture.upstash.url)
    vi.stubEnv('KV_REST_API_TOKEN', fixture.upstash.token)
    expect(await works(vercelKv.kv)).toBe(true)
    expect(
      await works(vercelKv.createClient({ url: fixture.upstash.url, token: fixture.upstash.token })),
    ).toBe(true)
  })

  test.each([
    { automaticDeserialization: false },
    { enableAutoPipelining: false },
    { responseEncoding: false },
    { retry: false },
  ] as const)('with %o', async (options) => {
    expect(
      await works(new Redis({ url: fixture.upstash.url, token: fixture.upstash.token, ...options })),
    ).toBe(true)
  })

  test('that was made without an address fails at the first operation', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const store = upstashStore(new Redis({ url: undefined, token: undefined }))
    await expect(store.load('k')).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
  })
})

const WRONG: Record<string, unknown> = {
  null: null,
  'a text': 'https://example.upstash.io',
  'a function': () => undefined,
  'a client of ioredis': new Ioredis({ lazyConnect: true }),
  'an unknown name': { url: 'https://example.upstash.io', token: 'a', timeout: 5 },
  'an address without a scheme': { url: 'example.upstash.io', token: 'a' },
  'the address for TCP': { url: 'rediss://default:secret@example.upstash.io:6379', token: 'a' },
  'an address with a password': { url: 'https://a:SECRET@example.upstash.io', token: 'a' },
  'an address with a query': { url: 'https://example.upstash.io?_token=SECRET', token: 'a' },
  'an address that is a number': { url: 5, token: 'a' },
  'an empty token': { url: 'https://example.upstash.io', token: '' },
  'a token with a line break': { url: 'https://example.upstash.io', token: 'SECRET\n' },
  'something with a client of its own': { client: {} },
}

test.each(Object.entries(WRONG))('%s is refused at once, without being repeated', (_name, source) => {
  let message = ''
  try {
    upstashStore(source as UpstashSource)
  } catch (error) {
    message = String(error)
  }
  expect(message).toMatch(/upstashStore: /)
  expect(message).not.toMatch(/SECRET/)
})

test.each([[{ prefix: '' }], [{ prefix: 'a{' }], [{ prefixes: 'a' }], [null]])(
  'the options %o are refused',
  (options) => {
    expect(() => upstashStore({}, options as object)).toThrow(/^upstashStore: /)
  },
)

test('importing and making a store asks nobody for anything', async () => {
  expect(
    await fixture.requestsOf(async () =>
      upstashStore({ url: fixture.upstash.url, token: fixture.upstash.token }),
    ),
  ).toBe(0)
})
