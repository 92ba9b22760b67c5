/** Changing from the real old libraries: each issues the cookie that we take over. */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RedisStore } from 'connect-redis'
import expressSession from 'express-session'
import { getIronSession } from 'iron-session'
import nextSessionLibrary from 'next-session'
import { promisifyStore } from 'next-session/lib/compat'
import { createClient } from 'redis'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  inject,
  test,
  onTestFinished,
  vi,
} from 'vitest'
import { connectSession, ironSession, nextSession, type Adoption } from '../../src/adopt.ts'
import { isCsrfToken } from '../../src/core/browser/form-token.ts'
import type { SessionEvent } from '../../src/core/events.ts'
import { SessionError } from '../../src/core/errors.ts'
import type { SessionOptions } from '../../src/core/options.ts'
import { Sessions } from '../../src/core/sessions.ts'
import type { Store } from '../../src/core/store.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { Browser } from '../support/browser.ts'
import { interfered } from '../support/pausing-store.ts'

const SECRET = 'the secret of express-session'
const PASSWORD = 'a password of iron-session, 32 characters or more'
const client = createClient({ url: inject('redisUrl') })
const connectStore = new RedisStore({ client, prefix: 'adopt-sess:' })
const userId = (data: Record<string, unknown>) => data['user'] as string | undefined

beforeAll(async () => {
  await client.connect()
})
afterAll(() => client.close())

type Listener = (req: IncomingMessage, res: ServerResponse) => unknown

/** Runs a handler of the old library once; answers the `Cookie` header that a browser has then. */
async function visitOld(listener: Listener, cookie = ''): Promise<{ cookie: string; body: string }> {
  const server = createServer((req, res) => void listener(req, res)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { cookie } })
    // The last, as browsers do: next-session may send two.
    const line = response.headers.getSetCookie().at(-1) ?? ''
    return { cookie: line.split(';')[0] ?? '', body: await response.text() }
  } finally {
    server.close()
  }
}

const express = expressSession({
  secret: SECRET,
  store: connectStore,
  resave: false,
  saveUninitialized: false,
})
const next = nextSessionLibrary({ name: 'sid', store: promisifyStore(connectStore) })

/** The old library's own sign-in. */
const signInOld = {
  async connect(): Promise<string> {
    const { cookie } = await visitOld((req, res) => {
      express(req as never, res as never, () => {
        const { session } = req as unknown as { session: Record<string, unknown> }
        Object.assign(session, { user: 'ann', cart: ['book'] })
        res.end()
      })
    })
    return cookie
  },
  async next(): Promise<string> {
    const { cookie } = await visitOld(async (req, res) => {
      const session = await next(req, res)
      Object.assign(session, { user: 'ann', cart: ['book'] })
      await session.commit()
      res.end()
    })
    return cookie
  },
  async iron(): Promise<string> {
    let cookie = ''
    const jar = {
      get: () => undefined,
      set: (name: string, value: string) => (cookie = `${name}=${value}`),
    }
    const session = await getIronSession<Record<string, unknown>>(jar as never, {
      cookieName: 'iron',
      password: PASSWORD,
    })
    Object.assign(session, { user: 'ann', cart: ['book'] })
    await session.save()
    return cookie
  },
}

const adoptions: Record<keyof typeof signInOld, () => Adoption> = {
  connect: () => connectSession({ secret: ['a newer one', SECRET], store: connectStore, userId }),
  next: () => nextSession({ client, prefix: 'adopt-sess:', userId }),
  iron: () => ironSession({ name: 'iron', password: PASSWORD, userId }),
}

let events: SessionEvent[]
beforeEach(() => {
  events = []
})
afterEach(async () => {
  for (const key of await client.keys('adopt-*')) await client.del(key)
})

function begin(options: SessionOptions, store: Store = memoryStore()): Browser {
  return new Browser(new Sessions({ onEvent: (event) => events.push(event), ...options }, store))
}

