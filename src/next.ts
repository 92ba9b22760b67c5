/**
 * Sessions for Next.js 15 and later: Server Components, layouts, `generateMetadata`, Server
 * Actions, Route Handlers, `proxy.ts`, `after()` and the Pages Router, with Cache Components
 * off or on.
 *
 * @module sojourn/next
 */

import type { CheckedRequest } from './core/browser/same-origin.ts'
import { assertObject } from './core/check-options.ts'
import type { PlainData } from './core/data.ts'
import { invalidOption } from './core/errors.ts'
import { clientSession, type ClientSession, type ToClient, type Told } from './core/live/client-session.ts'
import type { EventsOptions, SessionEvents } from './core/live/route.ts'
import type { SessionOptions } from './core/options.ts'
import type { Absent, AllOf, Known, NamespaceName, NamespaceValues } from './core/schema/data-types.ts'
import { management, type Management, type SignedIn } from './core/server/management.ts'
import { nodeChannel, type NodeRequest, type NodeResponse } from './core/server/node-channel.ts'
import { unauthenticated } from './core/session-errors.ts'
import type { Namespace } from './core/session/namespace.ts'
import type { Session } from './core/session/session.ts'
import { settingsOf } from './core/sessions.ts'
import { createSessions as createManager, defaultStore } from './index.ts'
import { checkNext } from './next/after.ts'
import { createEvents } from './next/events.ts'
import { noteExchanges } from './next/exchange.ts'
import { createProxy, type Proxy, type ProxyOptions } from './next/proxy.ts'
import { openRequest } from './next/request.ts'
import { memoized, sharedStore } from './next/shared.ts'

export * from './core/public.ts'
export type { ClientOf, ClientSession, ToClient } from './core/live/client-session.ts'
export { privateResponse } from './core/server/private-response.ts'
export type { EventsOptions, SessionEvents } from './core/live/route.ts'
export type { Proxy, ProxyOptions } from './next/proxy.ts'

/** Options of `createSessions`. */
export interface NextOptions<
  Data extends object = PlainData,
  Client = unknown,
  Input = unknown,
> extends SessionOptions<Data, Input> {
  /**
   * Selects what client components may know of a session: `(session) => ({ theme: session.get('theme') })`.
   * It is also asked for anonymous ones. What it gives is turned into JSON. Default: they know who
   * is signed in by a tag alone, and no data.
   *
   * `ClientOf` names the type of what it gives. Without a schema, name the type of the data here and not at
   * `createSessions`, which would leave the other types unknown: `(session: Session<Data>) => …`.
   */
  toClient?: ToClient<Known<Data, Input>, Client> | undefined
}

/** What a namespace holds. */
type Values<Data, Name> = NamespaceValues<Data, Name, PlainData>

/** The sessions of a Next.js application. No function uses `this`, so every one may be destructured. */
export interface NextSessions<Data extends object = PlainData, Client = unknown> extends Pick<
  Management<Data>,
  'detached' | 'list' | 'revoke' | 'revokeUser'
> {
  /**
   * The session of the current request: App Router and `proxy.ts`. All callers of one request
   * share it, so a page and its layouts cost one store read, and a prefetch none, but for
   * `<Link prefetch={true}>` without Partial Prefetching.
   *
   * Reading works everywhere; writing in Server Actions and Route Handlers. In a stream that a
   * handler has returned, what needs a cookie throws `ERR_HEADERS_SENT`; begin the session before.
   * @throws `ERR_STORE_*` if the store fails
   */
  getSession(this: void): Promise<Session<Data>>
  /** The session of a Pages Router request: API routes and `getServerSideProps`. */
  getSession(this: void, request: NodeRequest, response: NodeResponse): Promise<Session<Data>>
  /**
   * The session of a signed-in visitor. For others it calls `otherwise`, which ends the request:
   * `requireSession(() => redirect('/login'))`.
   * @throws `ERR_UNAUTHENTICATED` (status 401) without `otherwise`
   */
  requireSession(this: void, otherwise?: () => never): Promise<SignedIn<Data>>
  /** One value of the current session; else what the schema supplies, or `null`. */
  get<Key extends keyof Data & string>(
    this: void,
    key: Key,
    namespace?: '',
  ): Promise<Data[Key] | Absent<Data, Key, null>>
  get<Name extends NamespaceName<Data>, Key extends keyof Values<Data, Name> & string>(
    this: void,
    key: Key,
    namespace: Name,
  ): Promise<Values<Data, Name>[Key] | null>
  /** All values of a namespace; `null` if there are none. */
  getAll(this: void, namespace?: ''): Promise<AllOf<Data> | null>
  getAll<Name extends NamespaceName<Data>>(
    this: void,
    namespace: Name,
  ): Promise<Partial<Values<Data, Name>> | null>
  /** Writes one value. In Server Actions and Route Handlers. */
  set<Key extends keyof Data & string>(this: void, key: Key, value: Data[Key], namespace?: ''): Promise<void>
  set<Name extends NamespaceName<Data>, Key extends keyof Values<Data, Name> & string>(
    this: void,
    key: Key,
    value: Values<Data, Name>[Key],
    namespace: Name,
  ): Promise<void>
  /** The public id of the session, if one is stored. Safe to show; it opens nothing. */
  getSessionId(this: void): Promise<string | undefined>
  /** The public id; stores an empty session if there is none. In Server Actions and Route Handlers. */
  getSessionIdAndCreateIfMissing(this: void): Promise<string>
  /**
   * What client components may know of the current session, for `<SessionProvider initial>` in
   * `sojourn/react`. In Server Components.
   * @throws as `getSession`, and what `toClient` throws
   */
  client(this: void): Promise<ClientSession<Told<Client>>>
  /**
   * Makes the Route Handler that keeps `<SessionProvider>` up to date:
   * `export const { GET } = sessions.events()`. It moves no deadline.
   * @throws `ERR_OPTION_INVALID`
   */
  events(this: void, options?: EventsOptions): SessionEvents
  /**
   * For Route Handlers and API routes that change something: refuses a request that a page of
   * another site may have sent. Call it first. It answers at once, so that a forgotten `await`
   * cannot disarm it. Server Actions are checked by Next.js.
   * @throws `ERR_CROSS_SITE` (status 403)
   */
  assertSameOrigin(this: void, request: CheckedRequest): void
  /** Makes the function for `proxy.ts`. Optional: sessions work without it. */
  proxy(this: void, options?: ProxyOptions): Proxy
}

