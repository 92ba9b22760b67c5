import diagnostics from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { isSessionError, mistake, storeError, unreachedError } from '../../src/core/errors.ts'
import { createEmitter, type SessionEvent } from '../../src/core/events.ts'
import { guardStore } from '../../src/core/wrappers/guard.ts'
import type { Store } from '../../src/core/store.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { interfered } from '../support/pausing-store.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A real store that hangs on demand, guarded with a limit of 100 ms. */
function subject(): {
  store: Store
  events: SessionEvent[]
  hang: (on: boolean) => void
  reached: () => number
} {
  const events: SessionEvent[] = []
  let isHanging = false
  let count = 0
  const slow = interfered(memoryStore(), {
    before() {
      count++
      return isHanging ? new Promise<never>(() => {}) : undefined
    },
  })
  return {
    store: guardStore(slow, 100, (event) => events.push(event)),
    events,
    hang: (on) => void (isHanging = on),
    reached: () => count,
  }
}

/** A real store that fails on demand, guarded. */
function failing(): {
  store: Store
  events: SessionEvent[]
  /** What the breaker told. */
  states: () => string[]
  fail: (error: Error | null) => void
  /** Lets the store hang until the answer is called, which fails what hung. */
  hold: () => (error: Error) => void
} {
  const events: SessionEvent[] = []
  let failure: Error | null = null
  let held: Promise<never> | null = null
  const broken = interfered(memoryStore(), {
    before: () => held ?? (failure ? Promise.reject(failure) : undefined),
  })
  return {
    store: guardStore(broken, 100, (event) => events.push(event)),
    events,
    states: () => events.flatMap((event) => (event.type === 'breaker' ? [event.state] : [])),
    fail: (error) => void (failure = error),
    hold() {
      const { promise, reject } = Promise.withResolvers<never>()
      held = promise
      return (error) => {
        held = null
        reject(error)
      }
    },
  }
}

async function outcome(work: () => unknown): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    return isSessionError(error) ? error.code : error
  }
}

async function timeOut(store: Store): Promise<unknown> {
  const result = outcome(() => store.load('key'))
  await vi.advanceTimersByTimeAsync(101)
  return result
}