const tokenIn = (lines: string[]) => lines.map((line) => /^sid=([\w-]{43});/.exec(line)?.[1]).find(Boolean)

describe.each(Object.keys(signInOld) as (keyof typeof signInOld)[])('a browser of %s', (library) => {
  test('is moved once, with its data, and the old session is gone', async () => {
    const browser = begin({ adopt: adoptions[library]() }, redisStore(client, { prefix: 'adopt-new' }))
    const old = await signInOld[library]()
    const { session, cookies } = await browser.open(old)
    expect([session.userId, session.getAll()]).toEqual(['ann', { user: 'ann', cart: ['book'] }])
    expect(() => session.requireFresh('100d')).toThrow(/too long ago/)
    const token = tokenIn(cookies()) ?? ''
    const removed = cookies()
      .filter((line) => line.includes('Max-Age=0'))
      .map((line) => line.split('=')[0])
    // That of next-session has the name of ours here, and is replaced.
    expect(removed).toEqual([old.split('=')[0]].filter((name) => name !== 'sid'))
    expect(await client.keys('adopt-sess:*')).toEqual([])
    expect((await browser.open(`sid=${token}`)).session.userId).toBe('ann')
    expect(events.filter(({ type }) => type === 'adopted')).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'store-error')).toEqual([])
  })

  test('whose answer is lost gets the same token again, until it has brought it and what was on its way has arrived', async () => {
    const clock = manualClock(Date.now())
    const browser = begin({ adopt: adoptions[library](), idle: '2d' }, memoryStore({ now: clock.now }))
    const old = await signInOld[library]()
    const token = tokenIn((await browser.open(old)).cookies()) ?? ''
    clock.advance(3_600_000)
    const again = await browser.open(old)
    expect([again.session.userId, tokenIn(again.cookies())]).toEqual(['ann', token])
    expect((await browser.open(`sid=${token}`)).session.userId).toBe('ann')
    clock.advance(29_999)
    // A browser puts the cookies into a request when it makes it, and may send it much later.
    expect((await browser.open(old)).session.userId).toBe('ann')
    clock.advance(1)
    for (let day = 0; day < 40; day += 13) {
      expect((await browser.open(old)).session.userId, `on day ${day}`).toBeNull()
      expect((await browser.open(`sid=${token}`)).session.userId).toBe(day < 2 ? 'ann' : null)
      clock.advance(13 * 86_400_000)
    }
  })

  test('that sends twenty requests at once gets one session, and none is signed out', async () => {
    const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.random() * 3))
    const store = interfered(redisStore(client, { prefix: 'adopt-new' }), { before: pause, after: pause })
    const browser = begin({ adopt: adoptions[library](), maxSessionsPerUser: 1 }, store)
    const old = await signInOld[library]()
    const visits = await Promise.all(Array.from({ length: 20 }, () => browser.open(old)))
    expect(visits.map(({ session }) => session.userId)).toEqual(Array.from({ length: 20 }, () => 'ann'))
    expect(new Set(visits.flatMap(({ cookies }) => tokenIn(cookies()) ?? [])).size).toBe(1)
    expect(events.filter(({ type }) => type === 'adopted')).toHaveLength(1)
    await Promise.all(visits.map(({ session }, i) => session.set(`key${i}`, i)))
    const token = visits.map(({ cookies }) => tokenIn(cookies())).find(Boolean) ?? ''
    const { session } = await browser.open(`sid=${token}`)
    expect(Object.keys(session.getAll())).toHaveLength(22)
  })

  test('that renders first is served, and gets the cookie with the first response that can carry one', async () => {
    const old = await signInOld[library]()
    const readonly = new Browser(new Sessions({ adopt: adoptions[library]() }, shared), {
      send() {
        throw new SessionError('ERR_SESSION_READONLY', 'no cookie can be sent here')
      },
    })
    const writable = new Browser(new Sessions({ adopt: adoptions[library]() }, shared))
    for (let render = 0; render < 3; render++) {
      const { session } = await readonly.open(old)
      expect([session.userId, session.get('cart')]).toEqual(['ann', ['book']])
      const token = session.csrfToken()
      expect(session.verifyCsrfToken(token)).toBe(true)
      expect(isCsrfToken(token, '', '')).toBe(false)
    }
    const { session, cookies } = await writable.open(old)
    await session.set('cart', ['book', 'pen'])
    const { session: own } = await writable.open(`sid=${tokenIn(cookies())}`)
    expect([own.userId, own.get('cart')]).toEqual(['ann', ['book', 'pen']])
  })
  const shared = memoryStore()

  test('that was damaged on its way is anonymous, and nobody asks the old store', async () => {
    const store = {
      get: () => Promise.reject(new Error('asked')),
      destroy: () => Promise.reject(new Error('asked')),
    }
    const unasked: Record<string, Adoption> = {
      connect: connectSession({ secret: SECRET, store }),
      next: nextSession({ store }),
      iron: adoptions.iron(),
    }
    const browser = begin({ adopt: unasked[library] })
    const old = await signInOld[library]()
    const middle = old.length >> 1
    for (const bad of [
      old.slice(0, -1),
      `${old.slice(0, middle)}~${old.slice(middle + 1)}`,
      old.replace('=', '=x'),
      `${old.split('=')[0]}=s%3A..%2Fetc.AAAA`,
    ]) {
      expect((await browser.open(bad)).session.userId, bad).toBeNull()
    }
  })

  test('whose first move failed at our store is moved by the next request', async () => {
    let failing = true
    const store = interfered(memoryStore(), {
      before(verb) {
        if (failing && verb === 'add') throw new Error('down')
      },
    })
    const browser = begin({ adopt: adoptions[library]() }, store)
    const old = await signInOld[library]()
    await expect(browser.open(old)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    failing = false
    expect((await browser.open(old)).session.userId).toBe('ann')
  })

  test('with a living session of ours keeps that', async () => {
    const browser = begin({ adopt: adoptions[library]() })
    await browser.visit((session) => session.login('bob'))
    const old = await signInOld[library]()
    expect((await browser.open(`${browser.header}; ${old}`)).session.userId).toBe('bob')
  })
})

