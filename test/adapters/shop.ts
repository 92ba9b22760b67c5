/**
 * The application of the suite, told apart from every framework: what each adapter's subject
 * serves in the way of its own framework.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { isSessionError } from '../../src/core/errors.ts'
import type { Session } from '../../src/core/session/session.ts'

/** What a route wants to be answered. */
export interface Answer {
  status?: number
  headers?: Record<string, string | string[]>
  /** A text; or parts that are written one after another. */
  body?: string | AsyncIterable<string>
}

/** One request, whatever brought it. */
export interface ShopRequest {
  query: URLSearchParams
  getSession: () => Promise<Session>
  requireSession: () => Promise<Session>
  assertSameOrigin: () => void
  detached: () => Promise<Session>
}

type Route = (request: ShopRequest) => Promise<Answer>

const late = new Map<string, string>()

/** What became of writes after a response. */
export function fateOf(name: string): string | undefined {
  return late.get(name)
}

/** Paths and what they do. */
const routes: Record<string, Route> = {
  '/plain': async () => ({ body: 'plain' }),
  '/read': async ({ getSession }) => ({ body: JSON.stringify((await getSession()).getAll()) }),
  '/who': async ({ requireSession }) => ({ body: String((await requireSession()).userId) }),
  '/login': async ({ getSession, query }) => {
    await (await getSession()).login(query.get('user') ?? 'ada')
    return { status: 303, headers: { location: '/who' } }
  },
  '/logout': async ({ getSession }) => {
    await (await getSession()).logout()
    return { body: 'bye' }
  },
  '/rotate': async ({ getSession }) => {
    await (await getSession()).rotate()
    return { body: 'rotated' }
  },
  '/set': async ({ getSession, query }) => {
    await (await getSession()).set(query.get('key') ?? 'a', query.get('value') ?? '1')
    return { body: 'set' }
  },
  '/update': async ({ getSession, query }) => {
    await (await getSession()).update('a', () => query.get('value') ?? '1')
    return { body: 'updated' }
  },
  '/ended': async ({ getSession }) => ({ body: String((await getSession()).ended) }),
  '/renew': async ({ getSession }) => {
    await (await getSession()).rotate({ grace: '30s' })
    return { body: 'renewed' }
  },
  '/state': async ({ getSession }) => {
    const session = await getSession()
    const state = { user: session.userId, notice: session.readFlash('notice') ?? null, ...session.getAll() }
    return { headers: { 'content-type': 'text/plain' }, body: JSON.stringify(state) }
  },
  '/start': async ({ getSession }) => ({ body: await (await getSession()).start() }),
  '/increment': async ({ getSession }) => ({ body: String(await (await getSession()).increment('n')) }),
  '/append': async ({ getSession }) => {
    await (await getSession()).append('list', 'x')
    return { body: 'appended' }
  },
  '/delete': async ({ getSession }) => {
    await (await getSession()).delete('a')
    return { body: 'deleted' }
  },
  '/flash': async ({ getSession }) => {
    await (await getSession()).flash('notice', 'paid')
    return { body: 'flashed' }
  },
  '/notice': async ({ getSession }) => ({ body: (await getSession()).readFlash<string>('notice') ?? 'none' }),
  '/forget': async ({ getSession, query }) => {
    void (await getSession()).set(query.get('key') ?? 'a', query.get('value') ?? '1')
    return { headers: { etag: '"1"', 'x-request-id': '7' }, body: 'forgotten' }
  },
  '/forget-redirect': async ({ getSession }) => {
    void (await getSession()).set('a', '1')
    return { status: 302, headers: { location: '/read' } }
  },
  '/forget-login': async ({ getSession }) => {
    void (await getSession()).login('ada')
    return { body: 'welcome' }
  },
  '/forget-stream': async ({ getSession }) => {
    void (await getSession()).set('a', '1')
    return { body: parts() }
  },
  '/forget-empty': async ({ getSession, query }) => {
    void (await getSession()).set('a', '1')
    return { status: Number(query.get('status')) }
  },
  '/forget-cookies': async ({ getSession }) => {
    void (await getSession()).set('a', '1')
    return { headers: { 'set-cookie': ['x=1; Path=/', 'y=2; Path=/'] }, body: 'cookies' }
  },
  '/forget-public': async ({ getSession }) => {
    void (await getSession()).set('a', '1')
    return { headers: { 'cache-control': 'public, max-age=60', vary: 'Accept' }, body: 'public' }
  },
  '/forget-large': async ({ getSession }) => {
    void (await getSession()).set('a', 'x'.repeat(100_000))
    return { body: 'large' }
  },
  '/forget-throw': async ({ getSession }) => {
    void (await getSession()).set('a', '1')
    throw new Error('the route fails')
  },
  '/throw': async () => {
    throw new Error('the route fails')
  },
  '/caught': async ({ getSession }) => {
    const session = await getSession()
    const error: unknown = await session.set('a', '1').catch((failure: unknown) => failure)
    return { body: isSessionError(error) ? error.code : 'stored' }
  },
  '/stream': async ({ getSession }) => {
    await getSession()
    return { body: parts() }
  },
  '/late': async ({ getSession, detached, query }) => {
    const session = await getSession()
    const name = query.get('name') ?? ''
    return { body: writingLate(session, detached, name) }
  },
  '/transfer': async ({ getSession, assertSameOrigin }) => {
    assertSameOrigin()
    await (await getSession()).set('transferred', '1')
    return { body: 'transferred' }
  },
  '/slow': async ({ getSession, query }) => {
    const session = await getSession()
    void session.increment('slow')
    await sleep(Number(query.get('ms') ?? 20))
    return { body: parts() }
  },
}

/** Answers a request, also one that the shop does not know. */
export function serve(path: string, request: ShopRequest): Promise<Answer> {
  return routes[path]?.(request) ?? Promise.resolve({ status: 404, body: 'not found' })
}

async function* parts(): AsyncGenerator<string> {
  for (const part of ['one ', 'two ', 'three']) {
    await sleep(1)
    yield part
  }
}

async function* writingLate(
  session: Session,
  detached: () => Promise<Session>,
  name: string,
): AsyncGenerator<string> {
  yield 'begun '
  await sleep(20)
  const error: unknown = await session.set('late', '1').catch((failure: unknown) => failure)
  yield isSessionError(error) ? error.code : 'stored'
  const other: unknown = await (await detached()).set('late', '2').catch((failure: unknown) => failure)
  late.set(name, isSessionError(other) ? other.code : 'stored')
}