describe('the guard', () => {
  test('lets a store answer at once, and passes answers on', () => {
    const store = guardStore(memoryStore(), 100, () => {})
    expect(store.load('nothing')).toBeNull()
    expect(store.index?.entries('nothing')).toEqual([])
    expect(store.name).toBe('memory')
    expect(store.identity).toBe('memory')
  })

  test('ends an operation that does not answer in time, and says that its outcome is unknown', async () => {
    const { store, hang, events } = subject()
    hang(true)
    expect(await timeOut(store)).toBe('ERR_STORE_TIMEOUT')
    expect(events).toEqual([
      { type: 'store-error', store: 'memory', operation: 'load', code: 'ERR_STORE_TIMEOUT' },
    ])
    expect(storeError('ERR_STORE_TIMEOUT', 'memory').message).toMatch(/may or may not have happened/)
  })

  test('fails at once, without asking the store, after five timeouts in a row', async () => {
    const { store, hang, events, reached } = subject()
    hang(true)
    for (let i = 0; i < 5; i++) expect(await timeOut(store)).toBe('ERR_STORE_TIMEOUT')
    expect(events.filter(({ type }) => type === 'breaker')).toEqual([
      { type: 'breaker', store: 'memory', state: 'open' },
    ])
    const before = reached()
    expect(await outcome(() => store.load('key'))).toBe('ERR_STORE_UNAVAILABLE')
    expect(await outcome(() => store.destroy('key', 'logout'))).toBe('ERR_STORE_UNAVAILABLE')
    expect(reached()).toBe(before)
  })

  test('keeps asking as long as timeouts do not come in a row', async () => {
    const { store, hang, events } = subject()
    for (let i = 0; i < 12; i++) {
      hang(i % 4 !== 3)
      await timeOut(store)
    }
    expect(events.filter(({ type }) => type === 'breaker')).toEqual([])
  })

  test('lets a single operation try after a second, and closes when it succeeds', async () => {
    const { store, hang, events, reached } = subject()
    hang(true)
    for (let i = 0; i < 5; i++) await timeOut(store)
    await vi.advanceTimersByTimeAsync(1000)
    const before = reached()
    const attempts = [
      outcome(() => store.load('a')),
      outcome(() => store.load('b')),
      outcome(() => store.load('c')),
    ]
    expect(reached()).toBe(before + 1)
    await vi.advanceTimersByTimeAsync(101)
    expect(await Promise.all(attempts)).toEqual([
      'ERR_STORE_TIMEOUT',
      'ERR_STORE_UNAVAILABLE',
      'ERR_STORE_UNAVAILABLE',
    ])

    hang(false)
    expect(await outcome(() => store.load('key'))).toBe('ERR_STORE_UNAVAILABLE')
    await vi.advanceTimersByTimeAsync(1000)
    expect(await outcome(() => store.load('key'))).toBeNull()
    expect(await outcome(() => store.load('key'))).toBeNull()
    const states = events.flatMap((event) => (event.type === 'breaker' ? [event.state] : []))
    expect(states).toEqual(['open', 'closed'])
  })

  test.each([
    ['a store', unreachedError('memory', new Error('no connection'))],
    ['a driver', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
  ])('opens after five operations of which %s says that they did not reach it', async (_, error) => {
    const { store, events, states, fail } = failing()
    fail(error)
    for (let i = 0; i < 4; i++) expect(await outcome(() => store.load('key'))).toBe('ERR_STORE_UNAVAILABLE')
    expect(states()).toEqual([])
    for (let i = 0; i < 4; i++) expect(await outcome(() => store.load('key'))).toBe('ERR_STORE_UNAVAILABLE')
    expect(states()).toEqual(['open'])
    expect(events.filter(({ type }) => type === 'store-error')).toHaveLength(8)
    fail(null)
    expect(await outcome(() => store.load('key'))).toBeNull()
    expect(states()).toEqual(['open', 'closed'])
  })

  test('counts timeouts of the store as its own', async () => {
    const { store, states, fail } = failing()
    fail(storeError('ERR_STORE_TIMEOUT', 'memory'))
    for (let i = 0; i < 5; i++) expect(await outcome(() => store.load('key'))).toBe('ERR_STORE_TIMEOUT')
    expect(states()).toEqual(['open'])
    expect(await outcome(() => store.load('key'))).toBe('ERR_STORE_UNAVAILABLE')
  })

  test.each([
    ['did not answer in time', storeError('ERR_STORE_TIMEOUT', 'memory')],
    ['was not reached', unreachedError('memory', new Error('no connection'))],
  ])('counts nobody twice of whom a store says, long after the timeout, that it %s', async (_, error) => {
    const { store, events, states, hold } = failing()
    const fail = hold()
    const given = Array.from({ length: 4 }, () => outcome(() => store.load('key')))
    await vi.advanceTimersByTimeAsync(101)
    expect(await Promise.all(given)).toEqual(Array.from({ length: 4 }, () => 'ERR_STORE_TIMEOUT'))
    fail(error)
    await vi.advanceTimersByTimeAsync(1)
    expect(states()).toEqual([])
    expect(events).toHaveLength(4)
    expect(await outcome(() => store.load('key'))).toBeNull()
  })

  test('takes a refusal for an answer, however many there are, and closes with it', async () => {
    const { store, states, fail } = failing()
    fail(new Error('READONLY'))
    for (let i = 0; i < 9; i++) expect(await outcome(() => store.load('key'))).toBe('ERR_STORE_UNAVAILABLE')
    expect(states()).toEqual([])
    fail(storeError('ERR_STORE_TIMEOUT', 'memory'))
    for (let i = 0; i < 5; i++) await outcome(() => store.load('key'))
    fail(storeError('ERR_STORE_FULL', 'memory'))
    await vi.advanceTimersByTimeAsync(1000)
    expect(await outcome(() => store.load('key'))).toBe('ERR_STORE_FULL')
    expect(await outcome(() => store.load('key'))).toBe('ERR_STORE_FULL')
    expect(states()).toEqual(['open', 'closed'])
  })

  test('closes when a store answers at once that has hung before', async () => {
    let isHanging = true
    const memory = memoryStore()
    const sometimes: Store = {
      ...memory,
      load: (key) => (isHanging ? new Promise<never>(() => {}) : memory.load(key)),
    }
    const store = guardStore(sometimes, 100, () => {})
    for (let i = 0; i < 5; i++) await timeOut(store)
    expect(await outcome(() => store.load('key'))).toBe('ERR_STORE_UNAVAILABLE')
    isHanging = false
    await vi.advanceTimersByTimeAsync(1001)
    expect([store.load('key'), store.load('key')]).toEqual([null, null])
  })

  test('bounds a promise that is not one of the language', async () => {
    // oxlint-disable-next-line unicorn/no-thenable
    const foreign = { then() {} } as unknown as Promise<null>
    const store = guardStore({ ...memoryStore(), load: () => foreign }, 100, () => {})
    expect(await timeOut(store)).toBe('ERR_STORE_TIMEOUT')
  })

  test('turns a failure into one that names the store and the operation, in the event too', async () => {
    const events: SessionEvent[] = []
    const broken = interfered(memoryStore(), {
      before() {
        throw new Error('ECONNREFUSED')
      },
    })
    const store = guardStore(broken, 100, (event) => events.push(event))
    await expect(store.touch('key', { idle: 1, absoluteAt: 1 })).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      digest: 'ERR_STORE_UNAVAILABLE',
      status: 503,
      name: 'SessionError',
      message: expect.stringContaining(
        '(memory) refused the operation, failed or could not be reached',
      ) as string,
    })
    expect(events).toEqual([
      { type: 'store-error', store: 'memory', operation: 'touch', code: 'ERR_STORE_UNAVAILABLE' },
    ])
  })

  test('watches over lists as over records', async () => {
    const { store, hang, events } = subject()
    const entry = { key: 'key', createdAt: 1, until: Date.now() + 60_000 }
    expect(await store.index?.add('list', entry)).toBe(1)
    expect(await store.index?.entries('list')).toEqual([entry])
    await store.index?.remove('list', ['key'])
    expect(await store.index?.entries('list')).toEqual([])
    hang(true)
    const late = [
      outcome(() => store.index?.add('list', entry)),
      outcome(() => store.index?.entries('list')),
      outcome(() => store.index?.remove('list', ['key'])),
      outcome(() => store.load('key')),
      outcome(() => store.load('key')),
    ]
    await vi.advanceTimersByTimeAsync(101)
    expect(await Promise.all(late)).toEqual(late.map(() => 'ERR_STORE_TIMEOUT'))
    expect(await outcome(() => store.index?.entries('list'))).toBe('ERR_STORE_UNAVAILABLE')
    const operations = events.flatMap((event) => (event.type === 'store-error' ? [event.operation] : []))
    expect(operations.slice(0, 3)).toEqual(['index.add', 'index.entries', 'index.remove'])
  })

  test('gives no index to a store that has none', () => {
    const { index: _, ...store } = interfered(memoryStore(), {})
    expect('index' in guardStore(store, 100, () => {})).toBe(false)
  })

  test('treats a store that throws at once like one that rejects', () => {
    const store = guardStore(
      {
        ...memoryStore(),
        load() {
          throw new TypeError('no')
        },
      } as unknown as Store,
      100,
      () => {},
    )
    expect(() => store.load('key')).toThrow(/could not be reached/)
  })

  test('leaves the more precise error of a store as it is', async () => {
    const full = storeError('ERR_STORE_FULL', 'redis')
    const store = guardStore(interfered(memoryStore(), { before: () => Promise.reject(full) }), 100, () => {})
    await expect(store.now()).rejects.toBe(full)
  })
})