describe('a way back', () => {
  test('keeps the old session and cookie, and a sign-out of ours is final for it', async () => {
    const clock = manualClock(1_700_000_000_000)
    const store = memoryStore({ now: clock.now })
    const adopt = connectSession({ secret: SECRET, store: connectStore, userId, keep: true })
    const browser = begin({ adopt }, store)
    const old = await signInOld.connect()
    const { session, cookies } = await browser.open(old)
    expect(cookies()).toHaveLength(1)
    const { body } = await visitOld((req, res) => {
      express(req as never, res as never, () =>
        res.end((req as unknown as { session: { user: string } }).session.user),
      )
    }, old)
    expect(body).toBe('ann')
    await session.logout()
    for (const hour of [0, 1, 24, 24 * 20]) {
      clock.advance(hour * 3_600_000)
      expect((await browser.open(old)).session.userId, `${hour} hours later`).toBeNull()
    }
  })
})

describe('an old store that fails', () => {
  const cases: [string, Partial<typeof connectStore>][] = [
    ['rejects', { get: () => Promise.reject(new Error('key sess:secret')) }],
    [
      'throws',
      {
        get: () => {
          throw new Error('key sess:secret')
        },
      },
    ],
    [
      'calls back with an error',
      { get: (_: string, done: (error: unknown) => void) => done(new Error('key sess:secret')) } as never,
    ],
    ['never answers', { get: () => new Promise(() => {}) }],
  ]
  test.each(cases)('that %s is an error, and never taken for "no session"', async (_name, broken) => {
    const store = {
      get: connectStore.get.bind(connectStore),
      destroy: connectStore.destroy.bind(connectStore),
      ...broken,
    }
    const browser = begin({
      adopt: connectSession({ secret: SECRET, store, userId }),
      timeout: { seconds: 0.2 },
    })
    const old = await signInOld.connect()
    // Elsewhere the words of a driver are kept.
    vi.stubEnv('NODE_ENV', 'production')
    onTestFinished(() => void vi.unstubAllEnvs())
    const error = await browser.open(old).then(
      () => null,
      (thrown: unknown) => thrown as SessionError,
    )
    expect(error?.code).toMatch(/^ERR_STORE_(UNAVAILABLE|TIMEOUT)$/)
    expect(String(error?.stack) + String((error?.cause as Error | undefined)?.stack)).not.toContain(
      'sess:secret',
    )
    expect(events).toContainEqual({
      type: 'store-error',
      store: 'connect connect.sid',
      operation: 'load',
      code: error?.code,
    })
  })

  test('while the old session is removed leaves the move done, once', async () => {
    const store = {
      get: connectStore.get.bind(connectStore),
      destroy: () => Promise.reject(new Error('down')),
    }
    const browser = begin({ adopt: connectSession({ secret: SECRET, store, userId }) })
    const old = await signInOld.connect()
    const { session } = await browser.open(old)
    expect(session.userId).toBe('ann')
    await session.logout()
    expect((await browser.open(old)).session.userId).toBeNull()
  })
})

