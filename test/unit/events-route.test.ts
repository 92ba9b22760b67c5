import { setImmediate } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import type { ClientSession } from '../../src/core/live/client-session.ts'
import type { SessionOptions } from '../../src/core/options.ts'
import { afterFirstUse } from '../../src/core/wrappers/first-use.ts'
import { sessionEvents, type EventsOptions } from '../../src/core/live/route.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { identify } from '../../src/core/record/token.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { Browser } from '../support/browser.ts'
import { faulty, recorded } from '../support/pausing-store.ts'

const memory = memoryStore()
const { store, calls } = recorded(memory)
const URL = 'https://shop.example/session'

afterEach(() => {
  vi.useRealTimers()
  memory.close()
})

/** One server with a route, and another one on the same store. */
function begin(options: EventsOptions = {}, of: SessionOptions = {}) {
  const sessions = new Sessions(of, store)
  const { GET } = sessionEvents(sessions, (session) => ({ cart: session.get('cart') ?? null }), {
    interval: { milliseconds: 20 },
    ...options,
  })
  const browser = new Browser(sessions)
  return {
    browser,
    GET,
    request: (accept?: string, signal?: AbortSignal) => get(browser.header, accept, signal),
  }
}

function get(cookie: string, accept = 'text/event-stream', signal?: AbortSignal): Request {
  return new Request(URL, { headers: { cookie, accept }, ...(signal && { signal }) })
}

/** The stream of a response, message by message. */
function listen(response: Response) {
  const reader = (response.body as ReadableStream<Uint8Array>)
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader()
  return {
    /** The next text; `null` at the end. */
    async text(): Promise<string | null> {
      const { done, value } = await reader.read()
      return done ? null : value
    },
    /** What the next message says; throws at the end. */
    async next(): Promise<ClientSession | null> {
      const text = (await this.text()) ?? ''
      return JSON.parse(/^data: (.*)\n\n/m.exec(text)?.[1] ?? '') as ClientSession | null
    },
    cancel: () => reader.cancel(),
  }
}

test('JSON tells how things stand, privately', async () => {
  const { browser, GET, request } = begin()
  await browser.visit((session) => session.login('ada', { data: { cart: [1], card: '4242' } }))
  const response = await GET(request('application/json'))
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(response.headers.get('cache-control')).toBe('private, no-store')
  expect(await response.json()).toEqual({
    tag: expect.any(String),
    data: { cart: [1] },
    expiresAt: expect.any(Number),
    at: expect.any(Number),
    ended: null,
  })
  expect(response.headers.getSetCookie()).toEqual([])
})

test('a stream tells first how things stand, and may not be kept, compressed or held back', async () => {
  const { browser, GET, request } = begin()
  await browser.visit((session) => session.login('ada', { data: { cart: [1] } }))
  const response = await GET(request())
  expect(Object.fromEntries(response.headers)).toEqual({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'private, no-store, no-transform',
    vary: 'Accept, Cookie',
    'x-accel-buffering': 'no',
  })
  const stream = listen(response)
  const text = (await stream.text()) ?? ''
  expect(text).toMatch(/^retry: \d{3,4}\ndata: \{.*\}\n\n$/)
  expect(JSON.parse(text.split('data: ')[1] ?? '')).toMatchObject({ data: { cart: [1] }, ended: null })
  await stream.cancel()
})

test('neither moves a deadline, however long it is asked', async () => {
  const clock = manualClock()
  const timed = recorded(memoryStore({ now: clock.now }))
  const sessions = new Sessions({ idle: '1h', absolute: '1d' }, timed.store)
  const { GET } = sessionEvents(sessions, undefined, { interval: { milliseconds: 5 } })
  const browser = new Browser(sessions)
  await browser.visit((session) => session.login('ada'))
  clock.advance(50 * 60_000)
  timed.calls.length = 0
  await (await GET(get(browser.header, 'application/json'))).json()
  const stream = listen(await GET(get(browser.header)))
  await stream.next()
  await vi.waitUntil(() => timed.calls.length > 4)
  expect(new Set(timed.calls)).toEqual(new Set(['load']))
  clock.advance(10 * 60_000)
  expect(await stream.next()).toMatchObject({ tag: null, ended: 'idle', data: null })
  expect(await stream.text()).toBe(null)
})

