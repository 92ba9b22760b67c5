import { AsyncLocalStorage } from 'node:async_hooks'
import { channel, tracingChannel } from 'node:diagnostics_channel'
import { expect, onTestFinished, test } from 'vitest'
import { isSessionError, SessionError } from '../../src/core/errors.ts'
import { guardStore } from '../../src/core/wrappers/guard.ts'
import { Sessions } from '../../src/core/sessions.ts'
import type { Store, StoredRecord } from '../../src/core/store.ts'
import { idOfKey } from '../../src/core/record/token.ts'
import { tracedStore, type StoreCall } from '../../src/core/wrappers/tracing.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { Browser } from '../support/browser.ts'
import { interfered } from '../support/pausing-store.ts'

const STEPS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const
const record: StoredRecord = { meta: 'secret-meta', fields: new Map([['secret-name', 'secret-value']]) }
const lifetime = { idle: 60_000, absoluteAt: Date.now() + 600_000 }

/** One step, and how the message looked at that moment. */
interface Heard {
  step: (typeof STEPS)[number]
  call: StoreCall
  message: object
}

function listen(): Heard[] {
  const heard: Heard[] = []
  for (const step of STEPS) {
    const of = channel(`tracing:sojourn:store:${step}`)
    const listener = (message: unknown): void =>
      void heard.push({ step, call: { ...(message as StoreCall) }, message: message as object })
    of.subscribe(listener)
    onTestFinished(() => of.unsubscribe(listener))
  }
  return heard
}

function subject(store: Store = memoryStore()): Store {
  return tracedStore(guardStore(store, 1000, () => {}))
}

/** Answers in a later turn, as stores over a network do. */
function distant(): Store {
  return interfered(memoryStore(), {})
}

function outcomes(heard: readonly Heard[]): string[] {
  const ended = heard.filter(({ step, call }) => step === 'end' && call.outcome !== undefined)
  return ended.map(({ call }) => `${call.operation} ${call.outcome}`)
}

test('an operation that answers at once tells of its start and its end', async () => {
  const heard = listen()
  expect(subject().load('key')).toBeNull()
  expect(heard.map(({ step }) => step)).toEqual(['start', 'end'])
  const id = await idOfKey('key')
  expect(heard[0]?.call).toEqual({ store: 'memory', operation: 'load', id })
  expect(heard[1]?.call).toEqual({
    store: 'memory',
    operation: 'load',
    id,
    outcome: 'missing',
    duration: expect.any(Number) as number,
  })
})

