/** What can be reached from the objects that an application holds: no token, no key, nothing of the inside. */

import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { identify } from '../../src/core/record/token.ts'
import { createSessions as createExpress } from '../../src/express.ts'
import { createSessions as createFastify } from '../../src/fastify.ts'
import { createSessions as createFetch } from '../../src/fetch.ts'
import { createSessions as createHono } from '../../src/hono.ts'
import { createSessions, type Session, type SessionOptions } from '../../src/index.ts'
import { createSessions as createNext } from '../../src/next.ts'
import { createSessions as createNode } from '../../src/node.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { visitor } from '../support/visitor.ts'
import { servers } from './habits/servers.ts'
import type { Running } from './subject.ts'

const SECRET = 'a-secret-of-at-least-32-characters-x'
const KEY = Buffer.alloc(32, 7).toString('base64url')

const NAMESPACE = [
  'append',
  'clear',
  'constructor',
  'delete',
  'get',
  'getAll',
  'has',
  'increment',
  'name',
  'set',
  'take',
  'toJSON',
  'update',
  Symbol.for('nodejs.util.inspect.custom'),
]
const SESSION = [
  'authenticatedAt',
  'commit',
  'constructor',
  'createdAt',
  'csrfToken',
  'data',
  'destroy',
  'ended',
  'expiresAt',
  'flash',
  'id',
  'isNew',
  'login',
  'logout',
  'namespace',
  'readFlash',
  'requireFresh',
  'rotate',
  'start',
  'touch',
  'userId',
  'verifyCsrfToken',
]
/** They say what to call instead. */
const FOREIGN = ['cookie', 'regenerate', 'reload', 'resetMaxAge', 'save']

let running: Running | null = null

afterEach(async () => {
  await running?.close()
  running = null
})

/** The prototypes of an object, without that of all objects. */
function* prototypesOf(value: object): Generator<object> {
  for (
    let at = Object.getPrototypeOf(value);
    at !== Object.prototype && at !== null;
    at = Object.getPrototypeOf(at)
  )
    yield at
}

/** Everything that can be reached over properties, prototypes, symbols and getters. */
function reach(start: object): Set<object> {
  const seen = new Set<object>([start])
  // The world outside is not ours.
  const outside = new Set<unknown>([Object, Object.prototype, Function.prototype, globalThis])
  for (const object of seen) {
    const parts: unknown[] = [Object.getPrototypeOf(object)]
    for (const key of Reflect.ownKeys(object)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(object, key)
      parts.push(descriptor?.value, descriptor?.get, descriptor?.set)
      if (descriptor?.get !== undefined) parts.push(attempt(() => Reflect.get(object, key, start)))
    }
    for (const part of parts)
      if ((typeof part === 'object' || typeof part === 'function') && part !== null && !outside.has(part))
        seen.add(part)
  }
  return seen
}

function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch {
    return undefined
  }
}

function shown(value: unknown): string {
  const options = { showHidden: true, depth: 10, maxArrayLength: null, maxStringLength: null }
  return [
    inspect(value, options),
    inspect(value, { ...options, showProxy: true }),
    inspect(value, { ...options, customInspect: false }),
    inspect(value, { ...options, customInspect: false, showProxy: true, getters: true }),
  ].join('\n')
}

describe.each(Object.entries(servers))('%s', (_, start) => {
  test('neither the session of a request nor a namespace leads to its token or its key', async () => {
    let held: Session | null = null
    const options: SessionOptions = { store: memoryStore(), secret: SECRET, encryption: { keys: [KEY] } }
    running = await start(options, async (session) => {
      held ??= session
      await session.login('user-ann', { data: { card: '4111' } })
      return 'in'
    })
    const browser = visitor(running.url)
    await (await browser.get('/')).text()
    const [token = ''] = decodeURIComponent(browser.cookie).split('=')[1]!.split('.')
    const { key } = await identify(token)
    expect(token).toHaveLength(43)
    const session = held as Session | null
    expect(session?.userId).toBe('user-ann')
    for (const handle of [session!, session!.namespace('cart')]) {
      for (const object of [handle, ...reach(handle)])
        for (const secret of [token, key, SECRET, KEY]) expect(shown(object)).not.toContain(secret)
    }
  })
})

test('a session and a namespace have the documented members, and no others', async () => {
  const session = await createSessions({ store: memoryStore() }).open({ header: '', send: () => () => {} })
  const members = (value: object): unknown[] =>
    [...prototypesOf(value)].flatMap((prototype) => Reflect.ownKeys(prototype))
  const sorted = (names: unknown[]): string[] => [...new Set(names.map(String))].sort()
  expect(Reflect.ownKeys(session)).toEqual([])
  expect(sorted(members(session))).toEqual(sorted([...NAMESPACE, ...SESSION, ...FOREIGN]))
  expect(sorted(members(session.namespace('cart')))).toEqual(sorted(NAMESPACE))
})

test('whatever two sessions share is frozen: nothing that one visitor hangs there reaches another', async () => {
  const sessions = createSessions({ store: memoryStore() })
  const open = (): Promise<Session> => sessions.open({ header: '', send: () => () => {} })
  const [ann, bob] = [await open(), await open()]
  for (const [one, other] of [
    [ann, bob],
    [ann.namespace('cart'), bob.namespace('cart')],
    [ann, ann.namespace('cart')],
  ] as const) {
    const theirs = reach(other)
    const shared = [...reach(one)].filter((object) => theirs.has(object))
    expect(shared.length).toBeGreaterThan(15)
    for (const object of shared) expect(Object.isFrozen(object), inspect(object)).toBe(true)
  }
})

const CREATORS: [string, (options: SessionOptions) => object][] = [
  ['sojourn', createSessions],
  ['sojourn/next', createNext],
  ['sojourn/node', createNode],
  ['sojourn/express', createExpress],
  ['sojourn/fastify', createFastify],
  ['sojourn/hono', createHono],
  ['sojourn/fetch', createFetch],
]

test.each(CREATORS)(
  'what createSessions of %s gives shows no settings, and no key of encryption',
  (_, create) => {
    const store = memoryStore()
    const sessions = create({ store, secret: SECRET, encryption: { keys: [KEY] } })
    const objects = [...reach(sessions)]
    const bytes = [...Buffer.from(KEY, 'base64url').subarray(0, 4)]
    for (const object of objects) {
      for (const secret of [SECRET, KEY, '07070707', bytes.join(', ')])
        expect(shown(object)).not.toContain(secret)
      for (const name of ['settings', 'look', 'watch', 'binding', 'outline'])
        expect(Object.hasOwn(object, name), name).toBe(false)
    }
    expect(objects).not.toContain(store)
  },
)