describe('an error of a driver leaks nothing in production', () => {
  beforeEach(() => void vi.stubEnv('NODE_ENV', 'production'))
  afterEach(() => void vi.unstubAllEnvs())

  const SECRETS = ['sess:k3y', 's3cret-value', '10.1.2.3', '6379', 'HSET', 'p4ssword']

  /** Shaped as ioredis shapes its reply errors. */
  function driverError(): Error {
    const error = new Error('WRONGTYPE Operation against sess:k3y at 10.1.2.3:6379 with s3cret-value')
    error.name = 'ReplyError'
    const inner = new Error('connect ECONNREFUSED 10.1.2.3:6379 redis://:p4ssword@10.1.2.3:6379')
    return Object.assign(error, {
      code: 'ECONNREFUSED',
      address: '10.1.2.3',
      port: 6379,
      cause: inner,
      errors: [inner],
      command: {
        name: 'HSET',
        args: ['sess:k3y', 'name', 's3cret-value'],
      },
    })
  }

  const causes: [string, unknown][] = [
    ['an Error', driverError()],
    [
      'an AggregateError',
      Object.assign(new AggregateError([driverError()], 'all of 10.1.2.3:6379'), driverError()),
    ],
    ['a text', 'sess:k3y s3cret-value 10.1.2.3:6379 HSET p4ssword'],
    ['an object', { command: { args: ['sess:k3y', 's3cret-value'] }, toString: () => 's3cret-value' }],
  ]
  test.each(causes)('thrown as %s', async (_, cause) => {
    const broken = interfered(memoryStore(), {
      before() {
        throw cause
      },
    })
    const store = guardStore(broken, 100, () => {})
    const error = await Promise.resolve(store.load('key')).then(
      () => null,
      (thrown: unknown) => thrown as Error,
    )
    const shown = [
      inspect(error, { depth: 9, showHidden: true }),
      JSON.stringify(error),
      String(error),
      error?.stack ?? '',
      inspect(error?.cause, { depth: 9, showHidden: true }),
      JSON.stringify(Object.getOwnPropertyDescriptors(error?.cause ?? {})),
    ].join('\n')
    for (const secret of SECRETS) expect(shown).not.toContain(secret)
  })

  test('but keeps its class, its code and the word a Redis reply begins with', () => {
    const error = storeError('ERR_STORE_UNAVAILABLE', 'redis', driverError())
    expect(error.cause).toMatchObject({ name: 'ReplyError', message: 'ReplyError ECONNREFUSED WRONGTYPE' })
  })
})