/**
 * Creates the sessions of a Next.js application; call it in one module, such as `lib/session.ts`.
 * Stores of the same identity (kind and file or prefix) are kept once per process, since Next
 * loads that module several times and again after each edit.
 *
 * @throws `ERR_OPTION_INVALID` if an option is unknown, of the wrong type or contradicts another,
 * or Next.js is too old
 */
export function createSessions<Data extends object = PlainData, Client = unknown, Input = unknown>(
  given: NextOptions<Data, Client, Input> = {},
): NextSessions<Known<Data, Input>, Client> {
  checkNext()
  assertObject(given, 'createSessions: ')
  const { toClient, ...options } = given
  if (toClient !== undefined && typeof toClient !== 'function')
    throw invalidOption('toClient: expected a function that is given a session.')
  noteExchanges()
  const sessions = createManager<Data, Input>({
    ...options,
    store: sharedStore(options.store ?? defaultStore()),
  })
  const { app, cookie } = settingsOf(sessions)
  const { detached, list, revoke, revokeUser, assertSameOrigin } = management(sessions)
  const memoKey = `${app} ${cookie.name}`

  async function getSession(
    request?: NodeRequest,
    response?: NodeResponse,
  ): Promise<Session<Known<Data, Input>>> {
    if (request === undefined || response === undefined) return openRequest(sessions, memoKey)
    return memoized(request, memoKey, () => sessions.open(nodeChannel(request, response)))
  }

  async function requireSession(otherwise?: () => never): Promise<SignedIn<Known<Data, Input>>> {
    const session = await getSession()
    if (session.userId !== null) return session as SignedIn<Known<Data, Input>>
    otherwise?.()
    throw unauthenticated()
  }

  async function valuesIn(namespace = ''): Promise<Namespace> {
    const session = (await getSession()) as unknown as Session
    return session.namespace(namespace)
  }

  async function get(key: string, namespace?: string): Promise<unknown> {
    return (await valuesIn(namespace)).get(key) ?? null
  }

  async function getAll(namespace?: string): Promise<PlainData | null> {
    const all = (await valuesIn(namespace)).getAll()
    return Object.keys(all).length === 0 ? null : all
  }

  async function set(key: string, value: unknown, namespace?: string): Promise<void> {
    await (await valuesIn(namespace)).set(key, value)
  }

  async function getSessionId(): Promise<string | undefined> {
    return (await getSession()).id ?? undefined
  }

  async function getSessionIdAndCreateIfMissing(): Promise<string> {
    const session = await getSession()
    return session.start()
  }

  return {
    getSession,
    requireSession,
    detached,
    list,
    revoke,
    revokeUser,
    get,
    getAll,
    set,
    getSessionId,
    getSessionIdAndCreateIfMissing,
    client: async () => clientSession(await getSession(), toClient),
    events: (eventsOptions) => createEvents(sessions, toClient, eventsOptions),
    assertSameOrigin,
    proxy: (proxyOptions) => createProxy(sessions, proxyOptions),
  } as NextSessions<Known<Data, Input>, Client>
}