test('an operation that takes time has its outcome and duration when its promise settles, in one message', async () => {
  const heard = listen()
  const answer = subject(distant()).load('key')
  expect(heard.map(({ step }) => step)).toEqual(['start', 'end'])
  expect(heard[1]?.call).not.toHaveProperty('outcome')
  await answer
  expect(heard.map(({ step }) => step)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
  expect(heard[2]?.call).toMatchObject({ outcome: 'missing', duration: expect.any(Number) as number })
  expect(new Set(heard.map(({ message }) => message)).size).toBe(1)
})

test('each answer has its outcome', async () => {
  const heard = listen()
  const store = subject()
  const change = { set: new Map([['secret-name', 'x']]), expect: new Map([['secret-name', 'other']]) }
  await store.now()
  await store.create('secret-key', record, lifetime)
  await store.create('secret-key', record, lifetime)
  await store.load('secret-key')
  await store.update('secret-key', { set: new Map([['secret-name', 'secret-value']]) }, lifetime)
  await store.update('secret-key', change, lifetime)
  await store.touch('secret-key', lifetime)
  await store.destroy('secret-key', 'logout')
  await store.load('secret-key')
  await store.update('secret-key', change, lifetime)
  await store.touch('secret-key', lifetime)
  await store.destroy('secret-key', 'logout')
  await store.load('secret-other')
  await store.index?.add('secret-list', { key: 'secret-key', createdAt: 1, until: Date.now() + 1000 })
  await store.index?.entries('secret-list')
  await store.index?.remove('secret-list', ['secret-key'])
  expect(outcomes(heard)).toEqual([
    'now ok',
    'create ok',
    'create conflict',
    'load ok',
    'update ok',
    'update conflict',
    'touch ok',
    'destroy ok',
    'load gone',
    'update gone',
    'touch gone',
    'destroy gone',
    'load missing',
    'index.add ok',
    'index.entries ok',
    'index.remove ok',
  ])
  const withoutId = heard.filter(({ call }) => call.id === null).map(({ call }) => call.operation)
  expect(new Set(withoutId)).toEqual(new Set(['now', 'index.entries', 'index.remove']))
  expect(JSON.stringify(heard)).not.toContain('secret')
})

test.each([
  ['at once', memoryStore()],
  ['later', distant()],
])('a store that fails %s is told with the code, and the caller gets the error', async (_, inner) => {
  const heard = listen()
  const failing: Store = {
    ...inner,
    load() {
      const error = new Error('secret-key is broken')
      if (inner.load('') instanceof Promise) return Promise.reject(error)
      throw error
    },
  }
  const store = subject(failing)
  const load = async (): Promise<unknown> => store.load('secret-key')
  await expect(load()).rejects.toSatisfy((error) => isSessionError(error, 'ERR_STORE_UNAVAILABLE'))
  const failed = heard.find(({ step }) => step === 'error')
  expect(failed?.call.outcome).toBe('ERR_STORE_UNAVAILABLE')
  expect(heard.at(-1)?.call.outcome).toBe('ERR_STORE_UNAVAILABLE')
  expect(JSON.stringify(heard)).not.toContain('secret')
})

test('what a store throws by itself keeps its code', async () => {
  const heard = listen()
  const full = new SessionError('ERR_STORE_FULL', 'full')
  const store = subject({ ...memoryStore(), create: () => Promise.reject(full) })
  await expect(store.create('key', record, lifetime)).rejects.toBe(full)
  expect(heard.at(-1)?.call).toMatchObject({ operation: 'create', outcome: 'ERR_STORE_FULL' })
})

test('a store that answers what it must not ends no process by being listened to', async () => {
  const heard = listen()
  const wrong = {
    ...distant(),
    load: async () => undefined,
    update: async () => undefined,
  } as unknown as Store
  const store = subject(wrong)
  expect(await store.load('key')).toBeUndefined()
  expect(await store.update('key', {}, lifetime)).toBeUndefined()
  expect(heard.filter(({ step }) => step === 'asyncEnd').map(({ call }) => call.outcome)).toEqual([
    'missing',
    'gone',
  ])
})

test('nor does one that answers a text', async () => {
  const heard = listen()
  const store = subject({ ...memoryStore(), load: (async () => 'text') as unknown as Store['load'] })
  expect(await store.load('key')).toBe('text')
  expect(heard.at(-1)).toMatchObject({ step: 'asyncEnd', call: { outcome: 'missing' } })
})

test('a context bound to the start is the one the store works in, and not the caller’s afterwards', async () => {
  const context = new AsyncLocalStorage<string>()
  const { start } = tracingChannel<string, StoreCall>('sojourn:store')
  start.bindStore(context, ({ operation }) => `in ${operation}`)
  onTestFinished(() => void start.unbindStore(context))
  const seen: unknown[] = []
  const store = subject(interfered(memoryStore(), { before: () => void seen.push(context.getStore()) }))
  await context.run('outside', async () => {
    await store.load('key')
    seen.push(context.getStore())
  })
  expect(seen).toEqual(['in load', 'outside'])
})

test('what a store is besides its operations stays as it is', async () => {
  const closed: string[] = []
  const store = subject({ ...memoryStore(), close: () => void closed.push('now') })
  await store.close?.()
  expect(closed).toEqual(['now'])
  expect(store).toMatchObject({ name: 'memory', identity: 'memory', capabilities: { durable: false } })
  const { index: _, ...plain } = memoryStore()
  expect(subject(plain)).not.toHaveProperty('index')
})

test('without listeners the store is asked as it is', () => {
  const answer = Promise.resolve(null)
  const inner = { ...memoryStore(), load: () => answer }
  expect(tracedStore(inner).load('key')).toBe(answer)
})

test('what requests do to their store is told, with the id of the session', async () => {
  const heard = listen()
  const browser = new Browser(new Sessions({}, memoryStore()))
  const id = await browser.visit(async (session) => {
    await session.set('card', 'secret-4111')
    return session.id
  })
  const token = browser.token
  await browser.visit((session) => session.get('card'))
  await browser.visit((session) => session.login('secret-ann'))
  const secrets = ['secret', token, browser.token]
  await browser.visit((session) => session.logout())
  expect(new Set(outcomes(heard))).toEqual(
    new Set([
      'now ok',
      'create ok',
      'load ok',
      'index.add ok',
      'index.look ok',
      'index.remove ok',
      'destroy ok',
    ]),
  )
  expect(heard.find(({ call }) => call.operation === 'load')?.call.id).toBe(id)
  const text = JSON.stringify(heard)
  for (const secret of secrets) expect(text).not.toContain(secret)
})
