// The assertions here are the errors that TypeScript must report.
/* oxlint-disable vitest/expect-expect */

import { createElement } from 'react'
import { expectTypeOf, test } from 'vitest'
import { createSessions, type ClientSession } from '../../src/next.ts'
import { SessionProvider, useSession } from '../../src/react.ts'

interface Data {
  theme: 'light' | 'dark'
  card: string
}
interface Client {
  theme: string
}

test('toClient reads a typed session, and its result is what the browser is told', () => {
  const { client } = createSessions<Data, Client>({
    toClient: (session) => {
      expectTypeOf(session.get('theme')).toEqualTypeOf<'light' | 'dark' | undefined>()
      // @ts-expect-error no such key
      session.get('them')
      return { theme: session.get('theme') ?? 'light' }
    },
  })
  expectTypeOf(client()).resolves.toEqualTypeOf<ClientSession<Client>>()
  expectTypeOf<ClientSession<Client>['data']>().toEqualTypeOf<Client | null>()
})

test('toClient gives its type where no types are named, and may be asynchronous', () => {
  const { client } = createSessions({ toClient: async (session) => ({ id: session.id }) })
  expectTypeOf(client()).resolves.toEqualTypeOf<ClientSession<{ id: string | null }>>()
})

test('toClient must give what is promised', () => {
  // @ts-expect-error a number is no text
  createSessions<Data, Client>({ toClient: () => ({ theme: 1 }) })
})

test('with the type of the data alone, toClient may give anything, and nothing is known of it', () => {
  const { client } = createSessions<Data>({ toClient: (session) => ({ theme: session.get('theme') }) })
  expectTypeOf(client()).resolves.toEqualTypeOf<ClientSession<unknown>>()
})

test('the route is a Route Handler of Next.js, and its options are checked', () => {
  const { events } = createSessions<Data>()
  expectTypeOf(events().GET).toExtend<(request: Request) => Promise<Response>>()
  events({ interval: '1s', lifetime: { minutes: 5 }, limit: 100 })
  // @ts-expect-error no unit
  events({ interval: 500 })
  // @ts-expect-error no such option
  events({ every: '1s' })
})

test('the provider takes a view or its promise', () => {
  const { client } = createSessions<Data, Client>({})
  createElement(SessionProvider, { initial: client(), src: '/session', endsSoon: '1m' })
  void client().then((initial) => createElement(SessionProvider, { initial }))
  createElement(SessionProvider)
  // @ts-expect-error no unit
  createElement(SessionProvider, { endsSoon: 60 })
  // @ts-expect-error not the session of the server
  createElement(SessionProvider, { initial: { id: 'x' } })
})

test('useSession answers with the type that it is given, and with an unknown one by default', () => {
  const Component = (): null => {
    const { status, data, endsSoon, expiresAt, refresh } = useSession<Client>()
    expectTypeOf(status).toEqualTypeOf<'loading' | 'authenticated' | 'anonymous'>()
    expectTypeOf(data).toEqualTypeOf<Client | null>()
    expectTypeOf(endsSoon).toEqualTypeOf<boolean>()
    expectTypeOf(expiresAt).toEqualTypeOf<number | null>()
    expectTypeOf(refresh()).resolves.toEqualTypeOf<void>()
    expectTypeOf(useSession().data).toEqualTypeOf<unknown>()
    return null
  }
  createElement(Component)
})