test('two different living old cookies are nobody, and an event', async () => {
  const browser = begin({ adopt: adoptions.connect() })
  const [one, two] = [await signInOld.connect(), await signInOld.connect()]
  expect((await browser.open(`${one}; ${two}`)).session.userId).toBeNull()
  expect(events).toContainEqual({ type: 'ambiguous' })
})

test('a sealed cookie whose time was prolonged by hand is none', async () => {
  const browser = begin({ adopt: adoptions.iron() })
  const old = await signInOld.iron()
  const prolonged = old.replace(/\*(\d{13})\*/, (_, at: string) => `*${Number(at) + 1}*`)
  expect(prolonged).not.toBe(old)
  expect((await browser.open(prolonged)).session.userId).toBeNull()
  expect((await browser.open(old)).session.userId).toBe('ann')
})

test('an old session whose time is over is none', async () => {
  const old = await signInOld.connect()
  const [key = ''] = await client.keys('adopt-sess:*')
  const record = JSON.parse((await client.get(key)) ?? '') as { cookie: object }
  for (const [expires, user] of [
    ['2001-01-01T00:00:00.000Z', null],
    ['2101-01-01T00:00:00.000Z', 'ann'],
  ]) {
    await client.set(key, JSON.stringify({ ...record, cookie: { ...record.cookie, expires } }))
    const { session } = await begin({ adopt: adoptions.connect() }).open(old)
    expect(session.userId).toBe(user)
  }
})

test('an old cookie whose time is over is none', async () => {
  const clock = manualClock(Date.now() + 366 * 86_400_000)
  const browser = begin(
    { adopt: [adoptions.next(), adoptions.iron()] },
    memoryStore({ now: clock.now }) as never,
  )
  expect((await browser.open(await signInOld.iron())).session.userId).toBeNull()
})

test('data that our store cannot take is no session, and no error', async () => {
  const browser = begin({ adopt: adoptions.connect(), maxBytes: 10 })
  const { session } = await browser.open(await signInOld.connect())
  expect(session.userId).toBeNull()
})

test.each([
  ['connectSession', () => connectSession({ secret: '', store: connectStore })],
  ['connectSession', () => connectSession({ secret: 'x' } as never)],
  ['nextSession', () => nextSession({} as never)],
  ['ironSession', () => ironSession({ name: '', password: PASSWORD })],
  ['ironSession', () => ironSession({ name: 'iron', password: {} })],
  ['ironSession', () => ironSession({ name: 'iron', password: 'too short' })],
  ['adopt', () => begin({ adopt: { kind: 'x' } as never })],
])('%s refuses options that cannot work', (name, make) => {
  expect(make).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_INVALID', message: expect.stringContaining(name) }),
  )
})
