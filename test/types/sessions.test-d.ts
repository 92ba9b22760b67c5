// The assertions here are the errors that TypeScript must report.
/* oxlint-disable vitest/expect-expect */

import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  createSessions,
  type CookieChannel,
  type KeysOf,
  type Session,
  type SessionErrorCode,
  type Store,
} from '../../src/index.ts'
import { createSessions as createNextSessions, type NextSessions } from '../../src/next.ts'
import { memoryStore } from '../../src/stores/memory.ts'

interface Data {
  theme: 'light' | 'dark'
  visits: number
  last?: number
  cart: string[]
  tags?: readonly string[]
  seen: Date
}

const store = memoryStore()
const channel: CookieChannel = { header: '', send: () => () => {} }

describe('a session with a data type', () => {
  const session = {} as Session<Data>

  test('reads values of their own types, or undefined', () => {
    expectTypeOf(session.get('theme')).toEqualTypeOf<'light' | 'dark' | undefined>()
    expectTypeOf(session.get('last')).toEqualTypeOf<number | undefined>()
    expectTypeOf(session.getAll()).toEqualTypeOf<Partial<Data>>()
    expectTypeOf(session.data).toEqualTypeOf<Readonly<Partial<Data>>>()
    expectTypeOf(session.take('seen')).toEqualTypeOf<Promise<Date | undefined>>()
  })

  test('refuses keys that it does not have', () => {
    // @ts-expect-error unknown key
    session.get('thme')
    // @ts-expect-error unknown key
    session.has('thme')
    // @ts-expect-error unknown key
    void session.set('thme', 'dark')
    // @ts-expect-error unknown key
    void session.set({ thme: 'dark' })
    // @ts-expect-error unknown key
    void session.delete('theme', 'thme')
    // @ts-expect-error unknown key
    void session.take('thme')
    // @ts-expect-error unknown key
    void session.login('ann', { data: { thme: 'dark' } })
  })

  test('refuses values of another type', () => {
    // @ts-expect-error not a theme
    void session.set('theme', 'pink')
    // @ts-expect-error not a number
    void session.set({ visits: '1' })
    // @ts-expect-error not a number
    void session.update('visits', () => 'one')
    // @ts-expect-error a user id is text
    void session.login(5)
    void session.set({ theme: 'dark', visits: 1 })
    void session.login('ann', {
      data: { theme: 'dark' },
      keep: { keys: ['cart'] },
      idle: '15m',
      persist: false,
    })
  })

  test('refuses writing to the view of its data', () => {
    // @ts-expect-error read-only
    session.data.theme = 'dark'
  })

  test('counts numbers and appends to lists only', () => {
    expectTypeOf<KeysOf<Data, number>>().toEqualTypeOf<'visits' | 'last'>()
    expectTypeOf<KeysOf<Data, readonly unknown[]>>().toEqualTypeOf<'cart' | 'tags'>()
    expectTypeOf(session.increment('visits')).toEqualTypeOf<Promise<number>>()
    void session.increment('last', 2)
    void session.append('cart', 'a', 'b')
    void session.append('tags', 'a')
    // @ts-expect-error not a number
    void session.increment('theme')
    // @ts-expect-error not a list
    void session.append('visits', 1)
    // @ts-expect-error not an item of the list
    void session.append('cart', 1)
  })

  test('computes updates from the value or undefined', () => {
    expectTypeOf(session.update('visits', (visits = 0) => visits + 1)).toEqualTypeOf<
      Promise<number | undefined>
    >()
    void session.update('cart', async (cart) => {
      expectTypeOf(cart).toEqualTypeOf<string[] | undefined>()
      return cart
    })
  })

  test('has namespaces with types of their own', () => {
    const view = session.namespace<{ page: number }>('view')
    expectTypeOf(view.get('page')).toEqualTypeOf<number | undefined>()
    // @ts-expect-error unknown key
    view.get('theme')
    expectTypeOf(session.namespace('any').get('x')).toEqualTypeOf<unknown>()
  })

  test('cannot have its facts overwritten', () => {
    // @ts-expect-error read-only
    session.userId = 'ann'
    // @ts-expect-error read-only
    session.id = 'x'
    // @ts-expect-error not public
    void session.binding
    // @ts-expect-error not public
    void session.outline
  })

  test('is no place to hang things on, and has nothing of express-session', () => {
    // @ts-expect-error nothing can be assigned
    session.user = 'ann'
    // @ts-expect-error a value is read with get
    void session.theme
    // @ts-expect-error a copy
    session.data = { theme: 'dark' }
    // @ts-expect-error no callback
    void session.destroy(() => {})
    // @ts-expect-error not one of the reasons
    void session.destroy('bye')
    // @ts-expect-error no callback
    void session.login('ann', () => {})
    // @ts-expect-error no callback
    void session.set('theme', 'dark', () => {})
    // @ts-expect-error login and rotate do that
    void session.regenerate
    // @ts-expect-error every write is stored
    void session.save
    // @ts-expect-error idle, absolute and persist
    void session.cookie
    // @ts-expect-error a namespace neither
    session.namespace('cart').items = []
  })
})

