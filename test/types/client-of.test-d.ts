// The assertions here are the errors that TypeScript must report.
/* oxlint-disable vitest/expect-expect */

import { createElement } from 'react'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  createSessions,
  type ClientOf,
  type ClientSession,
  type DataOf,
  type Namespaces,
  type Session,
} from '../../src/next.ts'
import { SessionProvider, useSession, type ClientOf as ClientOfInReact } from '../../src/react.ts'

interface Data {
  theme: 'light' | 'dark'
  card: string
}

const schema = z.object({ theme: z.enum(['light', 'dark']).default('light'), visits: z.number().optional() })

describe('the type of what a browser gets', () => {
  test('is that of what toClient gives, where it names the type of the data', () => {
    const sessions = createSessions({
      toClient: (session: Session<Data>) => ({
        name: session.userId,
        theme: session.get('theme') ?? 'light',
      }),
    })
    interface Expected {
      name: string | null
      theme: 'light' | 'dark'
    }
    expectTypeOf<ClientOf<typeof sessions>>().toEqualTypeOf<Expected>()
    expectTypeOf(sessions.client).returns.resolves.toEqualTypeOf<ClientSession<Expected>>()
    expectTypeOf(sessions.getSession()).resolves.toEqualTypeOf<Session<Data>>()
    expectTypeOf(sessions.get('theme')).resolves.toEqualTypeOf<'light' | 'dark' | null>()
  })

  test('is found beside other options, in any order, and for an asynchronous one', () => {
    const first = createSessions({
      toClient: async (session: Session<Data>) => ({ theme: session.get('theme') }),
      idle: '1h',
    })
    const last = createSessions({
      idle: '1h',
      toClient: async (session: Session<Data>) => ({ theme: session.get('theme') }),
    })
    expectTypeOf<ClientOf<typeof first>>().toEqualTypeOf<{ theme: 'light' | 'dark' | undefined }>()
    expectTypeOf<ClientOf<typeof last>>().toEqualTypeOf<ClientOf<typeof first>>()
  })

  test('is found with a schema, whose defaults are known there', () => {
    const sessions = createSessions({
      schema,
      toClient: (session) => {
        // @ts-expect-error no such key
        session.get('them')
        return { theme: session.get('theme'), visits: session.get('visits') ?? null }
      },
    })
    expectTypeOf<ClientOf<typeof sessions>>().toEqualTypeOf<{
      theme: 'light' | 'dark'
      visits: number | null
    }>()
    expectTypeOf(sessions.getSession()).resolves.toEqualTypeOf<Session<DataOf<typeof schema>>>()
  })

  test('is found with a schema and declared namespaces', () => {
    type Both = DataOf<typeof schema> & Namespaces<{ cart: { items: string[] } }>
    const sessions = createSessions({
      schema,
      toClient: (session: Session<Both>) => ({
        theme: session.get('theme'),
        items: session.namespace('cart').get('items') ?? [],
      }),
    })
    expectTypeOf<ClientOf<typeof sessions>>().toEqualTypeOf<{ theme: 'light' | 'dark'; items: string[] }>()
  })

  test('is found where no data is named', () => {
    const sessions = createSessions({ toClient: (session) => ({ name: session.userId }) })
    expectTypeOf<ClientOf<typeof sessions>>().toEqualTypeOf<{ name: string | null }>()
  })

  test('is that which is named', () => {
    const sessions = createSessions<Data, { theme: string }>({ toClient: () => ({ theme: 'light' }) })
    expectTypeOf<ClientOf<typeof sessions>>().toEqualTypeOf<{ theme: string }>()
  })

  test('is unknown where the data alone is named at createSessions, and without toClient', () => {
    const named = createSessions<Data>({ toClient: (session) => ({ theme: session.get('theme') }) })
    const none = createSessions()
    expectTypeOf<ClientOf<typeof named>>().toEqualTypeOf<unknown>()
    expectTypeOf<ClientOf<typeof none>>().toEqualTypeOf<unknown>()
  })

  test('is found from the function alone, and exported by sojourn/react too', () => {
    const { client } = createSessions({ toClient: (session) => ({ name: session.userId }) })
    expectTypeOf<ClientOf<typeof client>>().toEqualTypeOf<{ name: string | null }>()
    expectTypeOf<ClientOfInReact<typeof client>>().toEqualTypeOf<{ name: string | null }>()
    // @ts-expect-error no sessions
    expectTypeOf<ClientOf<{ theme: string }>>().toBeUnknown()
  })

  test('tells what JSON leaves of it', () => {
    const sessions = createSessions({
      toClient: (session) => ({
        id: session.id,
        since: new Date(),
        seen: new Map<string, number>(),
        list: [{ at: new Date() }] as const,
        optional: undefined as Date | undefined,
        act: () => 1,
        session,
      }),
    })
    type Client = ClientOf<typeof sessions>
    expectTypeOf<Client['id']>().toEqualTypeOf<string | null>()
    expectTypeOf<Client['since']>().toEqualTypeOf<string>()
    expectTypeOf<Client['seen']>().toEqualTypeOf<{}>()
    expectTypeOf<Client['list'][0]['at']>().toEqualTypeOf<string>()
    expectTypeOf<Client['optional']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Client['act']>().toEqualTypeOf<undefined>()
    expectTypeOf<Client['session']>().toEqualTypeOf<{ id: string | null }>()
    const perhaps = createSessions({ toClient: (session) => (session.isNew ? undefined : { a: 1 }) })
    expectTypeOf<ClientOf<typeof perhaps>>().toEqualTypeOf<{ a: number }>()
  })
})

test('the provider takes what the server tells, and useSession its type, without a cast', () => {
  const sessions = createSessions({
    schema,
    toClient: (session) => ({ theme: session.get('theme') }),
  })
  createElement(SessionProvider, { initial: sessions.client() })
  void sessions.client().then((initial) => createElement(SessionProvider, { initial }))
  const Component = (): null => {
    const { data } = useSession<ClientOf<typeof sessions>>()
    expectTypeOf(data).toEqualTypeOf<{ theme: 'light' | 'dark' } | null>()
    return null
  }
  createElement(Component)
})

test('an error of toClient is told where it is', () => {
  // @ts-expect-error no such option
  createSessions({ schema, toClient: (session) => ({ theme: session.get('theme') }), ttl: 5 })
  createSessions({
    schema,
    // @ts-expect-error not a function
    toClient: 'theme',
  })
  createSessions({
    // @ts-expect-error not of the schema
    toClient: (session: Session<{ other: string }>) => session.get('other'),
    schema,
  })
})
