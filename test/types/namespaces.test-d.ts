// The assertions here are the errors that TypeScript must report.
/* oxlint-disable vitest/expect-expect */

import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { createSessions as createExpressSessions } from '../../src/express.ts'
import { createSessions as createFastifySessions } from '../../src/fastify.ts'
import { createSessions as createFetchSessions } from '../../src/fetch.ts'
import { createSessions as createHonoSessions } from '../../src/hono.ts'
import {
  createSessions,
  type CookieChannel,
  type DataOf,
  type Namespaces,
  type Session,
} from '../../src/index.ts'
import { createSessions as createNextSessions } from '../../src/next.ts'
import { createSessions as createNodeSessions } from '../../src/node.ts'

interface Data extends Namespaces<{
  cart: { items: string[]; total: number }
  view: { page: number; since?: Date }
}> {
  theme: string
}

const channel: CookieChannel = { header: '', send: () => () => {} }

describe('a session whose data declares its namespaces', () => {
  const session = {} as Session<Data>

  test('knows what each of them holds', () => {
    const cart = session.namespace('cart')
    expectTypeOf(cart.get('items')).toEqualTypeOf<string[] | undefined>()
    expectTypeOf(cart.getAll()).toEqualTypeOf<Partial<{ items: string[]; total: number }>>()
    expectTypeOf(session.namespace('view').get('since')).toEqualTypeOf<Date | undefined>()
    expectTypeOf(cart.increment('total')).toEqualTypeOf<Promise<number>>()
    void cart.append('items', 'tea')
    void cart.set({ items: [], total: 0 })
    void cart.update('items', (items) => {
      expectTypeOf(items).toEqualTypeOf<string[] | undefined>()
      return items
    })
    // @ts-expect-error unknown key
    cart.get('page')
    // @ts-expect-error no number
    void cart.increment('items')
    // @ts-expect-error no item of the list
    void cart.append('items', 1)
    // @ts-expect-error no number
    void cart.set('total', '1')
  })

  test('takes no other name', () => {
    // @ts-expect-error not declared
    session.namespace('crat')
    // @ts-expect-error not declared, whatever it may hold
    session.namespace<{ page: number }>('crat')
    // @ts-expect-error any text
    session.namespace('cart' as string)
  })

  test('may be told otherwise at the call', () => {
    expectTypeOf(session.namespace<{ old: number }>('cart').get('old')).toEqualTypeOf<number | undefined>()
  })

  test('has the same values as without', () => {
    expectTypeOf(session.get('theme')).toEqualTypeOf<string | undefined>()
    expectTypeOf(session.getAll().theme).toEqualTypeOf<string | undefined>()
    expectTypeOf<keyof typeof session.data & string>().toEqualTypeOf<'theme'>()
    void session.set({ theme: 'dark' })
    void session.login('ann', { data: { theme: 'dark' }, keep: { namespaces: ['cart'] } })
    expectTypeOf(session.readFlash<string>('notice')).toEqualTypeOf<string | undefined>()
    // @ts-expect-error unknown key
    void session.set({ cart: {} })
    // @ts-expect-error unknown key
    session.get('cart')
  })

  test('is a session for functions that know the values alone', () => {
    const take = (plain: Session<{ theme: string }>): string | null => plain.id
    take(session)
  })
})

test('a session that declares none takes any name, with its type at the call or without', () => {
  for (const session of [{} as Session, {} as Session<{ theme: string }>]) {
    expectTypeOf(session.namespace<{ page: number }>('view').get('page')).toEqualTypeOf<number | undefined>()
    expectTypeOf(session.namespace('any' as string).get('x')).toEqualTypeOf<unknown>()
    void session.namespace('any').set('x', 1)
  }
})

test('they are declared beside a schema too', async () => {
  const schema = z.object({ theme: z.string().default('light') })
  const open = () =>
    createSessions<DataOf<typeof schema> & Namespaces<{ cart: { items: string[] } }>>({ schema }).open(
      channel,
    )
  const session = {} as Awaited<ReturnType<typeof open>>
  expectTypeOf(session.get('theme')).toEqualTypeOf<string>()
  expectTypeOf(session.namespace('cart').get('items')).toEqualTypeOf<string[] | undefined>()
  // @ts-expect-error not declared
  session.namespace('crat')
})

test('every adapter knows them', () => {
  const open = {
    index: () => createSessions<Data>().open(channel),
    next: () => createNextSessions<Data>().getSession(),
    pages: () => createNextSessions<Data>().getSession({} as never, {} as never),
    signedIn: () => createNextSessions<Data>().requireSession(),
    node: () => createNodeSessions<Data>().getSession({} as never, {} as never),
    express: () => createExpressSessions<Data>().getSession({} as never, {} as never),
    fastify: () => createFastifySessions<Data>().getSession({} as never, {} as never),
    hono: () => createHonoSessions<Data>().getSession({} as never),
    detached: () => createFetchSessions<Data>().detached({} as never),
  }
  const session = {} as Awaited<ReturnType<(typeof open)[keyof typeof open]>>
  expectTypeOf(session.namespace('cart').get('items')).toEqualTypeOf<string[] | undefined>()
  // @ts-expect-error not declared
  session.namespace('crat')
  createFetchSessions<Data>().handler(async (_request, { getSession }) => {
    expectTypeOf((await getSession()).namespace('cart').get('total')).toEqualTypeOf<number | undefined>()
    return new Response()
  })
  createNextSessions<Data>({
    toClient: (visitor) => {
      expectTypeOf(visitor.namespace('cart').get('items')).toEqualTypeOf<string[] | undefined>()
      // @ts-expect-error not declared
      visitor.namespace('crat')
    },
  })
})

test('so do the functions of sojourn/next', () => {
  const { get, getAll, set } = createNextSessions<Data>()
  expectTypeOf(get('items', 'cart')).toEqualTypeOf<Promise<string[] | null>>()
  expectTypeOf(getAll('view')).toEqualTypeOf<Promise<Partial<{ page: number; since?: Date }> | null>>()
  void set('total', 1, 'cart')
  // @ts-expect-error not of that namespace
  void get('page', 'cart')
  // @ts-expect-error not declared
  void get('items', 'crat')
  // @ts-expect-error not declared
  void getAll('crat')
  // @ts-expect-error no number
  void set('total', '1', 'cart')
})
