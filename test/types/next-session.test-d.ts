// The assertions here are the errors that TypeScript must report.
/* oxlint-disable vitest/expect-expect */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { RedisStore } from 'connect-redis'
import { MemoryStore } from 'express-session'
import type { GetServerSideProps, NextApiHandler } from 'next'
import type { Options as TheirOptions, SessionStore as TheirStore } from 'next-session'
import { describe, expectTypeOf, test } from 'vitest'
import nextSession, { type Options, type SessionStore } from '../../src/next-session.ts'
import { expressSession, promisifyStore } from '../../src/next-session/compat.ts'
import { memoryStore } from '../../src/stores/memory.ts'

declare const req: IncomingMessage
declare const res: ServerResponse

describe('a session', () => {
  test('holds anything unless it is told what', async () => {
    const session = await nextSession()(req, res)
    session['views'] = session['views'] ? session['views'] + 1 : 1
    expectTypeOf(session.id).toEqualTypeOf<string>()
    expectTypeOf(session.touch()).toEqualTypeOf<void>()
    expectTypeOf(session.commit()).toEqualTypeOf<Promise<void>>()
    expectTypeOf(session.destroy()).toEqualTypeOf<Promise<void>>()
    expectTypeOf(session.cookie.path).toEqualTypeOf<string>()
  })

  test('holds what it is told', async () => {
    const session = await nextSession<{ views?: number }>()(req, res)
    expectTypeOf(session.views).toEqualTypeOf<number | undefined>()
    // @ts-expect-error not a number
    session.views = 'one'
    // @ts-expect-error no such key
    session.vews = 1
  })

  test('is had in API routes and getServerSideProps', () => {
    const getSession = nextSession<{ views?: number }>()
    const handler: NextApiHandler = async (request, response) => {
      response.json((await getSession(request, response)).views)
    }
    const props: GetServerSideProps = async ({ req: request, res: response }) => ({
      props: { views: (await getSession(request, response)).views ?? 0 },
    })
    expectTypeOf(handler).toBeFunction()
    expectTypeOf(props).toBeFunction()
  })
})

describe('options', () => {
  test('are those of next-session', () => {
    expectTypeOf<TheirOptions>().toExtend<Options>()
    expectTypeOf<TheirStore>().toExtend<SessionStore>()
    expectTypeOf<SessionStore>().toExtend<TheirStore>()
    expectTypeOf(nextSession).toBeCallableWith({} as TheirOptions)
  })

  test('take stores of all kinds', () => {
    nextSession({ store: memoryStore() })
    nextSession({ store: promisifyStore(new RedisStore({ client: {} })) })
    nextSession({ store: promisifyStore(new MemoryStore()) })
    nextSession({ store: promisifyStore(new expressSession.MemoryStore()) })
    // @ts-expect-error neither kind of store
    nextSession({ store: { get: async () => null } })
  })

  test('refuse what they are not', () => {
    // @ts-expect-error seconds, not text
    nextSession({ cookie: { maxAge: '1h' } })
    // @ts-expect-error no such option
    nextSession({ rolling: true })
    // @ts-expect-error a bare number has no unit
    nextSession({ timeout: 2 })
  })
})