test('the first look after a renewal leaves the grace and the deadline alone', async () => {
  const { browser, GET, request } = begin()
  await browser.visit((session) => session.login('ada'))
  await browser.visit((session) => session.rotate({ grace: '30s' }))
  // What the rotation has left for later is done by then.
  await setImmediate()
  calls.length = 0
  await GET(request('application/json'))
  expect(calls).toEqual(['load'])
})

test.each(['revoked', 'logout'] as const)(
  'a stream tells of the end in this process at once: %s',
  async (reason) => {
    const { browser, GET, request } = begin({ interval: '1h' })
    await browser.visit((session) => session.login('ada', { data: { cart: [1] } }))
    const stream = listen(await GET(request()))
    await stream.next()
    await browser.visit((session) => session.destroy(reason))
    expect(await stream.next()).toMatchObject({
      tag: null,
      data: { cart: null },
      expiresAt: null,
      ended: reason,
    })
    expect(await stream.text()).toBe(null)
  },
)

test('a stream tells of what another process did to the session', async () => {
  const { browser, GET, request } = begin()
  await browser.visit((session) => session.login('ada'))
  const stream = listen(await GET(request()))
  await stream.next()
  // The store alone knows.
  memory.destroy((await identify(browser.token)).key, 'revoked')
  expect(await stream.next()).toMatchObject({ ended: 'revoked' })
})

test('a stream tells of a new token, and not of an end', async () => {
  const { browser, GET, request } = begin()
  for (const work of ['login', 'rotate', 'grace'] as const) {
    await browser.visit((session) => session.login('ada'))
    const stream = listen(await GET(request()))
    await stream.next()
    await browser.visit((session) =>
      work === 'login' ? session.login('bob') : session.rotate(work === 'grace' ? { grace: '30s' } : {}),
    )
    expect(await stream.next()).toBe(null)
    expect(await stream.text()).toBe(null)
  }
})

test('a visitor who is not signed in is told so, and the stream ends', async () => {
  const { browser, GET, request } = begin()
  for (const cookie of ['', `${browser.header}x=y`]) {
    const stream = listen(await GET(get(cookie)))
    expect(await stream.next()).toMatchObject({ tag: null })
    expect(await stream.text()).toBe(null)
  }
  await browser.visit((session) => session.set({ cart: [7] }))
  const stream = listen(await GET(request()))
  expect(await stream.next()).toMatchObject({ tag: null, data: { cart: [7] } })
  expect(await stream.text()).toBe(null)
})