describe('an error of a driver', () => {
  const raw = Object.assign(new Error('relation "sessions" does not exist\nof 10.1.2.3'), {
    code: '42P01',
    command: { args: ['s3cret-value'] },
  })

  test.for(['development', 'test', ''])(
    'keeps its text where NODE_ENV is %o, and no property',
    async (mode) => {
      vi.stubEnv('NODE_ENV', mode)
      onTestFinished(() => void vi.unstubAllEnvs())
      const error = storeError('ERR_STORE_UNAVAILABLE', 'connect', raw)
      expect(error.cause).toMatchObject({
        message: 'Error 42P01: relation "sessions" does not exist of 10.1.2.3',
      })
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('s3cret-value')
      expect(error.message).not.toContain('relation')
      expect(await error.getResponse().text()).toBe('ERR_STORE_UNAVAILABLE')
      const long = storeError('ERR_STORE_UNAVAILABLE', 'connect', new Error('a'.repeat(5000)))
      expect((long.cause as Error).message.length).toBeLessThan(1100)
      const echo = "ERR unknown command 'hset', with args beginning with: 'k' 's3cret-value' "
      const repeated = storeError('ERR_STORE_UNAVAILABLE', 'redis', new Error(echo))
      expect((repeated.cause as Error).message).toBe("Error: ERR unknown command 'hset'")
      const thrown = storeError('ERR_STORE_UNAVAILABLE', 'connect', 'no such table')
      expect((thrown.cause as Error).message).toBe('string: no such table')
      const several = Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:1')]), {
        code: 'ECONNREFUSED',
      })
      expect((storeError('ERR_STORE_UNAVAILABLE', 'redis', several).cause as Error).message).toBe(
        'AggregateError ECONNREFUSED: connect ECONNREFUSED ::1:1',
      )
    },
  )

  test('is given to onEvent as it is, to those who ask for it, in production too, and to no channel', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    onTestFinished(() => void vi.unstubAllEnvs())
    const events: SessionEvent[] = []
    const published: unknown[] = []
    const listener = (event: unknown): void => void published.push(event)
    diagnostics.subscribe('sojourn:event', listener)
    onTestFinished(() => void diagnostics.unsubscribe('sojourn:event', listener))
    const broken = interfered(memoryStore(), { before: () => Promise.reject(raw) })
    const store = guardStore(
      broken,
      100,
      createEmitter((event) => void events.push(event)),
    )
    await expect(store.now()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    const [event] = events
    expect(event?.type === 'store-error' && event.error).toBe(raw)
    expect(`${JSON.stringify(event)} ${inspect(event)}`).not.toMatch(/relation|s3cret/)
    expect(published).toEqual([event])
    expect(inspect(published, { depth: 9, showHidden: true })).not.toMatch(/relation|s3cret/)
  })

  test('without one there is none in the event', async () => {
    const { store, events, hang } = subject()
    hang(true)
    const waiting = store.load('key')
    await Promise.all([expect(waiting).rejects.toThrow('in time'), vi.advanceTimersByTimeAsync(101)])
    expect(events[0]).not.toHaveProperty('error')
  })
})

test('a mistake of the application is no miss, and no sign that the store is back', async () => {
  const { store, states, fail } = failing()
  fail(mistake('mistake', new Error('own')))
  for (let i = 0; i < 7; i++) await expect(store.now()).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
  expect(states()).toEqual([])
  fail(unreachedError('memory', new Error('gone')))
  for (let i = 0; i < 4; i++) await expect(store.now()).rejects.toThrow('could not be reached')
  fail(mistake('mistake', new Error('own')))
  await expect(store.now()).rejects.toThrow('mistake')
  fail(unreachedError('memory', new Error('gone')))
  await expect(store.now()).rejects.toThrow('could not be reached')
  expect(states()).toEqual(['open'])
})