describe('a session without a data type', () => {
  const session = {} as Session

  test('takes any key, and gives unknown', () => {
    expectTypeOf(session.get('any')).toEqualTypeOf<unknown>()
    void session.set('any', { x: 1 })
    void session.increment('count')
    void session.append('list', 1, 'two', {})
    void session.update('any', (value) => value)
  })
})

describe('createSessions', () => {
  test('takes the data type as its parameter', () => {
    expectTypeOf(createSessions<Data>({ store }).open(channel)).toEqualTypeOf<Promise<Session<Data>>>()
    expectTypeOf(createSessions({ store }).open(channel)).toEqualTypeOf<Promise<Session>>()
  })

  test('takes the data type from a schema: what comes out of it', () => {
    const schema = z.object({
      theme: z.enum(['light', 'dark']),
      count: z.coerce.number().optional(),
    })
    const open = () => createSessions({ store, schema }).open(channel)
    type Opened = Awaited<ReturnType<typeof open>>
    expectTypeOf<Opened>().toEqualTypeOf<Session<{ theme: 'light' | 'dark'; count?: number | undefined }>>()
  })

  test('refuses options that do not exist or lack their unit', () => {
    // @ts-expect-error unknown option
    void (() => createSessions({ ttl: '1h' }))
    // @ts-expect-error a bare number
    void (() => createSessions({ idle: 900 }))
    // @ts-expect-error no such unit
    void (() => createSessions({ idle: '3 fortnights' }))
    // @ts-expect-error always on
    void (() => createSessions({ cookie: { httpOnly: false } }))
    // @ts-expect-error in lower case
    void (() => createSessions({ cookie: { sameSite: 'Lax' } }))
    void (() => createSessions({ idle: '15m', absolute: { days: 30 }, cookie: { secure: 'auto' } }))
  })

  test('names the type of every event and error code', () => {
    void (() =>
      createSessions({
        onEvent(event) {
          if (event.type === 'rotated') expectTypeOf(event.previousId).toEqualTypeOf<string>()
          // @ts-expect-error not on every event
          void event.reason
        },
      }))
    expectTypeOf<'ERR_SESSION_GONE'>().toExtend<SessionErrorCode>()
    expectTypeOf<'ERR_OTHER'>().not.toExtend<SessionErrorCode>()
    expectTypeOf(memoryStore()).toExtend<Store>()
  })
})

describe('createSessions of sojourn/next', () => {
  test('gives functions that can be destructured', async () => {
    const { getSession, requireSession, get, getAll, set, getSessionId } = {} as NextSessions<Data>
    expectTypeOf(getSession).returns.toEqualTypeOf<Promise<Session<Data>>>()
    expectTypeOf(get('theme')).toEqualTypeOf<Promise<'light' | 'dark' | null>>()
    expectTypeOf(get('page', 'view')).toEqualTypeOf<Promise<unknown>>()
    expectTypeOf(getAll()).toEqualTypeOf<Promise<Partial<Data> | null>>()
    expectTypeOf(getSessionId()).toEqualTypeOf<Promise<string | undefined>>()
    expectTypeOf((await requireSession()).userId).toEqualTypeOf<string>()
    void set('theme', 'dark')
    // @ts-expect-error read-only
    ;(await requireSession()).userId = 'bob'
    void set('anything', 1, 'view')
    // @ts-expect-error unknown key
    void get('thme')
    // @ts-expect-error not a theme
    void set('theme', 'pink')
  })

  test('takes the data type from a schema too', () => {
    const make = () => createNextSessions({ store, schema: z.object({ name: z.string() }) })
    expectTypeOf(make).returns.toEqualTypeOf<NextSessions<{ name: string }>>()
  })
})