test('beyond the limit a stream tells how things stand, ends, and is asked for again later', async () => {
  const { browser, GET, request } = begin({ limit: 1 })
  await browser.visit((session) => session.login('ada'))
  const first = listen(await GET(request()))
  await first.next()
  const second = listen(await GET(request()))
  const text = (await second.text()) ?? ''
  expect(text).toMatch(/^retry: (2[5-9]|3[0-5])\d{3}\ndata: \{"tag":"/)
  expect(await second.text()).toBe(null)
  await first.cancel()
  const third = listen(await GET(request()))
  expect(await third.text()).toMatch(/^retry: \d{3,4}\n/)
  await third.cancel()
})

test('one session gets a dozen streams', async () => {
  const { browser, GET, request } = begin()
  await browser.visit((session) => session.login('ada'))
  const streams = await Promise.all(Array.from({ length: 13 }, async () => listen(await GET(request()))))
  const texts = await Promise.all(streams.map((stream) => stream.text()))
  expect(texts.filter((text) => /^retry: \d{5}\n/.test(text ?? '')).length).toBe(1)
  await Promise.all(streams.map((stream) => stream.cancel()))
})

test('nothing is left of a stream whose browser has gone', async () => {
  vi.useFakeTimers()
  const { browser, GET, request } = begin({ interval: '1s' })
  await browser.visit((session) => session.login('ada'))
  await (await GET(request('application/json'))).json()
  const before = vi.getTimerCount()

  const leaving = new AbortController()
  await GET(request(undefined, leaving.signal))
  const stream = listen(await GET(request()))
  expect(vi.getTimerCount()).toBe(before + 5)
  leaving.abort()
  expect(vi.getTimerCount()).toBe(before + 3)
  await stream.cancel()
  await vi.waitUntil(() => vi.getTimerCount() === before)

  const gone = new AbortController()
  gone.abort()
  expect(await listen(await GET(request(undefined, gone.signal))).text()).toBe(null)
  expect(vi.getTimerCount()).toBe(before)
})

test('a stream shows every quarter of a minute that it lives, and ends when its time is over', async () => {
  vi.useFakeTimers()
  const { browser, GET, request } = begin({ interval: '1h', lifetime: '40s' })
  await browser.visit((session) => session.login('ada'))
  const stream = listen(await GET(request()))
  await stream.next()
  const rest = (async () => [await stream.text(), await stream.text(), await stream.text()])()
  await vi.advanceTimersByTimeAsync(40_000)
  expect(await rest).toEqual([':\n\n', ':\n\n', null])
})

test('streams end when the server is told to stop, and only where it listens itself', async () => {
  const { browser, GET, request } = begin()
  await browser.visit((session) => session.login('ada'))
  const listeners = (): number => process.listenerCount('SIGTERM')
  const before = listeners()
  const unheard = listen(await GET(request()))
  expect(listeners()).toBe(before)
  await unheard.cancel()

  const own = (): void => {}
  process.on('SIGTERM', own)
  const stream = listen(await GET(request()))
  await stream.next()
  expect(listeners()).toBe(before + 2)
  process.emit('SIGTERM')
  expect(await stream.text()).toBe(null)
  expect(listeners()).toBe(before + 1)
  process.off('SIGTERM', own)

  const response = await GET(request())
  expect(response.headers.get('connection')).toBe('close')
  const last = listen(response)
  expect(await last.next()).toMatchObject({ ended: null })
  expect(await last.text()).toBe(null)
})

test('a store that fails is an error and no end', async () => {
  const broken = faulty(memory)
  const sessions = new Sessions({}, broken.store)
  const { GET } = sessionEvents(sessions, undefined, { interval: { milliseconds: 5 } })
  const browser = new Browser(sessions)
  await browser.visit((session) => session.login('ada'))
  const stream = listen(await GET(get(browser.header)))
  await stream.next()

  broken.fail('load', 'before')
  for (const accept of ['application/json', 'text/event-stream']) {
    const response = await GET(get(browser.header, accept))
    expect(response.status).toBe(503)
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    expect(await response.text()).toBe('ERR_STORE_UNAVAILABLE')
  }
  broken.fail(null)
  await browser.visit((session) => session.logout())
  expect(await stream.next()).toMatchObject({ ended: 'logout' })
})

test('toClient cannot write to the session, and what it throws is thrown', async () => {
  const sessions = new Sessions({}, store)
  const browser = new Browser(sessions)
  await browser.visit((session) => session.login('ada'))
  const { GET } = sessionEvents(sessions, async (session) => session.set('seen', true))
  expect(await (await GET(get(browser.header, 'application/json'))).text()).toBe('ERR_SESSION_READONLY')
  const { GET: fails } = sessionEvents(sessions, () => {
    throw new Error('no such person')
  })
  await expect(fails(get(browser.header))).rejects.toThrow('no such person')
})

test('HEAD opens no stream', async () => {
  const { browser, GET } = begin()
  await browser.visit((session) => session.login('ada'))
  const headers = { cookie: browser.header, accept: 'text/event-stream' }
  const response = await GET(new Request(URL, { method: 'HEAD', headers }))
  expect(response.headers.get('content-type')).toBe('application/json')
})

test.each([
  [{ limit: -1 }, 'events.limit: expected a whole number.'],
  [{ interval: '5 minutes' }, "events.interval: '5 minutes' is not a duration."],
  [{ lifetime: 5 }, 'events.lifetime: 5 is not a duration.'],
  [{ intervall: '1s' }, 'events.intervall: there is no such option.'],
])('refuses options %j', (options, text) => {
  expect(() => begin(options as EventsOptions)).toThrow(text)
})

test('the store says how often it is asked, also behind the look at it that development begins with', () => {
  const store = Object.assign(memoryStore(), { watchInterval: 5000 })
  expect(afterFirstUse(store, () => {}).watchInterval).toBe(5000)
})
